#include "sources/postgres_values.hpp"

#include <algorithm>
#include <array>

#include "rightful/core/bytes.hpp"
#include "rightful/core/failure.hpp"

namespace rightful::sources {
namespace {

constexpr std::array kKinds =
    std::to_array<std::pair<std::string_view, ValueKind>>({{"bool", ValueKind::Boolean},
                                                           {"int2", ValueKind::Integer},
                                                           {"int4", ValueKind::Integer},
                                                           {"int8", ValueKind::Integer},
                                                           {"oid", ValueKind::Integer},
                                                           {"numeric", ValueKind::Decimal},
                                                           {"float4", ValueKind::Double},
                                                           {"float8", ValueKind::Double},
                                                           {"timestamptz", ValueKind::Instant},
                                                           {"timestamp", ValueKind::DateTime},
                                                           {"date", ValueKind::Date},
                                                           {"time", ValueKind::Time},
                                                           {"timetz", ValueKind::Time},
                                                           {"interval", ValueKind::Interval},
                                                           {"bytea", ValueKind::Bytes},
                                                           {"json", ValueKind::Json},
                                                           {"jsonb", ValueKind::Json},
                                                           {"uuid", ValueKind::Uuid}});

[[noreturn]] void throw_bad_row() {
  throw Failure(Retry::Never, "bad_row", "the database sent a value that its type cannot hold");
}

/// `0` in the shape stands for a digit, everything else for itself.
bool has_shape(std::string_view text, std::string_view shape) {
  return text.size() == shape.size() &&
         std::equal(text.begin(), text.end(), shape.begin(), [](char c, char s) {
           return s == '0' ? c >= '0' && c <= '9' : c == s;
         });
}

/// `2024-02-29 12:00:00` or with `.5` to `.123456`
bool is_date_time(std::string_view text) {
  constexpr std::string_view kShape = "0000-00-00 00:00:00";
  if (!has_shape(text.substr(0, kShape.size()), kShape)) return false;
  const std::string_view fraction = text.substr(kShape.size());
  return fraction.empty() || (fraction.front() == '.' && fraction.size() > 1 &&
                              std::all_of(fraction.begin() + 1, fraction.end(), [](char c) {
                                return c >= '0' && c <= '9';
                              }));
}

Value date_time(ValueKind kind,
                std::string_view text,
                std::string_view zone,
                std::string& scratch) {
  const std::string_view local =
      kind == ValueKind::Instant && text.ends_with("+00") ? text.substr(0, text.size() - 3) : text;
  if (!is_date_time(local) || (kind == ValueKind::Instant && local == text)) {
    return {ValueKind::Text, text};  // infinity, before Christ, after the year 9999
  }
  scratch.assign(local);
  scratch[10] = 'T';
  scratch += zone;
  return {kind, scratch};
}

Value bytes(std::string_view text, std::string& scratch) {
  if (!text.starts_with("\\x")) throw_bad_row();
  const Result<Bytes> raw = from_hex(text.substr(2));
  if (!raw) throw_bad_row();
  scratch = to_base64(*raw);
  return {ValueKind::Bytes, scratch};
}

Value boolean(std::string_view text) {
  if (text == "t") return {ValueKind::Boolean, "true"};
  if (text == "f") return {ValueKind::Boolean, "false"};
  throw_bad_row();
}

}  // namespace

ValueKind value_kind_of(std::string_view type) {
  for (const auto& [name, kind] : kKinds) {
    if (name == type) return kind;
  }
  return ValueKind::Text;
}

Value to_value(ValueKind kind, std::string_view text, std::string& scratch) {
  switch (kind) {
    case ValueKind::Boolean:
      return boolean(text);
    case ValueKind::Instant:
      return date_time(kind, text, "Z", scratch);
    case ValueKind::DateTime:
      return date_time(kind, text, "", scratch);
    case ValueKind::Date:
      return {has_shape(text, "0000-00-00") ? kind : ValueKind::Text, text};
    case ValueKind::Bytes:
      return bytes(text, scratch);
    case ValueKind::Integer:
    case ValueKind::Decimal:
    case ValueKind::Double:
    case ValueKind::Text:
    case ValueKind::Time:
    case ValueKind::Interval:
    case ValueKind::Json:
    case ValueKind::Uuid:
      return {kind, text};
    case ValueKind::Null:
    case ValueKind::Redacted:
    case ValueKind::Pseudonym:
      break;
  }
  return {kind, {}};
}

}  // namespace rightful::sources
