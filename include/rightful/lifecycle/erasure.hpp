/// @file
/// Forgetting a person in the ledger: their leaves stay, and nobody can tell any more whose they
/// are. Also what a restored backup must catch up with.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "rightful/core/account_id.hpp"
#include "rightful/core/clock.hpp"
#include "rightful/core/random.hpp"
#include "rightful/core/result.hpp"
#include "rightful/crypto/server_keys.hpp"
#include "rightful/ledger/note.hpp"
#include "rightful/lifecycle/staff.hpp"
#include "rightful/store/pool.hpp"

namespace rightful::lifecycle {

/// What the administration of the ledger works with; all of it outlives the call.
struct LedgerTools {
  store::Pool& pool;
  const crypto::ServerKeys& keys;
  Clock& clock;
  Random& random;
};

/// Destroys the key of a person's pseudonyms with its leaf, in one transaction, and gives their
/// requests, packages and incidents fresh references, so that no row leads to a leaf any more.
///
/// Law  GDPR Art. 17(1).
/// @return NotFound when the ledger knows nobody under this account; Conflict while something about
/// the person is unfinished: a request, a stored package, an open incident.
/// Errors  Failure when the database does not answer.
[[nodiscard]] Result<void> erase_subject(const LedgerTools& tools,
                                         const AccountId& account,
                                         ErasureWhy why);

struct ReplayRequest {
  std::filesystem::path directory;       ///< setting `ledger.dir`
  std::vector<ledger::NoteKey> trusted;  ///< of logs that the restored database does not know
  /// Whether keys that no key-encryption key opens any more are taken away: those of a backup that
  /// is older than the last rotation.
  bool drops_unopenable = false;
};

struct ReplayReport {
  std::uint64_t logs = 0;        ///< searched
  std::uint64_t subjects = 0;    ///< keys that were destroyed once more
  std::uint64_t staff = 0;       ///< members that were forgotten once more
  std::uint64_t unopenable = 0;  ///< keys that were dropped
  std::uint64_t unknown = 0;     ///< keys of no account here; they were left
};

/// After a restore: destroys again what the published logs name as destroyed, and records that in
/// `backup.restored`. Every published log is checked against its signed checkpoint before it is
/// believed. May be repeated.
///
/// @return NotAuthentic when a published log does not hold, NotFound when no key of it is known,
/// Conflict when keys do not open and may not be dropped. Nothing was changed then.
/// Errors  Failure.
[[nodiscard]] Result<ReplayReport> replay_erasures(const LedgerTools& tools,
                                                   const ReplayRequest& request,
                                                   const ledger::StaffRef& by);

/// Whether the database has forgotten something that a published log holds: then a backup was
/// restored, and what was erased since may be back.
/// @return Conflict, which names the log and the command. Errors  Failure.
[[nodiscard]] Result<void> check_erasures_replayed(store::Pool& pool,
                                                   const std::filesystem::path& directory);

}  // namespace rightful::lifecycle
