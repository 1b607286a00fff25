#include "rightful/core/account_id.hpp"

#include <cstdint>
#include <optional>

namespace rightful {
namespace {

struct CodePoint {
  char32_t value;
  std::size_t size;
};

bool is_continuation(char c) {
  return (static_cast<std::uint8_t>(c) & 0xC0U) == 0x80U;
}

/// How many bytes a sequence with this first byte has, and the smallest value that needs so many; 0
/// = not a first byte.
struct SequenceShape {
  std::size_t size;
  char32_t first_bits;
  char32_t minimum;
};

SequenceShape shape_of(std::uint8_t first) {
  if (first < 0x80) return {1, first, 0};
  if (first >= 0xC2 && first < 0xE0) return {2, first & 0x1FU, 0x80};
  if (first >= 0xE0 && first < 0xF0) return {3, first & 0x0FU, 0x800};
  if (first >= 0xF0 && first < 0xF5) return {4, first & 0x07U, 0x10000};
  return {0, 0, 0};
}

/// RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
std::optional<CodePoint> next_code_point(std::string_view text) {
  const SequenceShape shape = shape_of(static_cast<std::uint8_t>(text.front()));
  if (shape.size == 0 || text.size() < shape.size) return std::nullopt;
  char32_t value = shape.first_bits;
  for (std::size_t i = 1; i < shape.size; ++i) {
    if (!is_continuation(text[i])) return std::nullopt;
    value = (value << 6U) | (static_cast<std::uint8_t>(text[i]) & 0x3FU);
  }
  if (value < shape.minimum || value > 0x10FFFF) return std::nullopt;
  if (value >= 0xD800 && value <= 0xDFFF) return std::nullopt;
  return CodePoint{value, shape.size};
}

bool is_control(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c <= 0x9F);
}

}  // namespace

Result<AccountId> AccountId::parse(std::string_view text) {
  if (text.empty()) return fail(ErrorCode::InvalidArgument, "an account ID is not empty");
  if (text.size() > kMaxSizeBytes) {
    return fail(ErrorCode::InvalidArgument, "an account ID has at most 128 bytes");
  }
  std::string_view rest = text;
  while (!rest.empty()) {
    const auto point = next_code_point(rest);
    if (!point) return fail(ErrorCode::InvalidArgument, "an account ID is valid UTF-8");
    if (is_control(point->value)) {
      return fail(ErrorCode::InvalidArgument, "an account ID has no control characters");
    }
    rest.remove_prefix(point->size);
  }
  return AccountId(std::string(text));
}

}  // namespace rightful
