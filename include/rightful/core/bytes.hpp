/// @file
/// Raw bytes and their text forms.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rightful/core/result.hpp"

namespace rightful {

using ByteView = std::span<const std::byte>;
using Bytes = std::vector<std::byte>;

[[nodiscard]] ByteView as_bytes(std::string_view text) noexcept;
[[nodiscard]] std::string_view as_text(ByteView bytes) noexcept;
[[nodiscard]] Bytes to_bytes(std::string_view text);

/// Lower case, two digits a byte.
[[nodiscard]] std::string to_hex(ByteView bytes);
/// @return InvalidArgument for odd length or a character outside [0-9a-fA-F].
[[nodiscard]] Result<Bytes> from_hex(std::string_view text);

/// RFC 4648 section 4, with padding.
[[nodiscard]] std::string to_base64(ByteView bytes);
/// Canonical only: right padding, unused bits zero, no white space. @return InvalidArgument
[[nodiscard]] Result<Bytes> from_base64(std::string_view text);
/// RFC 4648 section 5, without padding.
[[nodiscard]] std::string to_base64url(ByteView bytes);
/// Canonical only. @return InvalidArgument
[[nodiscard]] Result<Bytes> from_base64url(std::string_view text);

/// Crockford's base32, upper case, no check symbol; bits are taken from the first byte's top on,
/// the last group is filled with zero bits.
[[nodiscard]] std::string to_crockford(ByteView bytes);
/// Accepts lower case, I and L for 1, O for 0, and ignores hyphens. @return InvalidArgument for any
/// other character or non-zero fill bits.
[[nodiscard]] Result<Bytes> from_crockford(std::string_view text);

/// Copies exactly N bytes. @return InvalidArgument when `bytes` has another size.
template <std::size_t N>
[[nodiscard]] Result<std::array<std::byte, N>> to_array(ByteView bytes) {
  if (bytes.size() != N) {
    return fail(ErrorCode::InvalidArgument, "expected " + std::to_string(N) + " bytes");
  }
  std::array<std::byte, N> out{};
  std::copy(bytes.begin(), bytes.end(), out.begin());
  return out;
}

}  // namespace rightful
