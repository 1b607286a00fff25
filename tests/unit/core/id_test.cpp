#include "rightful/core/id.hpp"

#include <gtest/gtest.h>

#include "rightful/core/random.hpp"

#include "tests/support/result_matchers.hpp"

namespace rightful {
namespace {

using testing::IsError;

static_assert(!std::is_constructible_v<RequestId, JobId>);
static_assert(!std::is_convertible_v<JobId, RequestId>);
static_assert(!std::is_default_constructible_v<RequestId>);

TEST(Id, RoundTripsThroughText) {
  SystemRandom random;
  const RequestId id = RequestId::random(random);

  EXPECT_EQ(RequestId::parse(id.to_string()).value(), id);
}

TEST(Id, IsVersion4Variant10) {
  SystemRandom random;
  const std::string text = JobId::random(random).to_string();

  EXPECT_EQ(text[14], '4');
  EXPECT_NE(std::string_view("89ab").find(text[19]), std::string_view::npos);
}

TEST(Id, WritesLowerCase) {
  EXPECT_EQ(RequestId::parse("0123ABCD-0123-4567-89AB-0123456789AB")->to_string(),
            "0123abcd-0123-4567-89ab-0123456789ab");
}

TEST(Id, RefusesEverythingElse) {
  for (const std::string_view text : {"",
                                      "0123abcd0123456789ab0123456789ab",
                                      "0123abcd-0123-4567-89ab-0123456789a",
                                      "0123abcd-0123-4567-89ab-0123456789abc",
                                      "0123abcd-0123-4567-89ab-0123456789ag",
                                      "0123abcd+0123-4567-89ab-0123456789ab",
                                      "{123abcd-0123-4567-89ab-0123456789a}"}) {
    EXPECT_THAT(RequestId::parse(text), IsError(ErrorCode::InvalidArgument)) << text;
  }
}

}  // namespace
}  // namespace rightful
