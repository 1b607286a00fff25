#include "sources/odbc_values.hpp"

#include <gtest/gtest.h>

#include "rightful/core/failure.hpp"

namespace rightful::sources {
namespace {

std::string text(ValueKind kind, std::string_view raw) {
  std::string scratch;
  const Value value = value_from_text(kind, raw, scratch);
  return std::string(name_of(value.kind)) + ":" + std::string(value.text);
}

std::string tagged(ValueKind kind, std::string_view raw) {
  std::string scratch;
  const Value value = value_from_tagged(kind, raw, scratch);
  return std::string(name_of(value.kind)) + ":" + std::string(value.text);
}

TEST(OdbcValue, Instants) {
  EXPECT_EQ(text(ValueKind::Instant, "2024-02-29 12:00:00"), "instant:2024-02-29T12:00:00Z");
  EXPECT_EQ(text(ValueKind::Instant, "2024-02-29 12:00:00.500000"),
            "instant:2024-02-29T12:00:00.5Z");
  // SQL Server's datetimeoffset, PostgreSQL's timestamptz
  EXPECT_EQ(text(ValueKind::Instant, "2024-02-29 00:30:00.1234560 +02:00"),
            "instant:2024-02-28T22:30:00.123456Z");
  EXPECT_EQ(text(ValueKind::Instant, "2024-02-29 12:00:00-05"), "instant:2024-02-29T17:00:00Z");
  EXPECT_EQ(text(ValueKind::Instant, "2024-02-29T12:00:00Z"), "instant:2024-02-29T12:00:00Z");
  // More digits than an instant holds are not cut.
  EXPECT_EQ(text(ValueKind::Instant, "2024-02-29 00:30:00.1234567 +02:00"),
            "text:2024-02-29 00:30:00.1234567 +02:00");
  EXPECT_EQ(text(ValueKind::Instant, "0000-00-00 00:00:00"), "text:0000-00-00 00:00:00");
  EXPECT_EQ(text(ValueKind::Instant, ""), "text:");
}

TEST(OdbcValue, DatesAndTimes) {
  EXPECT_EQ(text(ValueKind::Date, "2024-02-29"), "date:2024-02-29");
  EXPECT_EQ(text(ValueKind::Date, "2023-02-29"), "text:2023-02-29");
  EXPECT_EQ(text(ValueKind::DateTime, "2024-02-29T12:00:00.000"), "datetime:2024-02-29T12:00:00");
  EXPECT_EQ(text(ValueKind::DateTime, "2024-02-29"), "datetime:2024-02-29T00:00:00");
  EXPECT_EQ(text(ValueKind::DateTime, "2024-02-29 24:00:00"), "text:2024-02-29 24:00:00");
  EXPECT_EQ(text(ValueKind::Time, "23:59:59.10"), "time:23:59:59.1");
  EXPECT_EQ(text(ValueKind::Time, "838:59:59"), "text:838:59:59");
}

TEST(OdbcValue, Numbers) {
  EXPECT_EQ(text(ValueKind::Integer, "-9223372036854775808"), "integer:-9223372036854775808");
  EXPECT_EQ(text(ValueKind::Integer, "18446744073709551615"), "integer:18446744073709551615");
  EXPECT_EQ(text(ValueKind::Integer, "18446744073709551616"), "text:18446744073709551616");
  EXPECT_EQ(text(ValueKind::Integer, "007"), "text:007");
  EXPECT_EQ(text(ValueKind::Decimal, ".5"), "decimal:0.5");
  EXPECT_EQ(text(ValueKind::Decimal, "-.5"), "decimal:-0.5");
  EXPECT_EQ(text(ValueKind::Decimal, "12.50"), "decimal:12.50");
  EXPECT_EQ(text(ValueKind::Decimal, "1e5"), "text:1e5");
  EXPECT_EQ(text(ValueKind::Decimal, "."), "text:.");
  EXPECT_EQ(text(ValueKind::Boolean, "1"), "boolean:true");
  EXPECT_EQ(text(ValueKind::Boolean, "true"), "text:true");
}

TEST(OdbcValue, OfSqlite) {
  EXPECT_EQ(tagged(ValueKind::Integer, "i42"), "integer:42");
  EXPECT_EQ(tagged(ValueKind::Double, "i42"), "double:42");
  EXPECT_EQ(tagged(ValueKind::Double, "r0.30000000000000004"), "double:0.30000000000000004");
  EXPECT_EQ(tagged(ValueKind::Double, "r-Inf"), "double:-Infinity");
  EXPECT_EQ(tagged(ValueKind::Text, "t"), "text:");
  EXPECT_EQ(tagged(ValueKind::Text, "n610062"), "text:a" + std::string(1, '\0') + "b");
  EXPECT_EQ(tagged(ValueKind::Bytes, "b00FF"), "bytes:AP8=");
  EXPECT_EQ(tagged(ValueKind::Instant, "b323032342D30322D32392031323A30303A3030"),
            "instant:2024-02-29T12:00:00Z");
  EXPECT_THROW((void)tagged(ValueKind::Text, "bFF"), Failure);
  EXPECT_THROW((void)tagged(ValueKind::Text, ""), Failure);
  EXPECT_THROW((void)tagged(ValueKind::Text, "b0"), Failure);
}

}  // namespace
}  // namespace rightful::sources
