/// @file
/// How one log takes the place of another: the first signer key, the next log, the seal on the old
/// one. Makes no keys and signs no checkpoint.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "rightful/core/clock.hpp"
#include "rightful/core/random.hpp"
#include "rightful/core/result.hpp"
#include "rightful/crypto/server_keys.hpp"
#include "rightful/ledger/event.hpp"
#include "rightful/ledger/note.hpp"
#include "rightful/ledger/proof.hpp"
#include "rightful/store/ledger_tables.hpp"
#include "rightful/store/pool.hpp"

namespace rightful::store {

/// How long after its successor was opened a log may get its last leaf: by then every process has
/// gone over.
inline constexpr std::chrono::hours kSealAfter{24};

/// The live log, when it needs its first signer key: it has none, and nothing of it was ever
/// signed or sequenced. @return Conflict for a log without a key that has entries.
[[nodiscard]] Result<std::optional<ledger_tables::LogRow>> find_log_without_key(Pool& pool);

/// Writes down the first key of a log. The same key again changes nothing.
/// @return Conflict when the log has another one.
[[nodiscard]] Result<void> add_first_key(Pool& pool,
                                         std::int64_t log_id,
                                         const ledger::NoteKey& key);

/// A key that was made where no signer runs: as long as nothing of the log was ever signed, the key
/// of this machine takes the place of whatever is written down.
/// @return Conflict when something was signed meanwhile.
[[nodiscard]] Result<void> replace_unused_key(Pool& pool,
                                              std::int64_t log_id,
                                              const ledger::NoteKey& key);

struct NextLog {
  ledger::Origin origin;
  ledger::NoteKey key;
  ledger::TreeHead last_signed;  ///< of the log before: what the genesis names
  /// `log.recovery` as the second leaf: for a log whose predecessor is dead.
  std::optional<ledger::Event> recovery = {};
};

/// Opens the successor of the live log in one transaction: row, empty head, signer key,
/// `log.genesis`, which names the log before. From then on new
/// epochs write there, and running ones go over within seconds.
/// @return Conflict when a log of this origin or short name exists; NotFound when none is live.
[[nodiscard]] Result<void> open_next_log(Pool& pool,
                                         const NextLog& next,
                                         const crypto::ServerKeys& keys,
                                         const Clock& clock,
                                         Random& random);

/// The newest log that was opened after this one.
[[nodiscard]] std::optional<ledger_tables::LogRow> find_successor(Transaction& transaction,
                                                                  std::int64_t log_id);

/// Was the log given up for a successor (`log.recovery`)? Then it never goes on. Also true while
/// the successor is so new that this cannot be seen.
[[nodiscard]] bool may_be_given_up(Transaction& transaction, std::int64_t log_id);

/// Stages `log.sealed` when nothing waits for the log any more, its successor is open for `after`,
/// and it is not staged yet. @return true when it was staged now.
[[nodiscard]] bool seal_if_due(Pool& pool,
                               std::int64_t log_id,
                               std::chrono::seconds after,
                               const crypto::ServerKeys& keys,
                               const Clock& clock,
                               Random& random);

}  // namespace rightful::store
