#include "rightful/core/clock.hpp"

#include <condition_variable>
#include <mutex>
#include <optional>

#include <fmt/format.h>

namespace rightful {
namespace {

using std::chrono::day;
using std::chrono::days;
using std::chrono::floor;
using std::chrono::hh_mm_ss;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::month;
using std::chrono::seconds;
using std::chrono::steady_clock;
using std::chrono::sys_days;
using std::chrono::system_clock;
using std::chrono::year;
using std::chrono::year_month_day;

class TextReader {
 public:
  explicit TextReader(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool at_end() const { return rest_.empty(); }

  bool accept(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  /// Exactly `count` decimal digits.
  std::optional<int> digits(std::size_t count) {
    if (rest_.size() < count) return std::nullopt;
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (rest_[i] < '0' || rest_[i] > '9') return std::nullopt;
      value = value * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(count);
    return value;
  }

  [[nodiscard]] std::size_t count_digits() const {
    const auto end = rest_.find_first_not_of("0123456789");
    return end == std::string_view::npos ? rest_.size() : end;
  }

 private:
  std::string_view rest_;
};

std::optional<sys_days> read_date(TextReader& in) {
  const auto y = in.digits(4);
  if (!y || !in.accept('-')) return std::nullopt;
  const auto m = in.digits(2);
  if (!m || !in.accept('-')) return std::nullopt;
  const auto d = in.digits(2);
  if (!d) return std::nullopt;
  const year_month_day date{
      year{*y}, month{static_cast<unsigned>(*m)}, day{static_cast<unsigned>(*d)}};
  if (!date.ok()) return std::nullopt;
  return sys_days{date};
}

std::optional<microseconds> read_fraction(TextReader& in) {
  if (!in.accept('.')) return microseconds{0};
  const std::size_t count = in.count_digits();
  if (count == 0 || count > 6) return std::nullopt;
  auto value = in.digits(count);
  if (!value) return std::nullopt;
  for (std::size_t i = count; i < 6; ++i)
    *value *= 10;
  return microseconds{*value};
}

std::optional<seconds> read_clock(TextReader& in) {
  const auto h = in.digits(2);
  if (!h || *h > 23 || !in.accept(':')) return std::nullopt;
  const auto m = in.digits(2);
  if (!m || *m > 59 || !in.accept(':')) return std::nullopt;
  const auto s = in.digits(2);
  if (!s || *s > 59) return std::nullopt;
  return hours{*h} + minutes{*m} + seconds{*s};
}

std::optional<minutes> read_offset(TextReader& in) {
  if (in.accept('Z')) return minutes{0};
  const bool west = in.accept('-');
  if (!west && !in.accept('+')) return std::nullopt;
  const auto h = in.digits(2);
  if (!h || *h > 23 || !in.accept(':')) return std::nullopt;
  const auto m = in.digits(2);
  if (!m || *m > 59) return std::nullopt;
  const minutes offset = hours{*h} + minutes{*m};
  return west ? -offset : offset;
}

std::optional<Instant> read_instant(TextReader& in) {
  const auto date = read_date(in);
  if (!date || !in.accept('T')) return std::nullopt;
  const auto clock = read_clock(in);
  if (!clock) return std::nullopt;
  const auto fraction = read_fraction(in);
  if (!fraction) return std::nullopt;
  const auto offset = read_offset(in);
  if (!offset || !in.at_end()) return std::nullopt;
  const Instant instant = Instant{*date} + *clock + *fraction - *offset;
  // RFC 3339 section 1: years 0 to 9999. An offset may carry the first or last hours out of them.
  const year in_utc = year_month_day{floor<days>(instant)}.year();
  if (in_utc < year{0} || in_utc > year{9999}) return std::nullopt;
  return instant;
}

}  // namespace

Instant SystemClock::now() const {
  return floor<microseconds>(system_clock::now());
}

steady_clock::time_point SystemClock::steady_now() const {
  return steady_clock::now();
}

bool SystemClock::wait_for(std::stop_token stop, milliseconds duration) {
  std::mutex mutex;
  std::condition_variable_any condition;
  std::unique_lock lock(mutex);
  condition.wait_for(lock, stop, duration, [] { return false; });
  return stop.stop_requested();
}

std::string format_rfc3339(Instant instant) {
  const auto day_start = floor<days>(instant);
  const year_month_day date{day_start};
  const hh_mm_ss time{floor<milliseconds>(instant - day_start)};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
                     static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()),
                     time.hours().count(),
                     time.minutes().count(),
                     time.seconds().count(),
                     time.subseconds().count());
}

Result<Instant> parse_rfc3339(std::string_view text) {
  TextReader in(text);
  const auto instant = read_instant(in);
  if (!instant) {
    return fail(ErrorCode::InvalidArgument,
                "a time is RFC 3339 with an offset: 2026-01-31T12:00:00Z");
  }
  return *instant;
}

}  // namespace rightful
