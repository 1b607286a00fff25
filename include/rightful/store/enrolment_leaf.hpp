/// @file
/// Leaves that the enrolment key itself writes into a log: what happens to the log as a whole.
#pragma once

#include <cstdint>

#include "rightful/core/clock.hpp"
#include "rightful/core/random.hpp"
#include "rightful/crypto/server_keys.hpp"
#include "rightful/ledger/event.hpp"
#include "rightful/ledger/event_fields.hpp"
#include "rightful/store/transaction.hpp"

namespace rightful::store {

/// Puts the leaf into the outbox, with the number that follows what the key has written into this
/// log: logged, or waiting in the outbox. Locks the log's row until the transaction ends, so that
/// two such leaves never get one number: call it last, and commit soon.
///
/// @param event  one of is_enrolment_act (checked, RIGHTFUL_CHECK).
/// Errors  DatabaseFailure; Failure Never `ledger_damaged` when the log is not there.
void stage_enrolment_leaf(Transaction& transaction,
                          std::int64_t log_id,
                          const ledger::Origin& origin,
                          const crypto::ServerKeys& keys,
                          const ledger::Event& event,
                          const Clock& clock,
                          Random& random);

}  // namespace rightful::store
