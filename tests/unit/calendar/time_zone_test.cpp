#include "rightful/calendar/time_zone.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/result_matchers.hpp"

namespace rightful::calendar {
namespace {

using rightful::testing::IsError;
using std::chrono::year;

Instant at(std::string_view text) {
  return parse_rfc3339(text).value();
}

TimeZone zone(std::string_view name) {
  return TimeZone::find(name).value();
}

TEST(TimeZone, RefusesWhatIsNoZone) {
  for (const std::string_view name : {"",
                                      "Europe/Nowhere",
                                      "europe/berlin",
                                      "../Berlin",
                                      "/etc/localtime",
                                      "Europe/Berlin ",
                                      "UTC+1 ",
                                      "Europe\\Berlin"}) {
    const auto found = TimeZone::find(name);
    ASSERT_THAT(found, IsError(ErrorCode::InvalidArgument)) << name;
    EXPECT_TRUE(found.error().detail.starts_with("unknown_tz:")) << found.error().detail;
  }
}

TEST(TimeZone, TurnsInstantsIntoLocalDates) {
  EXPECT_EQ(zone("Europe/Berlin").date_at(at("2026-05-12T21:59:59.999Z")),
            Date(year(2026) / 5 / 12));
  EXPECT_EQ(zone("Europe/Berlin").date_at(at("2026-05-12T22:00:00Z")), Date(year(2026) / 5 / 13));
  EXPECT_EQ(zone("America/Los_Angeles").date_at(at("2026-05-13T06:59:59Z")),
            Date(year(2026) / 5 / 12));
}

TEST(TimeZone, FirstInstantFollowsSummerTime) {
  EXPECT_EQ(zone("Europe/Berlin").first_instant(year(2026) / 1 / 1), at("2025-12-31T23:00:00Z"));
  EXPECT_EQ(zone("Europe/Berlin").first_instant(year(2026) / 7 / 1), at("2026-06-30T22:00:00Z"));
}

// Azores: in spring midnight is skipped (00:00 → 01:00), in autumn it comes twice.
TEST(TimeZone, FirstInstantOfADayWithoutMidnight) {
  const TimeZone azores = zone("Atlantic/Azores");
  const Instant first = azores.first_instant(year(2026) / 3 / 29);

  EXPECT_EQ(first, at("2026-03-29T01:00:00Z"));
  EXPECT_EQ(azores.date_at(first - std::chrono::microseconds(1)), Date(year(2026) / 3 / 28));
  EXPECT_EQ(azores.date_at(first), Date(year(2026) / 3 / 29));
}

TEST(TimeZone, FirstInstantOfADayWithTwoMidnights) {
  const TimeZone azores = zone("Atlantic/Azores");
  const Instant first = azores.first_instant(year(2026) / 10 / 25);

  EXPECT_EQ(first, at("2026-10-25T00:00:00Z"));
  EXPECT_EQ(azores.date_at(first - std::chrono::microseconds(1)), Date(year(2026) / 10 / 24));
  EXPECT_EQ(azores.date_at(first + std::chrono::hours(1)), Date(year(2026) / 10 / 25));
}

// Samoa left out 30 December 2011: the earliest instant whose local date is that day or later.
TEST(TimeZone, FirstInstantOfADayThatWasLeftOut) {
  const TimeZone samoa = zone("Pacific/Apia");
  const Instant first = samoa.first_instant(year(2011) / 12 / 30);

  EXPECT_EQ(samoa.date_at(first), Date(year(2011) / 12 / 31));
  EXPECT_EQ(samoa.date_at(first - std::chrono::microseconds(1)), Date(year(2011) / 12 / 29));
}

TEST(TimeZoneDatabase, HasAVersion) {
  EXPECT_THAT(tz_database_version(), ::testing::MatchesRegex("20[0-9][0-9][a-z]+"));
}

}  // namespace
}  // namespace rightful::calendar
