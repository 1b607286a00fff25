/// @file
/// Size, CRC-32 and SHA-256 of a content, piece by piece.
#pragma once

#include <cstdint>

#include "rightful/core/bytes.hpp"
#include "rightful/crypto/hash.hpp"

namespace rightful::archive {

/// CRC-32 as ZIP has it (IEEE 802.3, reflected), continued from `crc`; 0 begins.
[[nodiscard]] std::uint32_t crc32_continue(std::uint32_t crc, ByteView bytes) noexcept;

/// Threads  one.
class ContentMeter {
 public:
  void update(ByteView piece);

  struct Facts {
    std::uint64_t size;
    std::uint32_t crc;
    crypto::Sha256Digest sha256;
  };

  /// The facts; the meter begins anew.
  [[nodiscard]] Facts finish();

  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

 private:
  std::uint64_t size_ = 0;
  std::uint32_t crc_ = 0;
  crypto::Sha256 hash_;
};

}  // namespace rightful::archive
