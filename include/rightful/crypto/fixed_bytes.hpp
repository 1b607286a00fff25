/// @file
/// Public values of a fixed size, one type per meaning, so that a key cannot stand for a hash. Not
/// for secrets.
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <span>

#include "rightful/core/bytes.hpp"
#include "rightful/core/result.hpp"

namespace rightful::crypto {

/// Exactly N bytes. No default value, nothing implicit.
template <class Tag, std::size_t N>
class FixedBytes {
 public:
  static constexpr std::size_t kSizeBytes = N;

  /// @return InvalidArgument when `bytes` has another size.
  [[nodiscard]] static Result<FixedBytes> parse(ByteView bytes) {
    auto copy = to_array<N>(bytes);
    if (!copy) return std::unexpected(std::move(copy).error());
    return FixedBytes(*copy);
  }

  [[nodiscard]] static FixedBytes from(std::span<const std::byte, N> bytes) {
    std::array<std::byte, N> copy{};
    std::copy(bytes.begin(), bytes.end(), copy.begin());
    return FixedBytes(copy);
  }

  [[nodiscard]] const std::array<std::byte, N>& bytes() const noexcept { return bytes_; }

  /// Not in constant time: use constant_time_equal (hash.hpp) where one side is a MAC.
  friend auto operator<=>(const FixedBytes&, const FixedBytes&) = default;

 private:
  explicit FixedBytes(const std::array<std::byte, N>& bytes) : bytes_(bytes) {}

  std::array<std::byte, N> bytes_{};
};

using SignPublicKey = FixedBytes<struct SignPublicKeyTag, 32>;      ///< Ed25519, RFC 8032
using UnlockPublicKey = FixedBytes<struct UnlockPublicKeyTag, 32>;  ///< X25519, RFC 7748
using Signature = FixedBytes<struct SignatureTag, 64>;              ///< Ed25519
using Sha256Digest = FixedBytes<struct Sha256DigestTag, 32>;        ///< also of an HMAC-SHA256
using Salt = FixedBytes<struct SaltTag, 16>;                        ///< of Argon2id
using Nonce = FixedBytes<struct NonceTag, 16>;                      ///< of a request statement

}  // namespace rightful::crypto
