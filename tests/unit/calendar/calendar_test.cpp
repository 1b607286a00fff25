#include "rightful/calendar/calendar.hpp"

#include <gtest/gtest.h>

namespace rightful::calendar {
namespace {

using std::chrono::days;
using std::chrono::months;
using std::chrono::year;

TEST(AddMonths, KeepsTheDayNumber) {
  EXPECT_EQ(add_months(year(2024) / 3 / 5, months(1)), Date(year(2024) / 4 / 5));
  EXPECT_EQ(add_months(year(2025) / 12 / 31, months(1)), Date(year(2026) / 1 / 31));
}

TEST(AddMonths, ClampsToTheLastDay) {
  EXPECT_EQ(add_months(year(2022) / 8 / 31, months(1)), Date(year(2022) / 9 / 30));
  EXPECT_EQ(add_months(year(2024) / 1 / 31, months(1)), Date(year(2024) / 2 / 29));
  EXPECT_EQ(add_months(year(2100) / 1 / 31, months(1)), Date(year(2100) / 2 / 28));
}

TEST(AddMonths, IsNotSticky) {
  EXPECT_EQ(add_months(year(2023) / 2 / 28, months(1)), Date(year(2023) / 3 / 28));
}

TEST(AddDays, CrossesMonthsAndYears) {
  EXPECT_EQ(add_days(year(2026) / 12 / 31, days(1)), Date(year(2027) / 1 / 1));
  EXPECT_EQ(add_days(year(2024) / 3 / 1, days(-1)), Date(year(2024) / 2 / 29));
}

TEST(WeekendsOnly, KnowsWorkingDays) {
  const Calendar calendar = Calendar::weekends_only();

  EXPECT_EQ(calendar.name(), "WEEKENDS-ONLY");
  EXPECT_TRUE(calendar.is_working_day(year(2026) / 3 / 6));
  EXPECT_FALSE(calendar.is_working_day(year(2026) / 3 / 7));
  EXPECT_FALSE(calendar.is_working_day(year(2026) / 3 / 8));
  EXPECT_TRUE(calendar.is_working_day(year(2026) / 3 / 9));
}

TEST(WeekendsOnly, RollsToMonday) {
  const Calendar calendar = Calendar::weekends_only();

  EXPECT_EQ(calendar.roll_forward(year(2026) / 3 / 6), Date(year(2026) / 3 / 6));
  EXPECT_EQ(calendar.roll_forward(year(2026) / 3 / 7), Date(year(2026) / 3 / 9));
  EXPECT_EQ(calendar.roll_forward(year(2026) / 3 / 8), Date(year(2026) / 3 / 9));
}

TEST(WeekendsOnly, StepsBackOverWorkingDays) {
  const Calendar calendar = Calendar::weekends_only();

  EXPECT_EQ(calendar.working_days_before(year(2026) / 3 / 10, 2), Date(year(2026) / 3 / 6));
  EXPECT_EQ(calendar.working_days_before(year(2026) / 3 / 8, 1), Date(year(2026) / 3 / 6));
  EXPECT_EQ(calendar.working_days_before(year(2026) / 3 / 10, 0), Date(year(2026) / 3 / 10));
}

TEST(FormatDate, WritesFourTwoTwoDigits) {
  EXPECT_EQ(format_date(year(2026) / 3 / 1), "2026-03-01");
  EXPECT_EQ(format_date(year(987) / 12 / 31), "0987-12-31");
}

}  // namespace
}  // namespace rightful::calendar
