/// @file
/// The persons of one commit under their pseudonyms: finds or makes each one's key, in the
/// transaction that uses it.
#pragma once

#include <map>
#include <optional>
#include <span>

#include "rightful/core/random.hpp"
#include "rightful/crypto/server_keys.hpp"
#include "rightful/ledger/event.hpp"
#include "rightful/ledger/pseudonym.hpp"

namespace rightful::store {

class Row;
class Transaction;

/// @param row  `kek_epoch`, `wrapped`. Errors  Failure Never `subject_key` when it does not open.
[[nodiscard]] ledger::SubjectKey unwrap_subject_key(const Row& row,
                                                    const crypto::Sha256Digest& tag,
                                                    const crypto::ServerKeys& keys);

/// An event `subject_key.destroyed` removes its person's key in the same transaction, after its own
/// leaf was named with it.
///
/// Secrets  keys are unwrapped here and gone when this returns; only pseudonyms are kept.
class SubjectPseudonyms {
 public:
  /// Errors  DatabaseFailure; Failure Never `subject_key` when a stored key does not open under the
  /// KEK.
  SubjectPseudonyms(Transaction& transaction,
                    std::span<const ledger::Event> events,
                    const ledger::Origin& origin,
                    const crypto::ServerKeys& keys,
                    Random& random);

  /// Empty for an event about nobody.
  [[nodiscard]] std::optional<ledger::Pseudonym> of(const ledger::Event& event) const;

 private:
  std::map<AccountId, ledger::Pseudonym> by_account_;
};

}  // namespace rightful::store
