/// @file
/// How a person is named in the ledger: by a pseudonym under a key of their own, so that destroying
/// the key forgets them and leaves the log whole. A plain hash of an account could be guessed.
#pragma once

#include <compare>
#include <string>

#include "rightful/core/account_id.hpp"
#include "rightful/core/bytes.hpp"
#include "rightful/core/random.hpp"
#include "rightful/core/result.hpp"
#include "rightful/crypto/fixed_bytes.hpp"
#include "rightful/crypto/secret_bytes.hpp"
#include "rightful/ledger/event_fields.hpp"

namespace rightful::ledger {

/// `s_` and 43 characters.
class Pseudonym {
 public:
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

  friend auto operator<=>(const Pseudonym&, const Pseudonym&) = default;

 private:
  friend class SubjectKey;

  explicit Pseudonym(std::string text) : text_(std::move(text)) {}

  std::string text_;
};

/// Finds a subject key without naming its person: HMAC-SHA256(K_lookup, `rightful/ledger/tag/v1` 00
/// account).
/// @param lookup_key  32 bytes (checked, RIGHTFUL_CHECK).
[[nodiscard]] crypto::Sha256Digest subject_tag(ByteView lookup_key, const AccountId& account);

/// 32 random bytes a person, made at the first event, stored wrapped, read in the transaction that
/// uses it, never cached.
class SubjectKey {
 public:
  static constexpr std::size_t kSizeBytes = 32;
  static constexpr std::size_t kWrappedSizeBytes = 72;  ///< nonce(24) ‖ ciphertext(32) ‖ tag(16)

  [[nodiscard]] static SubjectKey generate(Random& random);
  /// @param kek  32 bytes (checked, RIGHTFUL_CHECK). @return NotAuthentic
  [[nodiscard]] static Result<SubjectKey> unwrap(ByteView wrapped,
                                                 ByteView kek,
                                                 const crypto::Sha256Digest& tag);

  /// XChaCha20-Poly1305 under `kek`, associated data = tag.
  [[nodiscard]] Bytes wrap(ByteView kek, const crypto::Sha256Digest& tag, Random& random) const;

  /// `s_` + base64url(HMAC-SHA256(K_subject, `rightful/ledger/subject/v1` 00 origin 00 account)):
  /// the origin makes a person's years unlinkable without the key.
  [[nodiscard]] Pseudonym pseudonym(const Origin& origin, const AccountId& account) const;

 private:
  explicit SubjectKey(crypto::SecretBytes bytes) : bytes_(std::move(bytes)) {}

  crypto::SecretBytes bytes_;
};

/// `k_…` of a requester's enrolled key pair: the first 16 bytes of SHA-256(`rightful/ledger/key/v1`
/// ‖ unlock key ‖ sign key).
[[nodiscard]] KeyRef key_reference(const crypto::UnlockPublicKey& unlock_key,
                                   const crypto::SignPublicKey& sign_key);

}  // namespace rightful::ledger
