/// @file
/// The service's own secrets and what it computes with them. They live in a key directory, never in
/// the database.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
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

/// So long a key-encryption key stays in memory behind its file, for those who have read a row that
/// names it and not yet opened it.
inline constexpr std::chrono::seconds kKekGrace{10};

/// What staff_mac() binds: nothing of it can be changed in the database alone.
struct StaffFacts {
  std::string_view name;
  std::string_view role;
  std::string_view actor;  ///< `a_…`
  Sha256Digest token_hash;
  std::int64_t added_us = 0;  ///< microseconds since 1970
  std::optional<std::int64_t> ended_us = {};
};

/// One directory (mode 0700) with one file (0400) per key.
///
/// Format   docs/formats/credentials.md §6, §9
/// Threads  const calls from any thread.
/// Secrets  whoever can read the directory and the database can test passwords offline; move-only.
class ServerKeys {
 public:
  /// Makes the directory and all keys, all or nothing: they are written beside it, then renamed.
  /// @param directory  absent or empty; its parent exists.
  /// @return Conflict when it holds anything, NotFound without a parent, Denied when the parent may
  ///         not be written. Errors  Failure when the disk fails.
  [[nodiscard]] static Result<void> create(const std::filesystem::path& directory, Random& random);

  /// @return NotFound (the directory or one file), Denied (readable for others than its owner, or
  ///         not for us), InvalidArgument (not a key file, or that of another key). The text names
  ///         the file and says what to do.
  [[nodiscard]] static Result<ServerKeys> open(const std::filesystem::path& directory);

  ServerKeys(ServerKeys&&) noexcept;
  ServerKeys& operator=(ServerKeys&&) noexcept;
  ~ServerKeys();

  /// The Argon2id salt for whatever was typed as an account: the same function for unknown ones.
  [[nodiscard]] Salt salt_for(std::string_view typed) const;
  /// What the throttle counts by, so that it stores nothing typed.
  [[nodiscard]] Sha256Digest throttle_key(std::string_view typed) const;

  /// What the database keeps of a login proof. @param login  any size, as it came.
  [[nodiscard]] Sha256Digest verifier(const AccountId& account, ByteView login) const;
  /// Constant time; also tries the previous version of the key.
  /// @return NotAuthentic when `login` does not belong to what is stored.
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

  /// Says that an operator with these keys put a catalog into force.
  /// @param catalog_sha256  of the catalog's text.
  [[nodiscard]] Sha256Digest catalog_mac(const Sha256Digest& catalog_sha256) const;
  /// Constant time. @return NotAuthentic
  [[nodiscard]] Result<void> check_catalog_mac(const Sha256Digest& catalog_sha256,
                                               const Sha256Digest& stored) const;

  /// Says that somebody with these keys gave a member of staff this role and this token.
  [[nodiscard]] Sha256Digest staff_mac(const StaffFacts& facts) const;
  /// Constant time. @return NotAuthentic
  [[nodiscard]] Result<void> check_staff_mac(const StaffFacts& facts,
                                             const Sha256Digest& stored) const;

  /// The outer layer around a wrap: what the database keeps opens only with the login proof *and* a
  /// key from here.
  /// @return InvalidArgument unless `login` has 32 bytes and `wrapped` 72.
  [[nodiscard]] Result<Bytes> add_outer(const AccountId& account,
                                        ByteView login,
                                        ByteView wrapped,
                                        Random& random) const;
  /// Also tries the previous version of the key.
  /// @return W; NotAuthentic for another account, another login of any size, or a changed byte.
  [[nodiscard]] Result<Bytes> remove_outer(const AccountId& account,
                                           ByteView login,
                                           ByteView outer) const;

  /// Signs manifests and envelopes.
  [[nodiscard]] const SigningKey& service_key() const noexcept;
  /// Certifies the writers of the ledger.
  [[nodiscard]] const SigningKey& ledger_enrolment_key() const noexcept;
  /// Wraps the subject keys of the ledger's pseudonyms and the keys of uploads; 32 bytes. One that
  /// was made after open() is read from the directory when it is first asked for, so that a
  /// rotation needs no restart.
  /// @param epoch  counted from 1. @return NotFound when the directory has none (or none any more),
  /// else as open(). Threads  any. Held no longer than it is used: what is held is not forgotten.
  [[nodiscard]] Result<std::shared_ptr<const SecretBytes>> kek(std::int64_t epoch) const;
  /// The epochs whose files are in the directory now, ascending. Errors  Failure
  [[nodiscard]] std::vector<std::int64_t> kek_epochs() const;
  /// Makes the file of one more epoch, durable when it returns. One that exists stays as it is.
  /// @param epoch  2 or more (checked, RIGHTFUL_CHECK). @return Denied. Errors  Failure
  [[nodiscard]] Result<void> add_kek(std::int64_t epoch, Random& random) const;
  /// Overwrites and removes the file of an epoch; nothing happens when there is none. Processes
  /// that hold it, this one too, let go of it with forget_destroyed_keks().
  /// @return Denied. Errors  Failure
  [[nodiscard]] Result<void> destroy_kek(std::int64_t epoch) const;

  /// To be called every second or so: wipes keys from memory whose files have been gone for
  /// kKekGrace while a newer one's is there. A directory that cannot be read, or holds none of them
  /// (unmounted after the start), takes nothing away.
  /// Threads  any. Errors  none. Cost  one reading of the key directory.
  void forget_destroyed_keks(std::chrono::steady_clock::time_point now) const;

  /// Finds a subject key by its account; 32 bytes.
  [[nodiscard]] const SecretBytes& lookup_key() const noexcept;

 private:
  struct Keys;
  explicit ServerKeys(std::unique_ptr<const Keys> keys) noexcept;

  std::unique_ptr<const Keys> keys_;
};

}  // namespace rightful::crypto
