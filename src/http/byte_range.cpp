#include "http/byte_range.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <system_error>

namespace rightful::http {
namespace {

std::optional<std::uint64_t> parse_number(std::string_view digits) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

}  // namespace

std::variant<WholeBody, ByteRange, NotSatisfiable> parse_range(std::string_view field,
                                                               std::uint64_t size) {
  constexpr std::string_view kUnit = "bytes=";
  if (!field.starts_with(kUnit)) return WholeBody{};
  field.remove_prefix(kUnit.size());
  const std::size_t dash = field.find('-');
  if (dash == std::string_view::npos) return WholeBody{};
  const std::string_view first = field.substr(0, dash);
  const std::string_view last = field.substr(dash + 1);

  if (first.empty()) {  // the last n bytes
    const auto count = parse_number(last);
    if (!count) return WholeBody{};
    if (*count == 0 || size == 0) return NotSatisfiable{};
    return ByteRange{size - std::min(*count, size), size};
  }
  const auto from = parse_number(first);
  if (!from) return WholeBody{};
  std::uint64_t to = size;
  if (!last.empty()) {
    const auto end = parse_number(last);
    if (!end || *end < *from) return WholeBody{};
    to = *end >= size ? size : *end + 1;
  }
  if (*from >= size) return NotSatisfiable{};
  return ByteRange{*from, to};
}

}  // namespace rightful::http
