#include "rightful/calendar/calendar.hpp"

#include <fmt/format.h>

namespace rightful::calendar {

namespace chr = std::chrono;

bool Calendar::is_working_day(Date date) const {
  const chr::weekday weekday{chr::sys_days(date)};
  return weekday != chr::Saturday && weekday != chr::Sunday;
}

Date Calendar::roll_forward(Date date) const {
  while (!is_working_day(date))
    date = add_days(date, chr::days(1));
  return date;
}

Date Calendar::working_days_before(Date date, std::uint32_t count) const {
  while (count > 0) {
    date = add_days(date, chr::days(-1));
    if (is_working_day(date)) --count;
  }
  return date;
}

Date add_months(Date date, std::chrono::months count) {
  const Date moved = date + count;
  // Reg. 1182/71 Art. 3(2)(c), last sentence: no such day, then the last day of that month.
  return moved.ok() ? moved : Date(moved.year() / moved.month() / chr::last);
}

Date add_days(Date date, std::chrono::days count) {
  return {chr::sys_days(date) + count};
}

std::string format_date(Date date) {
  return fmt::format("{:04}-{:02}-{:02}",
                     static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

}  // namespace rightful::calendar
