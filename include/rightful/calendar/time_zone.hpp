/// @file
/// The thin shell between instants and civil dates in a named zone. The only place that reads the
/// time-zone database; the zone of the process and of the sender never matter.
#pragma once

#include <string>
#include <string_view>

#include "rightful/calendar/calendar.hpp"
#include "rightful/core/clock.hpp"
#include "rightful/core/result.hpp"

namespace date {
// NOLINTNEXTLINE(readability-identifier-naming): the library names it so
class time_zone;
}  // namespace date

namespace rightful::calendar {

/// A zone of the system's tz database.
///
/// Threads  values may be used from any thread.
/// Cost     the first zone of a process reads the list of zones; a zone is loaded once.
class TimeZone {
 public:
  /// @param name  IANA name, `Europe/Berlin`.
  /// @return InvalidArgument `unknown_tz: …`; Unavailable when the machine has no tz database.
  [[nodiscard]] static Result<TimeZone> find(std::string_view name);

  [[nodiscard]] const std::string& name() const noexcept { return name_; }

  /// The civil date at `instant`.
  [[nodiscard]] Date date_at(Instant instant) const;
  /// The earliest instant whose local date is `date` or later. A local midnight may not exist, or
  /// exist twice (Azores in spring and autumn).
  [[nodiscard]] Instant first_instant(Date date) const;

 private:
  TimeZone(std::string name, const date::time_zone* zone) : name_(std::move(name)), zone_(zone) {}

  std::string name_;
  const date::time_zone* zone_;  // the database lives as long as the process
};

/// The release of the tz database (`2026a`), from the first line of the system's `tzdata.zi`;
/// `unknown` when it cannot be read.
[[nodiscard]] std::string tz_database_version();

}  // namespace rightful::calendar
