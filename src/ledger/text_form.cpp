#include "ledger/text_form.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace rightful::ledger {

namespace {

constexpr std::string_view kBase64url =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t kNoDigit = 0xFF;

/// The value of each character: a leaf has 200 of them, and looking each up in the alphabet was a
/// quarter of what verifying a leaf costs besides its signature.
constexpr std::array<std::uint8_t, 256> kBase64urlValues = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(kNoDigit);
  for (std::uint8_t value = 0; value < kBase64url.size(); ++value)
    values[static_cast<unsigned char>(kBase64url[value])] = value;
  return values;
}();

std::uint8_t base64url_value(char c) noexcept {
  return kBase64urlValues[static_cast<unsigned char>(c)];
}

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

// All digits; empty when a character is none. At most four characters are asked for.
std::optional<int> parse_digits(std::string_view text) noexcept {
  int value = 0;
  for (const char c : text) {
    if (!is_digit(c)) return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

struct TimeOfDay {
  int hour;
  int minute;
  int second;
  int millisecond;
};

// `HH:MM:SS.mmm`
std::optional<TimeOfDay> parse_time_of_day(std::string_view text) noexcept {
  if (text.size() != 12 || text[2] != ':' || text[5] != ':' || text[8] != '.') return std::nullopt;
  const auto hour = parse_digits(text.substr(0, 2));
  const auto minute = parse_digits(text.substr(3, 2));
  const auto second = parse_digits(text.substr(6, 2));
  const auto millisecond = parse_digits(text.substr(9, 3));
  if (!hour || !minute || !second || !millisecond) return std::nullopt;
  if (*hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  return TimeOfDay{*hour, *minute, *second, *millisecond};
}

}  // namespace

bool is_base64url(std::string_view text, std::size_t size_bytes) noexcept {
  const std::size_t bits = size_bytes * 8;
  if (text.size() != (bits + 5) / 6 || text.empty()) return false;
  if (!std::ranges::all_of(text, [](char c) { return base64url_value(c) != kNoDigit; }))
    return false;
  const std::size_t unused_bits = text.size() * 6 - bits;
  return (base64url_value(text.back()) & ((1U << unused_bits) - 1)) == 0;
}

bool is_lower_hex(std::string_view text, std::size_t digits) noexcept {
  return text.size() == digits &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_reference(std::string_view text, char prefix, std::size_t size_bytes) noexcept {
  return text.size() > 2 && text[0] == prefix && text[1] == '_' &&
         is_base64url(text.substr(2), size_bytes);
}

std::optional<std::chrono::year_month_day> parse_date(std::string_view text) noexcept {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = parse_digits(text.substr(0, 4));
  const auto month = parse_digits(text.substr(5, 2));
  const auto day = parse_digits(text.substr(8, 2));
  if (!year || !month || !day || *year < 1970) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day)));
  if (!date.ok()) return std::nullopt;
  return date;
}

std::optional<Instant> parse_instant(std::string_view text) noexcept {
  if (text.size() != 24 || text[10] != 'T' || text[23] != 'Z') return std::nullopt;
  const auto date = parse_date(text.substr(0, 10));
  const auto time = parse_time_of_day(text.substr(11, 12));
  if (!date || !time) return std::nullopt;
  return std::chrono::sys_days(*date) + std::chrono::hours(time->hour) +
         std::chrono::minutes(time->minute) + std::chrono::seconds(time->second) +
         std::chrono::milliseconds(time->millisecond);
}

}  // namespace rightful::ledger
