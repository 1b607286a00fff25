/// @file
/// The service's own secrets and what it computes with them. They live in a key directory, never in
/// the database.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "rightful/core/account_id.hpp"
#include "rightful/core/bytes.hpp"
#include "rightful/core/random.hpp"
#include "rightful/core/result.hpp"
#include "rightful/crypto/fixed_bytes.hpp"
#include "rightful/crypto/secret_bytes.hpp"
#include "rightful/crypto/signature.hpp"

namespace rightful::crypto {

/// One directory (mode 0700) with one file (0400) per key.
///
/// Format   docs/formats/credentials.md §6, §9
/// Threads  const calls from any thread.
/// Secrets  whoever can read the directory and the database can test passwords offline; move-only.
class ServerKeys {
 public:
  /// Makes the directory and all keys, all or nothing: they are written beside it and renamed into
  /// place.
  /// @param directory  absent or empty; its parent exists.
  /// @return Conflict when it holds anything; Denied when it may not be written.
  [[nodiscard]] static Result<void> create(const std::filesystem::path& directory, Random& random);

  /// @return NotFound (directory or a file, named), Denied (unreadable, or readable for others than
  /// the owner),
  ///         InvalidArgument (not a key file, or the file of another key). The text says what to
  ///         do.
  [[nodiscard]] static Result<ServerKeys> open(const std::filesystem::path& directory);

  /// The Argon2id salt for whatever was typed as an account: the same function whether it exists or
  /// not.
  [[nodiscard]] Salt salt_for(std::string_view typed) const;
  /// What the throttle counts by, so that it stores nothing typed.
  [[nodiscard]] Sha256Digest throttle_key(std::string_view typed) const;

  /// What the database keeps of a login proof.
  [[nodiscard]] Sha256Digest verifier(const AccountId& account, ByteView login) const;
  /// Constant time. @return NotAuthentic when `login` does not belong to what is stored.
  [[nodiscard]] Result<void> check_verifier(const AccountId& account,
                                            ByteView login,
                                            const Sha256Digest& stored) const;

  /// Ties an account to its public keys, so that nobody can change them in the database.
  /// @param version  of the public keys, counted from 1.
  [[nodiscard]] Sha256Digest pk_mac(const AccountId& account,
                                    const UnlockPublicKey& unlock_key,
                                    const SignPublicKey& sign_key,
                                    std::uint32_t version) const;
  /// Constant time. @return NotAuthentic
  [[nodiscard]] Result<void> check_pk_mac(const AccountId& account,
                                          const UnlockPublicKey& unlock_key,
                                          const SignPublicKey& sign_key,
                                          std::uint32_t version,
                                          const Sha256Digest& stored) const;

  /// The outer layer around a wrap: what the database keeps opens only with the login proof *and* a
  /// key from here.
  /// @param login  32 bytes (RIGHTFUL_CHECK).
  [[nodiscard]] Bytes add_outer(const AccountId& account,
                                ByteView login,
                                ByteView wrapped,
                                Random& random) const;
  /// @param login  32 bytes (RIGHTFUL_CHECK). @return W; NotAuthentic for another account, login,
  /// or a changed byte.
  [[nodiscard]] Result<Bytes> remove_outer(const AccountId& account,
                                           ByteView login,
                                           ByteView outer) const;

  /// Signs manifests and envelopes.
  [[nodiscard]] const SigningKey& service_key() const noexcept { return service_key_; }

  /// Certifies the writers of the ledger.
  [[nodiscard]] const SigningKey& ledger_enrolment_key() const noexcept {
    return ledger_enrolment_key_;
  }

  /// Wraps the subject keys of the ledger's pseudonyms; 32 bytes.
  [[nodiscard]] const SecretBytes& kek() const noexcept { return kek_; }

  /// Finds a subject key by its account; 32 bytes.
  [[nodiscard]] const SecretBytes& lookup_key() const noexcept { return lookup_key_; }

 private:
  struct Parts;
  explicit ServerKeys(Parts&& parts) noexcept;

  // Newest first; older versions only check and open.
  std::vector<SecretBytes> verifier_keys_;
  std::vector<SecretBytes> outer_keys_;
  SecretBytes enumeration_key_;
  SecretBytes public_keys_key_;
  SigningKey service_key_;
  SigningKey ledger_enrolment_key_;
  SecretBytes kek_;
  SecretBytes lookup_key_;
};

/// How a person compares a service key: SHA-256 of its 32 bytes, the first 20 of them as Crockford
/// base32 in groups of four.
[[nodiscard]] std::string fingerprint(const SignPublicKey& key);

}  // namespace rightful::crypto
