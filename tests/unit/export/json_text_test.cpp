#include "export/json_text.hpp"

#include <array>
#include <nlohmann/json.hpp>
#include <string>

#include <gtest/gtest.h>

namespace rightful::exporting {
namespace {

using nlohmann::json;
using sources::Value;
using sources::ValueKind;

std::string json_of(ValueKind kind, std::string_view text) {
  std::string out;
  append_json_value(out, Value{kind, text});
  return out;
}

class HostileText : public ::testing::TestWithParam<std::string> {};

TEST_P(HostileText, ComesBackUnchangedFromAnotherReader) {
  std::string out;

  append_json_string(out, GetParam());

  EXPECT_EQ(json::parse(out).get<std::string>(), GetParam());
}

INSTANTIATE_TEST_SUITE_P(Content,
                         HostileText,
                         ::testing::Values("",
                                           "plain",
                                           "\"},{\"@owner\":\"somebody-else\",\"x\":\"",
                                           "back\\slash \\\" \\u0000",
                                           std::string("nul\0inside", 10),
                                           "\x01\x02\x1f\x7f",
                                           "line\nfeed\r\ttab",
                                           "\xE2\x80\xA8\xE2\x80\xA9",
                                           "\xF0\x9F\x8E\xA7 Ünïcødé \xEF\xBF\xBD",
                                           "</script><!--"));

TEST(JsonString, EscapesWhereverItStands) {
  for (const char special : std::string("\"\\\n\x01\x1f")) {
    for (std::size_t at = 0; at < 50; ++at) {
      std::string text(50, 'x');
      text[at] = special;
      std::string out;
      append_json_string(out, text);
      EXPECT_EQ(json::parse(out).get<std::string>(), text);
    }
  }
}

TEST(JsonValue, KeepsNumbersExact) {
  EXPECT_EQ(json_of(ValueKind::Integer, "-9223372036854775808"), "-9223372036854775808");
  EXPECT_EQ(json_of(ValueKind::Double, "1e-7"), "1e-7");
  EXPECT_EQ(json_of(ValueKind::Decimal, "12345678901234567890.10"), "\"12345678901234567890.10\"");
}

TEST(JsonValue, WritesWhatIsNoJsonNumberAsText) {
  EXPECT_EQ(json_of(ValueKind::Double, "NaN"), "\"NaN\"");
  EXPECT_EQ(json_of(ValueKind::Double, "-Infinity"), "\"-Infinity\"");
  EXPECT_EQ(json_of(ValueKind::Double, "Infinity"), "\"Infinity\"");
  EXPECT_EQ(json_of(ValueKind::Double, "-0.5"), "-0.5");
  EXPECT_EQ(json_of(ValueKind::Decimal, "NaN"), "\"NaN\"");
}

TEST(JsonValue, WritesEachKindInItsForm) {
  EXPECT_EQ(json_of(ValueKind::Null, ""), "null");
  EXPECT_EQ(json_of(ValueKind::Boolean, "true"), "true");
  EXPECT_EQ(json_of(ValueKind::Json, R"({"a":[1,2]})"), R"({"a":[1,2]})");
  EXPECT_EQ(json_of(ValueKind::Instant, "2024-02-29T12:00:00Z"), "\"2024-02-29T12:00:00Z\"");
  EXPECT_EQ(json_of(ValueKind::Bytes, "AAE="), "\"AAE=\"");
  EXPECT_EQ(json_of(ValueKind::Redacted, ""), R"({"@redacted":true})");
  EXPECT_EQ(json_of(ValueKind::Pseudonym, "2"), R"({"@person":2})");
}

TEST(JsonOwner, IsTheValueOfTheSource) {
  std::string out;
  const std::array<std::string_view, 1> owners{"anna"};

  append_owner(out, owners, "anna");

  EXPECT_EQ(out, "\"anna\"");
}

TEST(JsonOwner, DoesNotNameOtherPeople) {
  std::string out;
  const std::array<std::string_view, 2> owners{"bert", "anna"};

  append_owner(out, owners, "anna");

  EXPECT_EQ(out, R"(["another person","anna"])");
}

TEST(JsonOwner, ShowsTheReaderAForeignRecord) {
  std::string out;
  const std::array<std::string_view, 2> owners{"bert", "carl"};

  append_owner(out, owners, "anna");

  EXPECT_EQ(out, R"(["bert","carl"])");
}

}  // namespace
}  // namespace rightful::exporting
