#include "rightful/core/result.hpp"

#include <set>

#include <gtest/gtest.h>

#include "tests/support/result_matchers.hpp"

namespace rightful {
namespace {

using testing::IsError;
using testing::IsOk;

Result<int> half(int number) {
  if (number % 2 != 0) return fail(ErrorCode::InvalidArgument, "odd");
  return number / 2;
}

Result<int> quarter(int number) {
  RIGHTFUL_TRY(const int once, half(number));
  RIGHTFUL_TRY(half(once));
  return half(once);
}

TEST(Result, TryUnwrapsOrReturnsTheError) {
  EXPECT_EQ(quarter(12).value(), 3);
  EXPECT_THAT(quarter(12), IsOk());
  EXPECT_THAT(quarter(7), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(quarter(6), IsError(ErrorCode::InvalidArgument));
}

TEST(ErrorCode, HasDistinctNames) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(ErrorCode::Unavailable); ++i)
    names.insert(name_of(static_cast<ErrorCode>(i)));

  EXPECT_EQ(names.size(), 8U);
  EXPECT_FALSE(names.contains("unknown"));
}

}  // namespace
}  // namespace rightful
