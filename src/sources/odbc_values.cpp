#include "sources/odbc_values.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include "rightful/core/bytes.hpp"
#include "rightful/core/clock.hpp"
#include "rightful/core/failure.hpp"

#include "sources/odbc_text.hpp"

namespace rightful::sources {
namespace {

constexpr std::size_t kDateSize = 10;
constexpr std::size_t kTimeSize = 8;

[[noreturn]] void throw_bad_row() {
  throw Failure(Retry::Never, "bad_row", "the database holds bytes where a text is declared");
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool are_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

/// `0` in the shape stands for a digit, everything else for itself.
bool has_shape(std::string_view text, std::string_view shape) {
  return text.size() == shape.size() &&
         std::equal(text.begin(), text.end(), shape.begin(), [](char c, char s) {
           return s == '0' ? is_digit(c) : c == s;
         });
}

int number_at(std::string_view text, std::size_t at, std::size_t digits) {
  int value = 0;
  std::from_chars(text.data() + at, text.data() + at + digits, value);
  return value;
}

/// A day that exists, from year 1 on: databases also hold `0000-00-00`.
bool is_date(std::string_view text) {
  if (!has_shape(text, "0000-00-00")) return false;
  const auto day = std::chrono::year(number_at(text, 0, 4)) /
                   std::chrono::month(static_cast<unsigned>(number_at(text, 5, 2))) /
                   std::chrono::day(static_cast<unsigned>(number_at(text, 8, 2)));
  return day.ok() && number_at(text, 0, 4) > 0;
}

/// `12:00:00` or with `.5` to `.1234567`; without zeros at the end of the fraction. Empty = none.
std::string_view time_of_day(std::string_view text) {
  if (!has_shape(text.substr(0, kTimeSize), "00:00:00")) return {};
  const bool is_possible =
      number_at(text, 0, 2) < 24 && number_at(text, 3, 2) < 60 && number_at(text, 6, 2) < 60;
  if (!is_possible) return {};
  if (text.size() == kTimeSize) return text;
  if (text[kTimeSize] != '.' || !are_digits(text.substr(kTimeSize + 1))) return {};
  while (text.ends_with('0'))
    text.remove_suffix(1);
  if (text.ends_with('.')) text.remove_suffix(1);
  return text;
}

/// `2024-02-29T12:00:00.5`; empty = `text` is none without a zone.
std::string local_date_time(std::string_view text) {
  if (text.size() == kDateSize) return is_date(text) ? fmt::format("{}T00:00:00", text) : "";
  if (text.size() < kDateSize + 1 + kTimeSize) return "";
  const bool is_parted = text[kDateSize] == ' ' || text[kDateSize] == 'T';
  const std::string_view time = time_of_day(text.substr(kDateSize + 1));
  if (!is_parted || !is_date(text.substr(0, kDateSize)) || time.empty()) return "";
  return fmt::format("{}T{}", text.substr(0, kDateSize), time);
}

std::string utc_text(Instant instant) {
  const auto day = std::chrono::floor<std::chrono::days>(instant);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(instant - day);
  std::string out = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
                                static_cast<int>(date.year()),
                                static_cast<unsigned>(date.month()),
                                static_cast<unsigned>(date.day()),
                                time.hours().count(),
                                time.minutes().count(),
                                time.seconds().count());
  if (time.subseconds().count() > 0) {
    out += fmt::format(".{:06}", time.subseconds().count());
    while (out.ends_with('0'))
      out.pop_back();
  }
  return out + "Z";
}

/// With `Z`, `+02:00`, `+0200` or `+02` behind it, with or without a blank before that. Empty = not
/// exactly an instant of at most microseconds.
std::string zoned_date_time(std::string_view text) {
  std::string form(text);
  if (form.size() > kDateSize) form[kDateSize] = 'T';
  const std::size_t sign = form.find_first_of("+-Z", kDateSize);
  if (sign == std::string::npos) return "";
  std::string zone = form.substr(sign);
  std::string local = form.substr(0, sign);
  while (local.ends_with(' '))
    local.pop_back();
  if (zone.size() == 3) zone += ":00";
  if (zone.size() == 5) zone.insert(3, ":");
  const std::string plain = local_date_time(local);
  if (plain.empty()) return "";
  const auto instant = parse_rfc3339(plain + zone);
  return instant ? utc_text(*instant) : "";
}

Value instant(std::string_view text, std::string& scratch) {
  std::string found = local_date_time(text);
  if (!found.empty()) {
    found += 'Z';
  } else {
    found = zoned_date_time(text);
  }
  if (found.empty()) return {ValueKind::Text, text};
  scratch = std::move(found);
  return {ValueKind::Instant, scratch};
}

Value date_time(std::string_view text, std::string& scratch) {
  std::string found = local_date_time(text);
  if (found.empty()) return {ValueKind::Text, text};
  scratch = std::move(found);
  return {ValueKind::DateTime, scratch};
}

/// `12.50`, `-0.5`; some databases leave the zero before the point away.
Value decimal(std::string_view text, std::string& scratch) {
  const bool is_negative = text.starts_with('-');
  const std::string_view digits = is_negative ? text.substr(1) : text;
  const std::size_t point = digits.find('.');
  const std::string_view whole = digits.substr(0, point);
  const bool has_fraction = point != std::string_view::npos;
  const bool is_one = (whole.empty() || are_digits(whole)) &&
                      (!has_fraction || are_digits(digits.substr(point + 1))) &&
                      !(whole.empty() && !has_fraction);
  if (!is_one) return {ValueKind::Text, text};
  if (!whole.empty()) return {ValueKind::Decimal, text};
  scratch = fmt::format("{}0{}", is_negative ? "-" : "", digits);
  return {ValueKind::Decimal, scratch};
}

/// `1`, `-9223372036854775808`, `18446744073709551615`, as a number's only text.
bool is_integer(std::string_view text) {
  const bool is_negative = text.starts_with('-');
  const std::string_view digits = is_negative ? text.substr(1) : text;
  if (!are_digits(digits) || (digits.size() > 1 && digits.front() == '0') || text == "-0") {
    return false;
  }
  std::uint64_t magnitude = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), magnitude);
  constexpr std::uint64_t kMostNegative = 1ULL << 63U;
  return error == std::errc() && end == digits.data() + digits.size() &&
         (!is_negative || magnitude <= kMostNegative);
}

