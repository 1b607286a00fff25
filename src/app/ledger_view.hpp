/// @file
/// What `rightful admin ledger` looks at: the state of every log, in the database, in its published
/// folder and at its signer. Changes nothing and writes no leaf.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "rightful/core/result.hpp"
#include "rightful/core/settings.hpp"
#include "rightful/ledger/frontier.hpp"
#include "rightful/ledger/signer_memory.hpp"
#include "rightful/store/ledger_tables.hpp"
#include "rightful/store/pool.hpp"

#include "app/signer_place.hpp"

namespace rightful::app {

struct LogView {
  store::ledger_tables::LogRow log;
  std::string name;  ///< short
  ledger::Frontier head;
  std::optional<store::ledger_tables::CheckpointRow> newest;
  std::vector<store::ledger_tables::SignerKeyRow> keys;
  /// Frozen for good: its successor goes on.
  bool is_given_up = false;
};

/// All logs, oldest first. Errors  DatabaseFailure; Failure Never `ledger_damaged`
[[nodiscard]] std::vector<LogView> view_logs(store::Pool& pool);

/// The newest one that is open or frozen. @return NotFound
[[nodiscard]] Result<LogView> view_live_log(store::Pool& pool);

/// The one of this short name; without a name the live one. @return NotFound
[[nodiscard]] Result<LogView> view_log_or_live(store::Pool& pool,
                                               const std::optional<std::string>& name);

/// Those that may stand under a checkpoint of the log now.
[[nodiscard]] std::vector<ledger::NoteKey> keys_that_sign(const LogView& view);

/// How many entries the checkpoint in the log's published folder names. Empty when there is none
/// that a key of the log has signed.
[[nodiscard]] std::optional<std::uint64_t> published_size(const std::filesystem::path& ledgers,
                                                          const LogView& view);

/// Why the signer signs nothing; empty when it would sign.
/// @return Denied when this user may not look.
[[nodiscard]] Result<std::optional<ledger::FreezeReason>> freeze_reason(const SignerPlace& place,
                                                                        const LogView& view);

}  // namespace rightful::app
