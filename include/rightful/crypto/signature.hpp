/// @file
/// Ed25519 signatures. What is signed is put together by signed_text.hpp.
#pragma once

#include <string>

#include "rightful/core/bytes.hpp"
#include "rightful/core/random.hpp"
#include "rightful/core/result.hpp"
#include "rightful/crypto/fixed_bytes.hpp"
#include "rightful/crypto/secret_bytes.hpp"

namespace rightful::crypto {

/// Format   RFC 8032, Ed25519 (not ph, not ctx).
/// Threads  const calls from any thread.
/// Secrets  holds seed and key as SecretBytes; move-only.
class SigningKey {
 public:
  static constexpr std::size_t kSeedSizeBytes = 32;

  /// @param seed  32 bytes; the same seed gives the same key. @return InvalidArgument for another
  /// size.
  [[nodiscard]] static Result<SigningKey> from_seed(ByteView seed);
  [[nodiscard]] static SigningKey generate(Random& random);

  [[nodiscard]] const SignPublicKey& public_key() const noexcept { return public_key_; }

  /// Deterministic. @param message  any size; held in memory by the caller.
  [[nodiscard]] Signature sign(ByteView message) const;

 private:
  SigningKey(SecretBytes secret, const SignPublicKey& public_key) noexcept
      : secret_(std::move(secret)), public_key_(public_key) {}

  SecretBytes secret_;  // seed ‖ public key, as libsodium keeps it
  SignPublicKey public_key_;
};

/// @return NotAuthentic, also for a public key of small order and for a non-canonical signature.
[[nodiscard]] Result<void> verify_signature(const SignPublicKey& key,
                                            ByteView message,
                                            const Signature& signature);

/// How a person compares a key: the first 16 bytes of its SHA-256 as lower-case hex in eight groups
/// of four, spaces between.
[[nodiscard]] std::string fingerprint(const SignPublicKey& key);

}  // namespace rightful::crypto
