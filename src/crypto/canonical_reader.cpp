#include "crypto/canonical_reader.hpp"

#include <charconv>

namespace rightful::crypto {

std::optional<std::string> CanonicalReader::quoted() {
  std::string value;
  for (std::size_t at = 0; at < rest_.size(); ++at) {
    char next = rest_[at];
    if (next == '"') {
      rest_.remove_prefix(at + 1);
      return value;
    }
    if (next == '\\') {
      if (++at == rest_.size()) break;
      next = rest_[at];
      if (next != '"' && next != '\\') break;
    }
    value.push_back(next);
  }
  return std::nullopt;
}

std::optional<std::uint64_t> parse_number(std::string_view text, std::uint64_t maximum) noexcept {
  std::uint64_t value = 0;
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const auto [stopped, error] = std::from_chars(begin, end, value);
  if (error != std::errc{} || stopped != end || value > maximum) return std::nullopt;
  if (text.size() > 1 && text.front() == '0') return std::nullopt;
  return value;
}

}  // namespace rightful::crypto