Value boolean(std::string_view text) {
  if (text == "1") return {ValueKind::Boolean, "true"};
  if (text == "0") return {ValueKind::Boolean, "false"};
  return {ValueKind::Text, text};
}

Value uuid(std::string_view text, std::string& scratch) {
  scratch.assign(text);
  std::transform(scratch.begin(), scratch.end(), scratch.begin(), [](char c) {
    return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  constexpr std::string_view kShape = "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh";
  const bool is_one =
      scratch.size() == kShape.size() &&
      std::equal(scratch.begin(), scratch.end(), kShape.begin(), [](char c, char shape) {
        return shape == '-' ? c == '-' : is_digit(c) || (c >= 'a' && c <= 'f');
      });
  if (!is_one) return {ValueKind::Text, text};
  return {ValueKind::Uuid, scratch};
}

template <class Float>
Value real(Float number, std::string& scratch) {
  if (std::isnan(number)) return {ValueKind::Double, "NaN"};
  if (std::isinf(number)) return {ValueKind::Double, number > 0 ? "Infinity" : "-Infinity"};
  std::array<char, 64> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
  scratch.assign(buffer.data(), end);
  return {ValueKind::Double, scratch};
}

Value bytes(std::string_view raw, std::string& scratch) {
  scratch = to_base64(as_bytes(raw));
  return {ValueKind::Bytes, scratch};
}

std::string from_hex_or_throw(std::string_view hex) {
  const auto raw = from_hex(hex);
  if (!raw) throw_bad_row();
  return std::string(as_text(*raw));
}

/// A real of SQLite, which its columns of any type may hold.
Value tagged_real(ValueKind kind, std::string_view digits, std::string& scratch) {
  double number = 0;
  if (digits == "Inf" || digits == "-Inf") {
    number = digits == "Inf" ? HUGE_VAL : -HUGE_VAL;
  } else {
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc() || end != digits.data() + digits.size()) throw_bad_row();
  }
  const Value value = real(number, scratch);
  if (kind == ValueKind::Double) return value;
  if (kind == ValueKind::Decimal &&
      value.text.find_first_not_of("-.0123456789") == std::string_view::npos) {
    return {ValueKind::Decimal, value.text};
  }
  return {ValueKind::Text, value.text};
}

}  // namespace

