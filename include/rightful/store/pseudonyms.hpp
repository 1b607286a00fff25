/// @file
/// Under which pseudonym the ledger knows a person, for those who may ask. Makes no key: an erased
/// person stays erased.
#pragma once

#include <optional>

#include "rightful/core/account_id.hpp"
#include "rightful/crypto/server_keys.hpp"
#include "rightful/ledger/pseudonym.hpp"
#include "rightful/store/transaction.hpp"

namespace rightful::store {

/// @return empty when no key exists: nothing was ever logged about this account, or the key was
/// destroyed. Errors  DatabaseFailure; Failure Never `subject_key` when a stored key does not open.
[[nodiscard]] std::optional<ledger::Pseudonym> find_pseudonym(Transaction& transaction,
                                                              const AccountId& account,
                                                              const ledger::Origin& origin,
                                                              const crypto::ServerKeys& keys);

}  // namespace rightful::store
