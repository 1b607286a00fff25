/// @file
/// Encryption of small secrets under a shared key, bound to the place where they belong. Not for
/// packages (ae2.hpp).
#pragma once

#include "rightful/core/bytes.hpp"
#include "rightful/core/random.hpp"
#include "rightful/core/result.hpp"
#include "rightful/crypto/secret_bytes.hpp"

namespace rightful::crypto {

inline constexpr std::size_t kAeadKeySizeBytes = 32;
inline constexpr std::size_t kAeadOverheadBytes = 24 + 16;  ///< nonce and tag

/// Format   XChaCha20-Poly1305-IETF (draft-irtf-cfrg-xchacha-03); result = nonce(24) ‖ ciphertext ‖
///          tag(16), the nonce random.
/// @param key         32 bytes (RIGHTFUL_CHECK).
/// @param associated  where it belongs: version, account, purpose (SignedText); needed again to
/// open.
[[nodiscard]] Bytes aead_encrypt(ByteView key,
                                 ByteView plaintext,
                                 ByteView associated,
                                 Random& random);

/// @param key  32 bytes (RIGHTFUL_CHECK).
/// @return NotAuthentic for a wrong key, a changed byte, other associated data, or fewer than 40
/// bytes.
[[nodiscard]] Result<SecretBytes> aead_decrypt(ByteView key, ByteView sealed, ByteView associated);

}  // namespace rightful::crypto