Value value_from_text(ValueKind kind, std::string_view text, std::string& scratch) {
  switch (kind) {
    case ValueKind::Boolean:
      return boolean(text);
    case ValueKind::Integer:
      return {is_integer(text) ? kind : ValueKind::Text, text};
    case ValueKind::Decimal:
      return decimal(text, scratch);
    case ValueKind::Instant:
      return instant(text, scratch);
    case ValueKind::DateTime:
      return date_time(text, scratch);
    case ValueKind::Date:
      return {is_date(text) ? kind : ValueKind::Text, text};
    case ValueKind::Time: {
      const std::string_view time = time_of_day(text);
      return time.empty() ? Value{ValueKind::Text, text} : Value{kind, time};
    }
    case ValueKind::Json:
      return {nlohmann::json::accept(text) ? kind : ValueKind::Text, text};
    case ValueKind::Uuid:
      return uuid(text, scratch);
    case ValueKind::Bytes:
      return bytes(text, scratch);
    case ValueKind::Double:
    case ValueKind::Text:
    case ValueKind::Interval:
    case ValueKind::Null:
    case ValueKind::Redacted:
    case ValueKind::Pseudonym:
      break;
  }
  return {ValueKind::Text, text};
}

Value value_from_tagged(ValueKind kind, std::string_view tagged, std::string& scratch) {
  if (tagged.empty()) throw_bad_row();
  const char tag = tagged.front();
  const std::string_view rest = tagged.substr(1);
  if (tag == 'i' && kind == ValueKind::Double) return {kind, rest};
  if (tag == 'r') return tagged_real(kind, rest, scratch);
  if (tag == 'n' || tag == 'b') {
    const std::string raw = from_hex_or_throw(rest);
    if (kind == ValueKind::Bytes) return bytes(raw, scratch);
    if (!is_utf8(raw)) throw_bad_row();
    std::string converted;
    const Value value = value_from_text(kind, raw, converted);
    // `raw` ends here.
    scratch.assign(value.text);
    return {value.kind, scratch};
  }
  return value_from_text(kind, rest, scratch);
}

Value read_value(OdbcStatement& statement,
                 int column,
                 const ColumnFacts& facts,
                 ValueKind kind,
                 OdbcDialect dialect,
                 std::string& buffer,
                 std::string& scratch) {
  if (dialect == OdbcDialect::Sqlite) {
    const auto tagged = statement.text(column, buffer);
    return tagged ? value_from_tagged(kind, *tagged, scratch) : Value{};
  }
  switch (facts.kind) {
    case ValueKind::Boolean: {
      const auto value = statement.bit(column);
      return value ? boolean(*value ? "1" : "0") : Value{};
    }
    case ValueKind::Double: {
      if (facts.base_type == "real") {
        const auto value = statement.single(column);
        return value ? real(*value, scratch) : Value{};
      }
      const auto value = statement.real(column);
      return value ? real(*value, scratch) : Value{};
    }
    case ValueKind::Bytes: {
      const auto value = statement.bytes(column, buffer);
      return value ? bytes(*value, scratch) : Value{};
    }
    case ValueKind::Integer:
    case ValueKind::Decimal:
    case ValueKind::Date:
    case ValueKind::DateTime:
    case ValueKind::Instant:
    case ValueKind::Time:
    case ValueKind::Uuid: {
      const auto value = statement.plain(column, buffer);
      return value ? value_from_text(kind, *value, scratch) : Value{};
    }
    case ValueKind::Text:
    case ValueKind::Json:
    case ValueKind::Interval:
    case ValueKind::Null:
    case ValueKind::Redacted:
    case ValueKind::Pseudonym:
      break;
  }
  const auto value = statement.text(column, buffer);
  return value ? value_from_text(kind, *value, scratch) : Value{};
}

}  // namespace rightful::sources
