/// @file
/// The headers of a ustar archive, as far as an archive of a log has them: regular files with short
/// names. Everything else is refused.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "rightful/core/bytes.hpp"
#include "rightful/core/result.hpp"

namespace rightful::ledger {

inline constexpr std::size_t kUstarBlockBytes = 512;
/// Eleven octal digits.
inline constexpr std::uint64_t kMaxUstarSizeBytes = (std::uint64_t{1} << 33U) - 1;
inline constexpr std::size_t kMaxUstarNameBytes = 100;

struct UstarHeader {
  std::string name;
  std::uint64_t size_bytes = 0;
};

/// Mode 0644, no owner, time 0: the same for everybody. The name is not empty and of at most 100
/// bytes, the size at most kMaxUstarSizeBytes (checked, RIGHTFUL_CHECK).
[[nodiscard]] std::array<std::byte, kUstarBlockBytes> format_ustar_header(std::string_view name,
                                                                          std::uint64_t size_bytes);

/// @param block  hostile, 512 bytes (checked, RIGHTFUL_CHECK). @return InvalidArgument for what is
/// no ustar header; Denied for a header of anything but a regular file.
[[nodiscard]] Result<UstarHeader> parse_ustar_header(ByteView block);

/// Up to the next whole block.
[[nodiscard]] constexpr std::uint64_t ustar_padding(std::uint64_t size_bytes) noexcept {
  return (kUstarBlockBytes - size_bytes % kUstarBlockBytes) % kUstarBlockBytes;
}

/// A name that a message may show: printable ASCII, at most 100 characters, others as `?`.
[[nodiscard]] std::string shown_name(std::string_view name);

}  // namespace rightful::ledger
