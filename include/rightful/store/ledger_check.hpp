/// @file
/// Compares what the tables of a log hold: the nightly check, by hand.
#pragma once

#include <cstdint>
#include <string>

#include "rightful/crypto/server_keys.hpp"
#include "rightful/store/connection_settings.hpp"

namespace rightful::store {

struct CheckOutcome {
  bool passed;
  std::uint64_t size;  ///< of the tree that was compared
  std::string cause;   ///< of the incident, a word of GuardCause; empty when passed
  std::string note;    ///< the first difference: indexes and counts, no personal data
};

/// Hashes every body again, compares hashes and root with the head, the projection for queries with
/// the bodies; of the live log also the persons that it names with the keys of their pseudonyms:
/// who has none must have been erased (`subject_key.destroyed`). Writes nothing; the sequencer does
/// the same every night and logs what it found.
///
/// Errors  DatabaseFailure; `database_denied` when the role may not read the tables. A role that
/// may not read the keys of pseudonyms leaves these out: the process logs `ledger_keys_unread`.
/// Cost  reads the whole log in steps of some thousand entries; 8 bytes a person in memory.
[[nodiscard]] CheckOutcome check_log(const ConnectionSettings& settings,
                                     std::int64_t log_id,
                                     const crypto::ServerKeys& keys);

}  // namespace rightful::store
