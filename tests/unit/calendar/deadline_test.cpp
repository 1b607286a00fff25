#include "rightful/calendar/deadline.hpp"

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rightful/calendar/time_zone.hpp"

#include "tests/support/result_matchers.hpp"

namespace rightful::calendar {
namespace {

using rightful::testing::IsError;
using std::chrono::days;
using std::chrono::year;

const Calendar kWeekends = Calendar::weekends_only();

Deadline deadline(std::string_view received_at, std::string_view tz = "Europe/Berlin") {
  return eu_deadline(parse_rfc3339(received_at).value(), tz, kWeekends).value();
}

TEST(EuDeadline, CountsOneMonthFromTheLocalDay) {
  const Deadline result = deadline("2026-05-12T22:30:00Z");

  EXPECT_EQ(format_date(result.local_receipt_date), "2026-05-13");
  EXPECT_EQ(format_date(result.due_nominal), "2026-06-13");
  EXPECT_EQ(format_date(result.due), "2026-06-15");
  EXPECT_EQ(format_rfc3339(result.due_nominal_end_utc), "2026-06-13T22:00:00.000Z");
  EXPECT_EQ(format_rfc3339(result.due_end_utc), "2026-06-15T22:00:00.000Z");
}

TEST(EuDeadline, NoticeOfAnExtensionIsDueInTheFirstMonth) {
  const Deadline result = deadline("2026-05-12T22:30:00Z");

  EXPECT_EQ(result.extension_notice_nominal, result.due_nominal);
  EXPECT_EQ(result.extension_notice_due, result.due);
  EXPECT_EQ(result.extension_notice_end_utc, result.due_end_utc);
}

TEST(EuDeadline, TargetIsTheEarlierOfBothRules) {
  // 1 July + 28 days = 29 July; two working days before 1 August (a Saturday) = 30 July.
  EXPECT_EQ(format_date(deadline("2026-07-01T10:00:00Z").internal_target), "2026-07-29");
  // 1 February + 28 days = 1 March; two working days before 1 March (a Sunday) = 26 February.
  EXPECT_EQ(format_date(deadline("2026-02-01T10:00:00Z").internal_target), "2026-02-26");
}

TEST(EuDeadline, RecordsWhatItWasComputedWith) {
  const Deadline result = deadline("2026-05-12T10:00:00Z");

  EXPECT_THAT(result.rules, ::testing::ElementsAre("EU-ART12-1M"));
  EXPECT_EQ(result.tz, "Europe/Berlin");
  EXPECT_EQ(result.tzdb_version, tz_database_version());
  EXPECT_EQ(result.calendar, "WEEKENDS-ONLY");
  EXPECT_EQ(result.algorithm, "rightful-calendar/1");
}

TEST(EuDeadline, JsonHoldsEveryField) {
  const auto json = nlohmann::json::parse(to_json(deadline("2026-05-12T10:00:00Z")));

  EXPECT_EQ(json.at("received_at"), "2026-05-12T10:00:00.000Z");
  EXPECT_EQ(json.at("due_nominal"), "2026-06-12");
  EXPECT_EQ(json.at("due"), "2026-06-12");
  EXPECT_EQ(json.at("due_end_utc"), "2026-06-12T22:00:00.000Z");
  EXPECT_EQ(json.at("rules"), nlohmann::json::array({"EU-ART12-1M"}));
  EXPECT_EQ(json.size(), 16U);
}

TEST(EuDeadline, UnknownZoneIsAnErrorAndNoDate) {
  const auto result = eu_deadline(Instant{}, "Mars/Olympus", kWeekends);

  ASSERT_THAT(result, IsError(ErrorCode::InvalidArgument));
  EXPECT_TRUE(result.error().detail.starts_with("unknown_tz:"));
}

TEST(EuDeadline, YearsOutsideTheRangeAreAnError) {
  using std::chrono::sys_days;
  for (const Instant instant :
       {Instant(sys_days(year(1970) / 1 / 1)) - std::chrono::microseconds(1),
        Instant(sys_days(year(9999) / 1 / 1))}) {
    const auto result = eu_deadline(instant, "Europe/Berlin", kWeekends);

    ASSERT_THAT(result, IsError(ErrorCode::InvalidArgument));
    EXPECT_TRUE(result.error().detail.starts_with("calendar_out_of_range:"));
  }
  EXPECT_TRUE(eu_deadline(Instant(sys_days(year(9999) / 1 / 1)) - std::chrono::microseconds(1),
                          "Europe/Berlin",
                          kWeekends)
                  .has_value());
}

void expect_invariants(const Deadline& d) {
  SCOPED_TRACE(format_date(d.local_receipt_date) + " " + d.tz);
  EXPECT_GE(d.due, d.due_nominal);
  EXPECT_TRUE(kWeekends.is_working_day(d.due));
  // One month: 28 to 31 days, so rolled at most 33.
  const auto length = std::chrono::sys_days(d.due) - std::chrono::sys_days(d.start_date);
  EXPECT_GE(length, days(28));
  EXPECT_LE(length, days(33));
  EXPECT_LE(d.due_nominal_end_utc, d.due_end_utc);
  EXPECT_LT(d.received_at, d.due_nominal_end_utc);
  EXPECT_GE(d.internal_target, d.local_receipt_date);
  EXPECT_LT(d.internal_target, d.due_nominal);
  // The first late instant is the beginning of the day after.
  const TimeZone zone = TimeZone::find(d.tz).value();
  EXPECT_EQ(zone.date_at(d.due_end_utc), add_days(d.due, days(1)));
  EXPECT_EQ(zone.date_at(d.due_end_utc - std::chrono::microseconds(1)), d.due);
}

TEST(EuDeadline, HoldsItsInvariantsOnEveryDay) {
  for (const std::string_view tz :
       {"Europe/Berlin", "Atlantic/Azores", "Europe/Dublin", "Pacific/Auckland"}) {
    Instant instant = std::chrono::sys_days(year(2024) / 1 / 1) + std::chrono::minutes(30);
    for (int i = 0; i < 4 * 366; ++i, instant += days(1)) {
      expect_invariants(eu_deadline(instant, tz, kWeekends).value());
    }
  }
}

TEST(EuDeadline, HoldsItsInvariantsAtRandomInstants) {
  std::mt19937_64 random(20260101);
  const Instant start = std::chrono::sys_days(year(1990) / 1 / 1);
  const Instant end = std::chrono::sys_days(year(2036) / 1 / 1);
  std::uniform_int_distribution<std::int64_t> distance(0, (end - start).count());
  for (int i = 0; i < 5'000; ++i) {
    const Instant instant = start + std::chrono::microseconds(distance(random));
    expect_invariants(eu_deadline(instant, "Europe/Lisbon", kWeekends).value());
  }
}

TEST(EuDeadline, LaterReceiptIsNeverDueEarlier) {
  Date last = year(1970) / 1 / 1;
  Instant instant = std::chrono::sys_days(year(2023) / 1 / 1);
  for (int i = 0; i < 8'000; ++i, instant += std::chrono::hours(6)) {
    const Deadline d = eu_deadline(instant, "Europe/Paris", kWeekends).value();
    ASSERT_GE(d.due_nominal, last);
    last = d.due_nominal;
  }
}

// The process's own zone and locale are no input.
TEST(EuDeadline, DoesNotDependOnTheProcess) {
  const std::string before = to_json(deadline("2026-03-29T00:59:59Z", "Atlantic/Azores"));

  for (const char* const tz : {"Pacific/Kiritimati", "America/Los_Angeles", "nonsense"}) {
    ASSERT_EQ(setenv("TZ", tz, 1), 0);  // NOLINT(concurrency-mt-unsafe): one thread in this test
    tzset();
    EXPECT_EQ(to_json(deadline("2026-03-29T00:59:59Z", "Atlantic/Azores")), before);
  }
  unsetenv("TZ");  // NOLINT(concurrency-mt-unsafe): as above
  tzset();
}

}  // namespace
}  // namespace rightful::calendar
