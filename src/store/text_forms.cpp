#include "store/text_forms.hpp"

#include <array>
#include <charconv>
#include <cstdio>

namespace rightful::store {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::year_month_day;

/// Reads a text from front to back; sticky: after the first mismatch nothing succeeds.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  /// Exactly `digits` decimal digits.
  int number(std::size_t digits) {
    int value = 0;
    if (rest_.size() < digits) ok_ = false;
    for (std::size_t i = 0; ok_ && i < digits; ++i) {
      const char digit = rest_[i];
      if (digit < '0' || digit > '9') ok_ = false;
      value = value * 10 + (digit - '0');
    }
    if (ok_) rest_.remove_prefix(digits);
    return ok_ ? value : 0;
  }

  bool accept(char expected) {
    if (!ok_ || rest_.empty() || rest_.front() != expected) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void demand(char expected) {
    if (!accept(expected)) ok_ = false;
  }

  /// 1 to 6 digits after the point, as microseconds.
  int fraction() {
    int value = 0;
    std::size_t digits = 0;
    while (digits < 6 && !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') {
      value = value * 10 + number(1);
      ++digits;
    }
    if (digits == 0) ok_ = false;
    for (; digits < 6; ++digits)
      value *= 10;
    return value;
  }

  [[nodiscard]] bool is_ok() const { return ok_; }

  [[nodiscard]] bool is_done() const { return ok_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

year_month_day scan_date(Scanner& scanner) {
  const int year = scanner.number(4);
  scanner.demand('-');
  const int month = scanner.number(2);
  scanner.demand('-');
  const int day = scanner.number(2);
  return year_month_day{std::chrono::year(year),
                        std::chrono::month(static_cast<unsigned>(month)),
                        std::chrono::day(static_cast<unsigned>(day))};
}

/// `+00`, `-03:30`, `+01:23:45`
seconds scan_offset(Scanner& scanner) {
  const bool is_west = scanner.accept('-');
  if (!is_west) scanner.demand('+');
  seconds offset = hours(scanner.number(2));
  if (scanner.accept(':')) offset += minutes(scanner.number(2));
  if (scanner.accept(':')) offset += seconds(scanner.number(2));
  return is_west ? -offset : offset;
}

}  // namespace

std::string date_text(year_month_day date) {
  std::array<char, 32> text{};
  std::snprintf(text.data(),
                text.size(),
                "%04d-%02u-%02u",
                static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()));
  return text.data();
}

std::string timestamptz_text(Instant instant) {
  const auto day = floor<days>(instant);
  const std::chrono::hh_mm_ss time(instant - day);
  std::array<char, 32> text{};
  std::snprintf(text.data(),
                text.size(),
                " %02d:%02d:%02d.%06d+00",
                static_cast<int>(time.hours().count()),
                static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()),
                static_cast<int>(time.subseconds().count()));
  return date_text(year_month_day(day)) + text.data();
}

std::optional<year_month_day> parse_date(std::string_view text) {
  Scanner scanner(text);
  const auto date = scan_date(scanner);
  if (!scanner.is_done() || !date.ok()) return std::nullopt;
  return date;
}

std::optional<Instant> parse_timestamptz(std::string_view text) {
  Scanner scanner(text);
  const auto date = scan_date(scanner);
  scanner.demand(' ');
  const int hour = scanner.number(2);
  scanner.demand(':');
  const int minute = scanner.number(2);
  scanner.demand(':');
  const int second = scanner.number(2);
  const int fraction = scanner.accept('.') ? scanner.fraction() : 0;
  const seconds offset = scan_offset(scanner);
  if (!scanner.is_done() || !date.ok() || hour > 23 || minute > 59 || second > 59)
    return std::nullopt;
  return Instant(sys_days(date)) + hours(hour) + minutes(minute) + seconds(second) +
         microseconds(fraction) - offset;
}

std::string bytea_text(ByteView bytes) {
  return "\\x" + to_hex(bytes);
}

std::optional<Bytes> parse_bytea(std::string_view text) {
  if (!text.starts_with("\\x")) return std::nullopt;
  auto bytes = from_hex(text.substr(2));
  if (!bytes) return std::nullopt;
  return *std::move(bytes);
}

}  // namespace rightful::store
