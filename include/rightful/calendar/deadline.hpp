/// @file
/// When an access request must be answered: one month, counted as Regulation 1182/71 says. Not yet:
/// suspensions, extensions, public holidays, other laws.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rightful/calendar/calendar.hpp"
#include "rightful/core/clock.hpp"
#include "rightful/core/result.hpp"

namespace rightful::calendar {

/// A computed clock with everything it was computed from, so that anybody can compute it again.
struct Deadline {
  Instant received_at;
  Date local_receipt_date;        ///< civil date of `received_at` in `tz`
  Date start_date;                ///< the day from which the month runs
  Date due_nominal;               ///< the planning date: last day before any rolling
  Date due;                       ///< last local day on which an answer is in time
  Instant due_nominal_end_utc;    ///< first instant after `due_nominal`: what the queue sorts by
  Instant due_end_utc;            ///< first late instant: late ⇔ now ≥ due_end_utc
  Date extension_notice_nominal;  ///< the product plans an extension or refusal for this day
  Date extension_notice_due;      ///< last local day for its notice
  Instant extension_notice_end_utc;
  Date internal_target;
  std::vector<std::string> rules;  ///< ids of the rules applied, in order
  std::string tz;
  std::string tzdb_version;
  std::string calendar;
  std::string algorithm;
};

/// The clock of Art. 12(3) on receipt.
///
/// Law  GDPR Art. 12(3): one month; Reg. 1182/71 Art. 3(1): the day of receipt is not counted,
/// 3(2)(c): same day number, else the month's last day, 3(4): a Saturday or Sunday rolls.
/// @param received_at  when the request reached an official channel; years 1970 to 9998.
/// @param tz           IANA zone of the controller's establishment, the only zone that counts.
/// @return InvalidArgument whose detail begins with `unknown_tz:` or `calendar_out_of_range:`. An
/// error never becomes a date.
[[nodiscard]] Result<Deadline> eu_deadline(Instant received_at,
                                           std::string_view tz,
                                           const Calendar& calendar);

/// The record of a clock as JSON, keys as above: what `access_request.deadline` keeps.
[[nodiscard]] std::string to_json(const Deadline& deadline);

}  // namespace rightful::calendar
