#include "store/text_forms.hpp"

#include <chrono>

#include <gtest/gtest.h>

namespace rightful::store {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::year;

TEST(TimestamptzText, KeepsMicroseconds) {
  const Instant instant = sys_days(year(2026) / 11 / 22) + 7h + 40min + 5s + 123'456us;

  EXPECT_EQ(timestamptz_text(instant), "2026-11-22 07:40:05.123456+00");
  EXPECT_EQ(parse_timestamptz("2026-11-22 07:40:05.123456+00"), instant);
}

TEST(TimestamptzText, HoldsBeforeTheEpoch) {
  const Instant instant = sys_days(year(1969) / 12 / 31) + 23h + 59min + 59s + 1us;

  EXPECT_EQ(timestamptz_text(instant), "1969-12-31 23:59:59.000001+00");
  EXPECT_EQ(parse_timestamptz(timestamptz_text(instant)), instant);
}

TEST(TimestamptzText, ReadsEveryOffset) {
  const Instant noon = sys_days(year(2026) / 2 / 3) + 12h;

  EXPECT_EQ(parse_timestamptz("2026-02-03 12:00:00+00"), noon);
  EXPECT_EQ(parse_timestamptz("2026-02-03 13:00:00+01"), noon);
  EXPECT_EQ(parse_timestamptz("2026-02-03 08:30:00-03:30"), noon);
  EXPECT_EQ(parse_timestamptz("2026-02-03 12:53:28+00:53:28"), noon);
  EXPECT_EQ(parse_timestamptz("2026-02-03 12:00:00.5+00"), noon + 500ms);
}

TEST(TimestamptzText, RefusesOtherForms) {
  for (const char* text : {"",
                           "infinity",
                           "2026-02-03",
                           "2026-02-03 12:00:00",
                           "2026-02-03T12:00:00+00",
                           "03.02.2026 12:00:00+00",
                           "2026-02-30 12:00:00+00",
                           "2026-02-03 24:00:00+00",
                           "2026-02-03 12:60:00+00",
                           "2026-02-03 12:00:60+00",
                           "2026-02-03 12:00:00.+00",
                           "2026-02-03 12:00:00.1234567+00",
                           "2026-02-03 12:00:00+00 BC",
                           "12026-02-03 12:00:00+00",
                           "2026-02-03 12:00:00+0"}) {
    EXPECT_EQ(parse_timestamptz(text), std::nullopt) << text;
  }
}

TEST(DateText, MakesTheRoundTrip) {
  EXPECT_EQ(date_text(year(2024) / 2 / 29), "2024-02-29");
  EXPECT_EQ(parse_date("2024-02-29"), year(2024) / 2 / 29);
}

TEST(DateText, RefusesOtherForms) {
  for (const char* text :
       {"", "infinity", "2023-02-29", "2024-2-29", "2024-02-29 ", "29.02.2024"}) {
    EXPECT_EQ(parse_date(text), std::nullopt) << text;
  }
}

TEST(ByteaText, MakesTheRoundTrip) {
  const Bytes bytes{std::byte{0}, std::byte{0xff}};

  EXPECT_EQ(bytea_text(bytes), "\\x00ff");
  EXPECT_EQ(parse_bytea("\\x00ff"), bytes);
  EXPECT_EQ(parse_bytea("\\x"), Bytes());
}

TEST(ByteaText, RefusesTheEscapeForm) {
  EXPECT_EQ(parse_bytea("\\000abc"), std::nullopt);
  EXPECT_EQ(parse_bytea("00ff"), std::nullopt);
  EXPECT_EQ(parse_bytea("\\x0"), std::nullopt);
}

}  // namespace
}  // namespace rightful::store
