/// @file
/// SHA-1 and SHA-256 of a stream over sha_blocks.hpp: what is left of a block, length, padding.
/// Only where has_sha_blocks(); else OpenSSL.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include <sodium.h>

#include "rightful/core/bytes.hpp"

#include "crypto/sha_blocks.hpp"

namespace rightful::crypto {

/// One running hash. Format  FIPS 180-4 §5.1.1, §5.3. Threads  one at a time.
/// Secrets  wiped when it ends: an HMAC's state is as good as its key.
template <class Words, void (*hash_blocks)(Words&, const std::byte*, std::size_t) noexcept>
class ShaStream {
 public:
  explicit ShaStream(const Words& initial) noexcept : words_(initial) {}

  ShaStream(const ShaStream&) noexcept = default;
  ShaStream(ShaStream&&) noexcept = default;
  ShaStream& operator=(const ShaStream&) noexcept = default;
  ShaStream& operator=(ShaStream&&) noexcept = default;

  ~ShaStream() {
    sodium_memzero(words_.data(), sizeof words_);
    sodium_memzero(kept_.data(), kept_.size());
  }

  void update(ByteView bytes) noexcept { take_rest(complete_block(bytes)); }

  // update() in two parts, for whoever has whole blocks between them hashed in another way.

  /// Fills the block that was begun, and hashes it when it is full.
  /// @return what is left; unless that is empty, no block is begun any more, and words() is the
  /// state before it.
  [[nodiscard]] ByteView complete_block(ByteView bytes) noexcept {
    size_ += bytes.size();
    if (kept_size_ == 0) return bytes;
    const std::size_t count = std::min(bytes.size(), kShaBlockBytes - kept_size_);
    keep(bytes.first(count));
    if (kept_size_ == kShaBlockBytes) {
      hash_blocks(words_, kept_.data(), 1);
      kept_size_ = 0;
    }
    return bytes.subspan(count);
  }

  [[nodiscard]] Words& words() noexcept { return words_; }

  /// What complete_block() has returned, less the whole blocks that went into words().
  void take_rest(ByteView bytes) noexcept {
    const std::size_t blocks = bytes.size() / kShaBlockBytes;
    if (blocks > 0) hash_blocks(words_, bytes.data(), blocks);
    keep(bytes.subspan(blocks * kShaBlockBytes));
  }

  /// The digest; the stream has ended.
  [[nodiscard]] std::array<std::byte, sizeof(Words)> finish() noexcept {
    const std::uint64_t size_bits = size_ * 8;
    constexpr std::size_t kLengthAt = kShaBlockBytes - sizeof size_bits;
    kept_[kept_size_++] = std::byte{0x80};
    if (kept_size_ > kLengthAt) pad_to(kShaBlockBytes);
    pad_to(kLengthAt);
    for (std::size_t i = 0; i < sizeof size_bits; ++i)
      kept_[kLengthAt + i] = static_cast<std::byte>(size_bits >> (56U - 8U * i));
    hash_blocks(words_, kept_.data(), 1);
    std::array<std::byte, sizeof(Words)> digest{};
    for (std::size_t i = 0; i < digest.size(); ++i)
      digest[i] = static_cast<std::byte>(words_[i / 4] >> (24U - 8U * (i % 4)));
    return digest;
  }

 private:
  void keep(ByteView bytes) noexcept {
    std::copy(bytes.begin(), bytes.end(), kept_.begin() + static_cast<std::ptrdiff_t>(kept_size_));
    kept_size_ += bytes.size();
  }

  /// Zeros up to there; a full block is hashed.
  void pad_to(std::size_t end) noexcept {
    std::fill(kept_.begin() + static_cast<std::ptrdiff_t>(kept_size_),
              kept_.begin() + static_cast<std::ptrdiff_t>(end),
              std::byte{0});
    kept_size_ = end;
    if (end < kShaBlockBytes) return;
    hash_blocks(words_, kept_.data(), 1);
    kept_size_ = 0;
  }

  Words words_;
  std::array<std::byte, kShaBlockBytes> kept_{};
  std::size_t kept_size_ = 0;
  std::uint64_t size_ = 0;
};

using Sha1Stream = ShaStream<Sha1Words, sha1_blocks>;
using Sha256Stream = ShaStream<Sha256Words, sha256_blocks>;

/// FIPS 180-4 §5.3.1, §5.3.3.
inline constexpr Sha1Words kSha1Initial{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
inline constexpr Sha256Words kSha256Initial{
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

}  // namespace rightful::crypto
