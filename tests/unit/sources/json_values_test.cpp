#include "sources/json_values.hpp"

#include <gtest/gtest.h>

namespace rightful::sources {
namespace {

/// `kind:text` of what was made, or `refused`.
std::string read(ValueKind kind, JsonType type, std::string text) {
  std::string scratch;
  const JsonValue value{type, std::move(text)};
  const auto made = to_value(kind, value, scratch);
  if (!made) return "refused";
  return std::string(name_of(made->kind)) + ":" + std::string(made->text);
}

std::string from_text(ValueKind kind, std::string text) {
  return read(kind, JsonType::Text, std::move(text));
}

std::string from_number(ValueKind kind, std::string text) {
  return read(kind, JsonType::Number, std::move(text));
}

TEST(JsonValues, KeepsNumbersExactly) {
  EXPECT_EQ(from_number(ValueKind::Integer, "-9223372036854775808"),
            "integer:-9223372036854775808");
  EXPECT_EQ(from_text(ValueKind::Integer, "18446744073709551615"), "integer:18446744073709551615");
  EXPECT_EQ(from_text(ValueKind::Decimal, "0.10"), "decimal:0.10");
  EXPECT_EQ(from_number(ValueKind::Decimal, "123456789012345678901234567890.5"),
            "decimal:123456789012345678901234567890.5");
  EXPECT_EQ(from_number(ValueKind::Double, "0.1000"), "double:0.1");
  EXPECT_EQ(from_number(ValueKind::Double, "1E3"), "double:1000");
  EXPECT_EQ(from_text(ValueKind::Double, "-Infinity"), "double:-Infinity");
}

TEST(JsonValues, RefusesNumbersThatAreNoneOfTheKind) {
  for (const char* text :
       {"1.0", "1e3", "042", "+1", "", "-", "18446744073709551616", " 1", "-0"}) {
    EXPECT_EQ(from_text(ValueKind::Integer, text), "refused") << text;
  }
  for (const char* text : {"1e3", "01.5", "1.", ".5", "1,5", "-"}) {
    EXPECT_EQ(from_text(ValueKind::Decimal, text), "refused") << text;
  }
  EXPECT_EQ(from_text(ValueKind::Double, "0.1"), "refused");
  EXPECT_EQ(read(ValueKind::Integer, JsonType::Boolean, "true"), "refused");
  EXPECT_EQ(from_number(ValueKind::Text, "42"), "refused");
  EXPECT_EQ(from_number(ValueKind::Boolean, "1"), "refused");
}

TEST(JsonValues, BringsInstantsToUtc) {
  EXPECT_EQ(from_text(ValueKind::Instant, "2024-02-29T12:00:00.5+02:00"),
            "instant:2024-02-29T10:00:00.5Z");
  EXPECT_EQ(from_text(ValueKind::Instant, "2024-02-29T12:00:00.123456Z"),
            "instant:2024-02-29T12:00:00.123456Z");
  EXPECT_EQ(from_text(ValueKind::Instant, "2024-02-29T12:00:00Z"), "instant:2024-02-29T12:00:00Z");
  EXPECT_EQ(from_text(ValueKind::Instant, "9999-12-31T23:59:59.000001Z"),
            "instant:9999-12-31T23:59:59.000001Z");
  EXPECT_EQ(from_text(ValueKind::Instant, "0001-01-01T00:00:00+00:00"),
            "instant:0001-01-01T00:00:00Z");
  EXPECT_EQ(from_text(ValueKind::Instant, "2024-02-29T12:00:00"), "refused");
  EXPECT_EQ(from_text(ValueKind::Instant, "yesterday"), "refused");
}

TEST(JsonValues, TakesOnlyDatesAndTimesThatExist) {
  EXPECT_EQ(from_text(ValueKind::Date, "2024-02-29"), "date:2024-02-29");
  EXPECT_EQ(from_text(ValueKind::Date, "2023-02-29"), "refused");
  EXPECT_EQ(from_text(ValueKind::Date, "29.2.2024"), "refused");
  EXPECT_EQ(from_text(ValueKind::DateTime, "2024-02-29T12:00:00.25"),
            "datetime:2024-02-29T12:00:00.25");
  EXPECT_EQ(from_text(ValueKind::DateTime, "2024-02-29T12:00:00Z"), "refused");
  EXPECT_EQ(from_text(ValueKind::DateTime, "2024-02-29T25:00:00"), "refused");
  EXPECT_EQ(from_text(ValueKind::Time, "12:00:00"), "time:12:00:00");
  EXPECT_EQ(from_text(ValueKind::Time, "12:00:00+02"), "time:12:00:00+02");
  EXPECT_EQ(from_text(ValueKind::Time, "12:61:00"), "refused");
}

TEST(JsonValues, TakesIsoIntervals) {
  for (const char* text : {"P1Y2M3DT4H5M6.5S", "PT0S", "P2W", "P-1Y", "-P1D", "PT-5M"}) {
    EXPECT_EQ(from_text(ValueKind::Interval, text), "interval:" + std::string(text));
  }
  for (const char* text : {"", "P", "PT", "1D", "P1", "P1X", "P1DT", "P1H", "PD", "three days"}) {
    EXPECT_EQ(from_text(ValueKind::Interval, text), "refused") << text;
  }
}

TEST(JsonValues, TakesBytesUuidsAndBooleans) {
  EXPECT_EQ(from_text(ValueKind::Bytes, "AAE="), "bytes:AAE=");
  EXPECT_EQ(from_text(ValueKind::Bytes, "AAE"), "refused");
  EXPECT_EQ(from_text(ValueKind::Uuid, "6BA7B810-9dad-11d1-80b4-00c04fd430c8"),
            "uuid:6ba7b810-9dad-11d1-80b4-00c04fd430c8");
  EXPECT_EQ(from_text(ValueKind::Uuid, "6ba7b8109dad11d180b400c04fd430c8"), "refused");
  EXPECT_EQ(read(ValueKind::Boolean, JsonType::Boolean, "true"), "boolean:true");
  EXPECT_EQ(from_text(ValueKind::Boolean, "true"), "refused");
}

TEST(JsonValues, EmbedsJsonAsItIs) {
  EXPECT_EQ(read(ValueKind::Json, JsonType::Structure, R"({"a":[1,null]})"),
            R"(json:{"a":[1,null]})");
  EXPECT_EQ(from_text(ValueKind::Json, "a\"b"), R"(json:"a\"b")");
  EXPECT_EQ(from_number(ValueKind::Json, "1.50"), "json:1.50");
}

TEST(JsonValues, KnowsNullOfEveryKind) {
  EXPECT_EQ(read(ValueKind::Integer, JsonType::Null, "null"), "null:");
  EXPECT_EQ(read(ValueKind::Text, JsonType::Null, "null"), "null:");
}

TEST(JsonValues, TakesNoZeroByteInAText) {
  EXPECT_EQ(from_text(ValueKind::Text, std::string("a\0b", 3)), "refused");
  EXPECT_EQ(from_text(ValueKind::Text, ""), "text:");
}

}  // namespace
}  // namespace rightful::sources
