/// @file
/// Encryption to a public key by somebody who stays anonymous. It authenticates nobody and binds
/// nothing: what is sealed is signed and names its account and request inside (envelope.hpp).
#pragma once

#include "rightful/core/bytes.hpp"
#include "rightful/core/random.hpp"
#include "rightful/core/result.hpp"
#include "rightful/crypto/fixed_bytes.hpp"
#include "rightful/crypto/secret_bytes.hpp"

namespace rightful::crypto {

inline constexpr std::size_t kSealOverheadBytes = 32 + 16;  ///< ephemeral public key and tag

/// The X25519 key pair of a requester. Threads  const calls from any thread. Secrets  move-only.
class UnlockKeyPair {
 public:
  static constexpr std::size_t kSecretSizeBytes = 32;

  /// @param secret  32 bytes, the X25519 scalar before clamping (RFC 7748 §5). @return
  /// InvalidArgument for another size.
  [[nodiscard]] static Result<UnlockKeyPair> from_secret(ByteView secret);
  [[nodiscard]] static UnlockKeyPair generate(Random& random);

  [[nodiscard]] const UnlockPublicKey& public_key() const noexcept { return public_key_; }

  [[nodiscard]] ByteView expose_secret() const noexcept { return secret_.expose(); }

 private:
  UnlockKeyPair(SecretBytes secret, const UnlockPublicKey& public_key) noexcept
      : secret_(std::move(secret)), public_key_(public_key) {}

  SecretBytes secret_;
  UnlockPublicKey public_key_;
};

/// Whether something can be sealed to this key at all; asked at enrolment.
/// @return InvalidArgument for a point of small order.
[[nodiscard]] Result<void> check_unlock_key(const UnlockPublicKey& key);

/// Format   libsodium crypto_box_seal: ephemeral X25519 key(32) ‖ XSalsa20-Poly1305 (tag(16) ‖
///          ciphertext), the nonce BLAKE2b-192 of both public keys; docs/formats/envelope.md §4.
/// @return InvalidArgument for a key that check_unlock_key refuses.
[[nodiscard]] Result<Bytes> seal(const UnlockPublicKey& to, ByteView plaintext);

/// @return NotAuthentic for another key, a changed byte, or fewer than 48 bytes.
[[nodiscard]] Result<SecretBytes> open_sealed(const UnlockKeyPair& keys, ByteView sealed);

}  // namespace rightful::crypto
