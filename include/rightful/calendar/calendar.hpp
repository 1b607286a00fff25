/// @file
/// Which days are working days. Knows local dates only: no zone, no instant, no clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace rightful::calendar {

using Date = std::chrono::year_month_day;

/// A calendar of working days. So far there is one, WEEKENDS-ONLY: Saturday and Sunday are free, no
/// public holidays, no limit of years. Without holidays a date is never later than with them, so
/// planning by it is safe.
///
/// Law  Regulation (EEC, Euratom) 1182/71 Art. 2(2): working days are all but public holidays,
/// Saturdays and Sundays.
class Calendar {
 public:
  [[nodiscard]] static Calendar weekends_only() { return Calendar("WEEKENDS-ONLY"); }

  [[nodiscard]] const std::string& name() const noexcept { return name_; }

  [[nodiscard]] bool is_working_day(Date date) const;
  /// The date itself, or the next working day after it. Law  Reg. 1182/71 Art. 3(4).
  [[nodiscard]] Date roll_forward(Date date) const;
  /// Steps back over `count` working days; `date` itself is not counted.
  [[nodiscard]] Date working_days_before(Date date, std::uint32_t count) const;

 private:
  explicit Calendar(std::string_view name) : name_(name) {}

  std::string name_;
};

/// Year and month arithmetic once, then the last day of that month where the day does not exist:
/// 31 August + 1 = 30 September.
/// Law  Reg. 1182/71 Art. 3(2)(c)
[[nodiscard]] Date add_months(Date date, std::chrono::months count);

[[nodiscard]] Date add_days(Date date, std::chrono::days count);

/// `YYYY-MM-DD`. Units  years 0000 to 9999.
[[nodiscard]] std::string format_date(Date date);

}  // namespace rightful::calendar
