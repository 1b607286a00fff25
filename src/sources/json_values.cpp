#include "sources/json_values.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include <fmt/format.h>

#include "rightful/core/bytes.hpp"
#include "rightful/core/clock.hpp"

namespace rightful::sources {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_lower_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f');
}

/// `0` in the shape stands for a digit, everything else for itself.
bool has_shape(std::string_view text, std::string_view shape) {
  return text.size() == shape.size() &&
         std::equal(text.begin(), text.end(), shape.begin(), [](char c, char s) {
           return s == '0' ? is_digit(c) : c == s;
         });
}

/// Empty, or `.` with up to six digits.
bool is_fraction(std::string_view text) {
  return text.empty() || (text.front() == '.' && text.size() > 1 && text.size() <= 7 &&
                          std::all_of(text.begin() + 1, text.end(), is_digit));
}

/// `-`, digits without zeros in front, and perhaps a fraction of any length.
bool is_decimal(std::string_view text, bool may_have_fraction) {
  if (text.starts_with('-')) text.remove_prefix(1);
  const auto point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  if (whole.empty() || !std::ranges::all_of(whole, is_digit)) return false;
  if (whole.size() > 1 && whole.front() == '0') return false;
  if (point == std::string_view::npos) return true;
  const std::string_view fraction = text.substr(point + 1);
  return may_have_fraction && !fraction.empty() && std::ranges::all_of(fraction, is_digit);
}

bool fits_64_bits(std::string_view text) {
  std::int64_t with_sign = 0;
  std::uint64_t without = 0;
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const auto a = std::from_chars(begin, end, with_sign);
  const auto b = std::from_chars(begin, end, without);
  return (a.ec == std::errc() && a.ptr == end) || (b.ec == std::errc() && b.ptr == end);
}

bool is_not_finite(std::string_view text) {
  return text == "NaN" || text == "Infinity" || text == "-Infinity";
}

std::optional<Value> number(ValueKind kind, const JsonValue& value) {
  const bool is_number = value.type == JsonType::Number || value.type == JsonType::Text;
  if (!is_number) return std::nullopt;
  if (kind == ValueKind::Decimal) {
    const bool fits = is_decimal(value.text, true) || is_not_finite(value.text);
    return fits ? std::optional(Value{kind, value.text}) : std::nullopt;
  }
  const bool fits = is_decimal(value.text, false) && fits_64_bits(value.text);
  return fits && value.text != "-0" ? std::optional(Value{kind, value.text}) : std::nullopt;
}

std::optional<Value> real(const JsonValue& value, std::string& scratch) {
  if (value.type == JsonType::Text && is_not_finite(value.text)) {
    return Value{ValueKind::Double, value.text};
  }
  if (value.type != JsonType::Number) return std::nullopt;
  double parsed = 0;
  const char* const begin = value.text.data();
  const char* const end = begin + value.text.size();
  const auto [stop, error] = std::from_chars(begin, end, parsed);
  if (error != std::errc() || stop != end) return std::nullopt;
  std::array<char, 32> shortest{};
  const auto written = std::to_chars(shortest.data(), shortest.data() + shortest.size(), parsed);
  scratch.assign(shortest.data(), written.ptr);
  return Value{ValueKind::Double, scratch};
}

std::optional<Value> instant(std::string_view text, std::string& scratch) {
  const auto parsed = parse_rfc3339(text);
  if (!parsed) return std::nullopt;
  // Not with fmt's own dates: they count nanoseconds, which end in the year 2262.
  const auto day = std::chrono::floor<std::chrono::days>(*parsed);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(*parsed - day);
  scratch = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
                        static_cast<int>(date.year()),
                        static_cast<unsigned>(date.month()),
                        static_cast<unsigned>(date.day()),
                        time.hours().count(),
                        time.minutes().count(),
                        time.seconds().count());
  const auto micros = time.subseconds().count();
  if (micros != 0) {
    scratch += fmt::format(".{:06}", micros);
    scratch.erase(scratch.find_last_not_of('0') + 1);
  }
  scratch += 'Z';
  return Value{ValueKind::Instant, scratch};
}

/// A date and a time that exist, without a zone.
bool is_date_time(std::string_view text) {
  constexpr std::string_view kShape = "0000-00-00T00:00:00";
  return has_shape(text.substr(0, kShape.size()), kShape) &&
         is_fraction(text.substr(kShape.size())) && parse_rfc3339(std::string(text) + "Z");
}

bool is_time(std::string_view text) {
  // Also with the zone that PostgreSQL's timetz has.
  const std::string_view local = text.substr(0, text.find_first_of("+-Z"));
  const std::string_view zone = text.substr(local.size());
  const bool has_zone = zone == "Z" || has_shape(zone, "+00") || has_shape(zone, "-00") ||
                        has_shape(zone, "+00:00") || has_shape(zone, "-00:00");
  return (zone.empty() || has_zone) && is_date_time("2000-01-01T" + std::string(local));
}

