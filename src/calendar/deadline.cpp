#include "rightful/calendar/deadline.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "rightful/calendar/time_zone.hpp"

namespace rightful::calendar {

namespace {

constexpr std::chrono::months kAnswerPeriod{1};        // GDPR Art. 12(3)
constexpr std::chrono::days kTargetPeriod{28};         // product decision D8
constexpr std::uint32_t kTargetWorkingDaysBefore = 2;  // product decision D8
constexpr const char* kAlgorithm = "rightful-calendar/1";

bool is_in_range(Instant instant) {
  using std::chrono::sys_days;
  using std::chrono::year;
  return instant >= sys_days(year(1970) / 1 / 1) && instant < sys_days(year(9999) / 1 / 1);
}

// Product decision D8, without suspension and extension.
Date internal_target(Date receipt, Date start, Date nominal, const Calendar& calendar) {
  const Date by_length = add_days(start, kTargetPeriod);
  const Date by_end = calendar.working_days_before(nominal, kTargetWorkingDaysBefore);
  return std::max(receipt, std::min(by_length, by_end));
}

}  // namespace

Result<Deadline> eu_deadline(Instant received_at, std::string_view tz, const Calendar& calendar) {
  RIGHTFUL_TRY(const TimeZone zone, TimeZone::find(tz));
  if (!is_in_range(received_at)) {
    return fail(ErrorCode::InvalidArgument,
                "calendar_out_of_range: received_at lies outside the years 1970 to 9998");
  }
  const Date receipt = zone.date_at(received_at);
  // Reg. 1182/71 Art. 3(1): the day of receipt is not counted, so the period ends on the day with
  // the same number.
  const Date nominal = add_months(receipt, kAnswerPeriod);
  const Date due = calendar.roll_forward(nominal);
  const Instant due_end = zone.first_instant(add_days(due, std::chrono::days(1)));
  return Deadline{
      .received_at = received_at,
      .local_receipt_date = receipt,
      .start_date = receipt,
      .due_nominal = nominal,
      .due = due,
      .due_nominal_end_utc = zone.first_instant(add_days(nominal, std::chrono::days(1))),
      .due_end_utc = due_end,
      // GDPR Art. 12(3), (4): inside the first month, whatever happens to the answer.
      .extension_notice_nominal = nominal,
      .extension_notice_due = due,
      .extension_notice_end_utc = due_end,
      .internal_target = internal_target(receipt, receipt, nominal, calendar),
      .rules = {"EU-ART12-1M"},
      .tz = zone.name(),
      .tzdb_version = tz_database_version(),
      .calendar = calendar.name(),
      .algorithm = kAlgorithm,
  };
}

std::string to_json(const Deadline& deadline) {
  return nlohmann::ordered_json{
      {"received_at", format_rfc3339(deadline.received_at)},
      {"local_receipt_date", format_date(deadline.local_receipt_date)},
      {"start_date", format_date(deadline.start_date)},
      {"due_nominal", format_date(deadline.due_nominal)},
      {"due", format_date(deadline.due)},
      {"due_nominal_end_utc", format_rfc3339(deadline.due_nominal_end_utc)},
      {"due_end_utc", format_rfc3339(deadline.due_end_utc)},
      {"extension_notice_nominal", format_date(deadline.extension_notice_nominal)},
      {"extension_notice_due", format_date(deadline.extension_notice_due)},
      {"extension_notice_end_utc", format_rfc3339(deadline.extension_notice_end_utc)},
      {"internal_target", format_date(deadline.internal_target)},
      {"rules", deadline.rules},
      {"tz", deadline.tz},
      {"tzdb_version", deadline.tzdb_version},
      {"calendar", deadline.calendar},
      {"algorithm", deadline.algorithm},
  }
      .dump();
}

}  // namespace rightful::calendar
