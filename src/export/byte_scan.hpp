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

[[nodiscard]] inline ByteBlock load_block(const char* at) {
  ByteBlock block;
  std::memcpy(&block, at, sizeof(block));
  return block;
}

/// A text of 4 to 15 bytes, some of them more than once.
[[nodiscard]] inline ByteBlock load_short(std::string_view text) {
  std::array<char, sizeof(ByteBlock)> bytes{};
  const std::size_t half = text.size() < 8 ? 4 : 8;
  for (std::size_t at = 0; at < bytes.size(); at += 2 * half) {
    std::memcpy(bytes.data() + at, text.data(), half);
    std::memcpy(bytes.data() + at + half, text.data() + text.size() - half, half);
  }
  return std::bit_cast<ByteBlock>(bytes);
}

[[nodiscard]] inline bool is_any_set(ByteBlock block) {
  const auto halves = std::bit_cast<std::array<std::uint64_t, 2>>(block);
  return (halves[0] | halves[1]) != 0;
}

/// @param special  whether a byte is special. @param mark  the same for a ByteBlock: nonzero bytes
/// where one is. @return the bytes before the first special one.
template <class Mark>
[[nodiscard]] std::size_t plain_length(std::string_view text,
                                       const std::array<bool, 256>& special,
                                       Mark mark) {
  constexpr std::size_t kBlock = sizeof(ByteBlock);
  constexpr std::size_t kShortest = 4;
  std::size_t i = 0;
  while (i + kBlock <= text.size() && !is_any_set(mark(load_block(text.data() + i))))
    i += kBlock;
  // The rest is mostly plain too: asked as a whole, together with bytes that are known to be.
  if (i + kBlock > text.size() && text.size() >= kShortest) {
    const ByteBlock rest =
        text.size() < kBlock ? load_short(text) : load_block(text.data() + text.size() - kBlock);
    if (!is_any_set(mark(rest))) return text.size();
  }
  while (i < text.size() && !special[static_cast<unsigned char>(text[i])])
    ++i;
  return i;
}

}  // namespace rightful::exporting
