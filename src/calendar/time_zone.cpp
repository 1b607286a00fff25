#include "rightful/calendar/time_zone.hpp"

#include <date/tz.h>

#include <fstream>
#include <stdexcept>

namespace rightful::calendar {

namespace {

// IANA names (theory.html, "Scope of the tz database"): letters, digits, `_`, `-`, `+`, parts
// joined by `/`.
bool has_form_of_zone_name(std::string_view name) {
  constexpr std::string_view kAllowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+/";
  return !name.empty() && name.size() <= 64 && name.front() != '/' &&
         name.find_first_not_of(kAllowed) == std::string_view::npos;
}

// Reads the list of zones on the first call.
bool has_database() {
  try {
    static_cast<void>(date::get_tzdb());
    return true;
  } catch (const std::runtime_error&) {
    return false;
  }
}

}  // namespace

Result<TimeZone> TimeZone::find(std::string_view name) {
  constexpr const char* kUnknown =
      "unknown_tz: the time zone is not in the system's tz database; use an IANA name such as "
      "Europe/Berlin";
  if (!has_form_of_zone_name(name)) return fail(ErrorCode::InvalidArgument, kUnknown);
  if (!has_database()) {
    return fail(ErrorCode::Unavailable, "no tz database on this machine; install tzdata");
  }
  try {
    return TimeZone(std::string(name), date::locate_zone(name));
  } catch (const std::runtime_error&) {  // its only way to say "no such zone"
    return fail(ErrorCode::InvalidArgument, kUnknown);
  }
}

Date TimeZone::date_at(Instant instant) const {
  const auto local = zone_->to_local(instant);
  const auto day = date::floor<date::days>(local).time_since_epoch();
  return {std::chrono::sys_days(std::chrono::days(day.count()))};
}

Instant TimeZone::first_instant(Date date) const {
  const auto day = std::chrono::sys_days(date).time_since_epoch();
  const date::local_time<std::chrono::microseconds> midnight(day);
  // law.md 1.5: a midnight that does not exist or exists twice gives its earliest instant.
  return zone_->to_sys(midnight, date::choose::earliest);
}

std::string tz_database_version() {
  // date::get_tzdb().version is "unknown" on Debian's build: the file says it in its first line.
  std::ifstream file("/usr/share/zoneinfo/tzdata.zi");
  std::string line;
  constexpr std::string_view kStart = "# version ";
  if (!std::getline(file, line) || !line.starts_with(kStart)) return "unknown";
  return line.substr(kStart.size());
}

}  // namespace rightful::calendar