/// Numbers, each with its letter, in the order of `letters`.
bool are_amounts(std::string_view text, std::string_view letters) {
  while (!text.empty()) {
    const auto digits = text.find_first_not_of("-.0123456789");
    if (digits == std::string_view::npos || !is_decimal(text.substr(0, digits), true)) return false;
    const auto letter = letters.find(text[digits]);
    if (letter == std::string_view::npos) return false;
    letters.remove_prefix(letter + 1);
    text.remove_prefix(digits + 1);
  }
  return true;
}

/// ISO 8601: `P`, amounts of days, and perhaps `T` with amounts of time.
bool is_interval(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  if (text.size() < 3 || text.front() != 'P') return false;
  const auto t = text.find('T');
  const bool has_time = t != std::string_view::npos;
  if (!are_amounts(text.substr(1, has_time ? t - 1 : t), "YMWD")) return false;
  return !has_time || (t + 1 < text.size() && are_amounts(text.substr(t + 1), "HMS"));
}

std::optional<Value> uuid(std::string_view text, std::string& scratch) {
  constexpr std::string_view kShape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  scratch.assign(text);
  std::ranges::transform(scratch, scratch.begin(), [](char c) {
    return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  const bool fits = scratch.size() == kShape.size() &&
                    std::equal(scratch.begin(), scratch.end(), kShape.begin(), [](char c, char s) {
                      return s == 'x' ? is_lower_hex(c) : c == s;
                    });
  return fits ? std::optional(Value{ValueKind::Uuid, scratch}) : std::nullopt;
}

/// Kinds that JSON has no type for arrive as texts.
std::optional<Value> from_text(ValueKind kind, std::string_view text, std::string& scratch) {
  const auto when = [&](bool fits) {
    return fits ? std::optional(Value{kind, text}) : std::nullopt;
  };
  switch (kind) {
    case ValueKind::Text:
      return when(text.find('\0') == std::string_view::npos);
    case ValueKind::Instant:
      return instant(text, scratch);
    case ValueKind::DateTime:
      return when(is_date_time(text));
    case ValueKind::Date:
      return when(has_shape(text, "0000-00-00") && is_date_time(std::string(text) + "T00:00:00"));
    case ValueKind::Time:
      return when(is_time(text));
    case ValueKind::Interval:
      return when(is_interval(text));
    case ValueKind::Bytes:
      return when(from_base64(text).has_value());
    case ValueKind::Uuid:
      return uuid(text, scratch);
    case ValueKind::Null:
    case ValueKind::Boolean:
    case ValueKind::Integer:
    case ValueKind::Decimal:
    case ValueKind::Double:
    case ValueKind::Json:
    case ValueKind::Redacted:
    case ValueKind::Pseudonym:
      break;
  }
  return std::nullopt;
}

}  // namespace

ValueKind value_kind_of(const catalog::Field& field) {
  switch (field.kind.value_or(catalog::FieldKind::Text)) {
    case catalog::FieldKind::Text:
      return ValueKind::Text;
    case catalog::FieldKind::Integer:
      return ValueKind::Integer;
    case catalog::FieldKind::Decimal:
      return ValueKind::Decimal;
    case catalog::FieldKind::Double:
      return ValueKind::Double;
    case catalog::FieldKind::Boolean:
      return ValueKind::Boolean;
    case catalog::FieldKind::Instant:
      return ValueKind::Instant;
    case catalog::FieldKind::DateTime:
      return ValueKind::DateTime;
    case catalog::FieldKind::Date:
      return ValueKind::Date;
    case catalog::FieldKind::Time:
      return ValueKind::Time;
    case catalog::FieldKind::Interval:
      return ValueKind::Interval;
    case catalog::FieldKind::Bytes:
      return ValueKind::Bytes;
    case catalog::FieldKind::Json:
      return ValueKind::Json;
    case catalog::FieldKind::Uuid:
      return ValueKind::Uuid;
  }
  return ValueKind::Text;
}

std::optional<Value> to_value(ValueKind kind, const JsonValue& value, std::string& scratch) {
  if (value.type == JsonType::Null) return Value{};
  if (kind == ValueKind::Integer || kind == ValueKind::Decimal) return number(kind, value);
  if (kind == ValueKind::Double) return real(value, scratch);
  if (kind == ValueKind::Boolean) {
    return value.type == JsonType::Boolean ? std::optional(Value{kind, value.text}) : std::nullopt;
  }
  if (kind == ValueKind::Json) {
    scratch = value.type == JsonType::Text ? quote_json(value.text) : value.text;
    return Value{kind, scratch};
  }
  return value.type == JsonType::Text ? from_text(kind, value.text, scratch) : std::nullopt;
}

}  // namespace rightful::sources
