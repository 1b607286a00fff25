#include "http/query_fields.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace rightful::http {
namespace {

constexpr std::size_t kLongestName = 24;

bool is_name(std::string_view name) noexcept {
  return !name.empty() && name.size() <= kLongestName &&
         std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
}

/// @return nothing for a percent sign without two hexadecimal digits, and for what is not visible
/// ASCII.
std::optional<std::string> decoded(std::string_view text) {
  std::string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      plain += text[at];
      continue;
    }
    unsigned value = 0;
    const std::string_view digits = text.substr(at + 1, 2);
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    const bool is_whole = error == std::errc() && digits.size() == 2 && end == digits.data() + 2;
    if (!is_whole || value <= ' ' || value > '~') return std::nullopt;
    plain += static_cast<char>(value);
    at += 2;
  }
  return plain;
}

std::unexpected<Problem> bad(std::string_view field) {
  return std::unexpected(Problem::of_field(ProblemKind::FieldInvalid, field));
}

}  // namespace

std::optional<std::uint64_t> parse_decimal(std::string_view text) noexcept {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  if (text.front() == '-' || (text.size() > 1 && text.front() == '0')) return std::nullopt;
  return static_cast<std::uint64_t>(value);
}

Handled<QueryFields> QueryFields::parse(std::string_view query) {
  QueryFields fields;
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    const std::size_t equals = pair.find('=');
    const std::string_view name = pair.substr(0, equals);
    const bool is_last = end == std::string_view::npos;
    if (!is_name(name) || (!is_last && end + 1 == query.size())) return bad("query");
    auto value = equals == std::string_view::npos ? std::nullopt : decoded(pair.substr(equals + 1));
    if (!value || value->empty()) return bad(name);
    if (!fields.fields_.emplace(name, *std::move(value)).second) return bad(name);
    query.remove_prefix(is_last ? query.size() : end + 1);
  }
  return fields;
}

std::optional<std::string> QueryFields::text(std::string_view name) {
  const auto found = fields_.find(name);
  if (found == fields_.end()) return std::nullopt;
  std::string value = std::move(found->second);
  fields_.erase(found);
  return value;
}

Handled<std::optional<std::uint64_t>> QueryFields::integer(std::string_view name) {
  const auto value = text(name);
  if (!value) return std::nullopt;
  const auto number = parse_decimal(*value);
  if (!number) return bad(name);
  return number;
}

Handled<std::optional<Instant>> QueryFields::instant(std::string_view name) {
  const auto value = text(name);
  if (!value) return std::nullopt;
  const auto instant = parse_rfc3339(*value);
  if (!instant) return bad(name);
  return *instant;
}

Handled<void> QueryFields::finish() const {
  if (fields_.empty()) return {};
  return std::unexpected(Problem::of_field(ProblemKind::FieldUnknown, fields_.begin()->first));
}

}  // namespace rightful::http
