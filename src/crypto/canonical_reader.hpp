/// @file
/// Reads JSON of which only one spelling is allowed, member by member. Not a JSON parser.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rightful::crypto {

/// A place in a text; every call moves on only when it succeeds.
/// Owns  nothing: the text must outlive the reader and what it returns.
class CanonicalReader {
 public:
  explicit CanonicalReader(std::string_view text) noexcept : rest_(text) {}

  /// Steps over exactly this text.
  [[nodiscard]] bool skip(std::string_view literal) noexcept {
    if (!rest_.starts_with(literal)) return false;
    rest_.remove_prefix(literal.size());
    return true;
  }

  /// What stands before `literal`, which is stepped over too.
  [[nodiscard]] std::optional<std::string_view> until(std::string_view literal) noexcept {
    const std::size_t end = rest_.find(literal);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view found = rest_.substr(0, end);
    rest_.remove_prefix(end + literal.size());
    return found;
  }

  /// A string after its opening quote, up to and with the closing one; only `\"` and `\\` are
  /// escapes.
  [[nodiscard]] std::optional<std::string> quoted();

  [[nodiscard]] std::string_view rest() const noexcept { return rest_; }

 private:
  std::string_view rest_;
};

/// Digits without a leading zero. Empty when `text` is anything else or more than `maximum`.
[[nodiscard]] std::optional<std::uint64_t> parse_number(std::string_view text,
                                                        std::uint64_t maximum) noexcept;

}  // namespace rightful::crypto
