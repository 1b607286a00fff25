/// @file
/// Taking away what must not stay: a person's pseudonym key, an entry's body, a purged log's
/// entries. Decides nothing about whether it may be done: that is lifecycle.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "rightful/core/account_id.hpp"
#include "rightful/core/random.hpp"
#include "rightful/crypto/server_keys.hpp"
#include "rightful/ledger/event.hpp"
#include "rightful/ledger/pseudonym.hpp"
#include "rightful/store/pool.hpp"

/// Errors  all of it DatabaseFailure; Failure Never `subject_key` for a key that does not open.
namespace rightful::store::erasure {

/// What will still be logged about a person under their pseudonym.
struct Unfinished {
  bool request;   ///< an access request that runs, or a package that is still stored
  bool incident;  ///< one that is not closed
};

[[nodiscard]] Unfinished unfinished(Transaction& transaction, const AccountId& account);

/// Holds account and key until the transaction ends: a request that is being made meanwhile waits.
/// @return false when there is no key.
[[nodiscard]] bool lock_subject(Transaction& transaction,
                                const AccountId& account,
                                const crypto::ServerKeys& keys);
/// Takes key and references away: commit() stages the leaf under the last pseudonym and deletes the
/// key with it; requests, packages and incidents get fresh random references, so that no row leads
/// to a leaf any more. lock_subject() has said true.
/// @param destroyed  subject_key.destroyed about `account`.
void destroy_subject(Transaction& transaction,
                     const AccountId& account,
                     Random& random,
                     ledger::Event destroyed);

/// The same for a key that a restore brought back: its leaf is in a published log already.
void destroy_restored(Transaction& transaction,
                      const AccountId& account,
                      const crypto::ServerKeys& keys,
                      Random& random);

/// A person and their key, as a restore looks at them.
struct KnownSubject {
  AccountId account;
  ledger::SubjectKey key;
};

/// Calls `visit` for every account that has a key, some hundred in a transaction.
/// @return how many keys belong to no account here.
std::uint64_t visit_subjects(Pool& pool,
                             const crypto::ServerKeys& keys,
                             const std::function<void(const KnownSubject&)>& visit);

/// How many keys no key-encryption key of `epochs` opens.
[[nodiscard]] std::uint64_t count_unopenable(Transaction& transaction,
                                             const std::vector<std::int64_t>& epochs);
/// Takes them away, and uploads by hand that nobody can open: those are asked for once more.
/// `epochs` are the ones that count from then on; not empty (checked, RIGHTFUL_CHECK).
void drop_unopenable(Transaction& transaction, const std::vector<std::int64_t>& epochs);

/// Up to which published size destroyed keys were looked for after a restore; empty = never.
[[nodiscard]] std::optional<std::uint64_t> replayed_size(Transaction& transaction,
                                                         const ledger::Origin& origin);
void set_replayed_size(Transaction& transaction,
                       const ledger::Origin& origin,
                       std::uint64_t size,
                       Instant now);
[[nodiscard]] std::optional<Instant> last_logged_at(Transaction& transaction, std::int64_t log_id);
/// Who has this pseudonym.
[[nodiscard]] std::optional<std::string> staff_named(Transaction& transaction,
                                                     const ledger::StaffRef& ref);
/// Without a leaf: it is in a published log already.
void forget_restored_staff(Transaction& transaction, const std::string& name);

/// @param redacted  log.redacted, which names it.
/// @return false when there was no body.
[[nodiscard]] bool delete_body(Transaction& transaction,
                               std::int64_t log_id,
                               std::uint64_t index,
                               ledger::Event redacted);
/// Holds the log's row until the transaction ends: what decides about its state does so alone.
void hold_log(Transaction& transaction, std::int64_t log_id);
/// Bodies and lookup rows from … to − 1 of a log whose row says `purged`.
void delete_bodies(Transaction& transaction,
                   std::int64_t log_id,
                   std::uint64_t from,
                   std::uint64_t to);

}  // namespace rightful::store::erasure
