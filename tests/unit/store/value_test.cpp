#include "rightful/store/value.hpp"

#include <chrono>
#include <string>

#include <gtest/gtest.h>

#include "rightful/core/failure.hpp"
#include "rightful/store/sql.hpp"

namespace rightful::store {
namespace {

using namespace std::chrono_literals;

static_assert(!std::is_constructible_v<Sql, std::string, std::string>);
static_assert(!std::is_constructible_v<Value, char>);

TEST(Value, HasPostgresTextForms) {
  EXPECT_STREQ(Value(true).wire_text(), "t");
  EXPECT_STREQ(Value(false).wire_text(), "f");
  EXPECT_STREQ(Value(-7).wire_text(), "-7");
  EXPECT_STREQ(Value(18'446'744'073'709'551'615U).wire_text(), "18446744073709551615");
  EXPECT_STREQ(Value(0.1).wire_text(), "0.1");
  EXPECT_STREQ(Value("text").wire_text(), "text");
  EXPECT_STREQ(Value(1500ms).wire_text(), "1500 ms");
  EXPECT_STREQ(Value(std::chrono::year(2024) / 2 / 29).wire_text(), "2024-02-29");
}

TEST(Value, NullHasNoText) {
  EXPECT_EQ(Value(nullptr).wire_text(), nullptr);
  EXPECT_EQ(Value(std::optional<std::string>()).wire_text(), nullptr);
}

TEST(Value, EmptyTextIsNotNull) {
  EXPECT_STREQ(Value("").wire_text(), "");
  EXPECT_STREQ(Value(std::optional<std::string>("")).wire_text(), "");
}

TEST(Value, ArraysAreEscaped) {
  EXPECT_STREQ(Value(std::vector<std::string>{"a\"b", "c\\d", ""}).wire_text(),
               R"({"a\"b","c\\d",""})");
  EXPECT_STREQ(Value(std::vector<std::string>{}).wire_text(), "{}");
  EXPECT_STREQ(Value(std::vector<Bytes>{{std::byte{0xab}}}).wire_text(), R"({"\\xab"})");
}

TEST(Value, RefusesNulCharacters) {
  EXPECT_THROW(Value(std::string("a\0b", 3)), Failure);
  EXPECT_THROW(Value(std::vector<std::string>{std::string("\0", 1)}), Failure);
}

}  // namespace
}  // namespace rightful::store
