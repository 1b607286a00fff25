#include "sources/postgres_values.hpp"

#include <gtest/gtest.h>

#include "rightful/core/failure.hpp"

namespace rightful::sources {
namespace {

std::string shown(ValueKind kind, std::string_view text) {
  std::string scratch;
  const Value value = to_value(kind, text, scratch);
  return std::string(name_of(value.kind)) + ":" + std::string(value.text);
}

TEST(PostgresValues, KnowTheTypesOfTheServer) {
  EXPECT_EQ(value_kind_of("int8"), ValueKind::Integer);
  EXPECT_EQ(value_kind_of("numeric"), ValueKind::Decimal);
  EXPECT_EQ(value_kind_of("timestamptz"), ValueKind::Instant);
  EXPECT_EQ(value_kind_of("jsonb"), ValueKind::Json);
  EXPECT_EQ(value_kind_of("tsvector"), ValueKind::Text);
  EXPECT_EQ(value_kind_of(""), ValueKind::Text);
}

TEST(PostgresValues, KeepNumbersExactly) {
  EXPECT_EQ(shown(ValueKind::Integer, "-9223372036854775808"), "integer:-9223372036854775808");
  EXPECT_EQ(shown(ValueKind::Decimal, "0.10000000000000000000000001"),
            "decimal:0.10000000000000000000000001");
  EXPECT_EQ(shown(ValueKind::Decimal, "NaN"), "decimal:NaN");
  EXPECT_EQ(shown(ValueKind::Double, "-Infinity"), "double:-Infinity");
  EXPECT_EQ(shown(ValueKind::Double, "1e-07"), "double:1e-07");
}

TEST(PostgresValues, WriteInstantsInUtc) {
  EXPECT_EQ(shown(ValueKind::Instant, "2024-02-29 12:00:00+00"), "instant:2024-02-29T12:00:00Z");
  EXPECT_EQ(shown(ValueKind::Instant, "2024-02-29 12:00:00.000001+00"),
            "instant:2024-02-29T12:00:00.000001Z");
}

TEST(PostgresValues, WriteTimesWithoutAZoneWithoutOne) {
  EXPECT_EQ(shown(ValueKind::DateTime, "2024-02-29 12:00:00.5"), "datetime:2024-02-29T12:00:00.5");
  EXPECT_EQ(shown(ValueKind::Date, "2024-02-29"), "date:2024-02-29");
  EXPECT_EQ(shown(ValueKind::Time, "23:59:59"), "time:23:59:59");
}

TEST(PostgresValues, GiveAsTextWhatTheFormCannotHold) {
  EXPECT_EQ(shown(ValueKind::Instant, "infinity"), "text:infinity");
  EXPECT_EQ(shown(ValueKind::Instant, "0044-03-15 00:00:00+00 BC"),
            "text:0044-03-15 00:00:00+00 BC");
  EXPECT_EQ(shown(ValueKind::Instant, "10000-01-01 00:00:00+00"), "text:10000-01-01 00:00:00+00");
  EXPECT_EQ(shown(ValueKind::Instant, "2024-02-29 12:00:00+02"), "text:2024-02-29 12:00:00+02");
  EXPECT_EQ(shown(ValueKind::DateTime, "-infinity"), "text:-infinity");
  EXPECT_EQ(shown(ValueKind::Date, "0044-03-15 BC"), "text:0044-03-15 BC");
}

TEST(PostgresValues, WriteBytesInBase64) {
  EXPECT_EQ(shown(ValueKind::Bytes, "\\x00ff"), "bytes:AP8=");
  EXPECT_EQ(shown(ValueKind::Bytes, "\\x"), "bytes:");
}

TEST(PostgresValues, WriteBooleansInFull) {
  EXPECT_EQ(shown(ValueKind::Boolean, "t"), "boolean:true");
  EXPECT_EQ(shown(ValueKind::Boolean, "f"), "boolean:false");
}

TEST(PostgresValues, RefuseWhatTheTypeCannotHold) {
  EXPECT_THROW(shown(ValueKind::Boolean, "yes"), Failure);
  EXPECT_THROW(shown(ValueKind::Bytes, "00ff"), Failure);
  EXPECT_THROW(shown(ValueKind::Bytes, "\\x0"), Failure);
}

}  // namespace
}  // namespace rightful::sources
