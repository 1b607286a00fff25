/// @file
/// How much of a text needs no escape: sixteen bytes at a time, because most texts have none.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace rightful::exporting {

/// Sixteen bytes; comparing gives 0xFF where it holds.
using ByteBlock = unsigned char __attribute__((vector_size(16)));

/// @param special  whether a byte is special. @param mark  the same for a ByteBlock: nonzero bytes
/// where one is. @return the bytes before the first special one.
template <class Mark>
[[nodiscard]] std::size_t plain_length(std::string_view text,
                                       const std::array<bool, 256>& special,
                                       Mark mark) {
  std::size_t i = 0;
  for (; i + sizeof(ByteBlock) <= text.size(); i += sizeof(ByteBlock)) {
    ByteBlock block;
    std::memcpy(&block, text.data() + i, sizeof(block));
    const auto halves = std::bit_cast<std::array<std::uint64_t, 2>>(mark(block));
    if ((halves[0] | halves[1]) != 0) break;
  }
  while (i < text.size() && !special[static_cast<unsigned char>(text[i])])
    ++i;
  return i;
}

}  // namespace rightful::exporting
