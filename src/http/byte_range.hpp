/// @file
/// The Range field of a request, RFC 9110 section 14: one range of bytes.
#pragma once

#include <cstdint>
#include <string_view>
#include <variant>

namespace rightful::http {

/// Bytes [from, to), not empty.
struct ByteRange {
  std::uint64_t from;
  std::uint64_t to;

  friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

/// Ignored as the RFC allows: several ranges, another unit, bad syntax.
struct WholeBody {
  friend bool operator==(const WholeBody&, const WholeBody&) = default;
};

struct NotSatisfiable {
  friend bool operator==(const NotSatisfiable&, const NotSatisfiable&) = default;
};

/// @param field  the value of Range. @param size  of the whole body, in bytes.
[[nodiscard]] std::variant<WholeBody, ByteRange, NotSatisfiable> parse_range(std::string_view field,
                                                                             std::uint64_t size);

}  // namespace rightful::http
