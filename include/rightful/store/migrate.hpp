/// @file
/// The schema of the state database: the files of migrations/, embedded at build, applied in order,
/// never edited.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rightful/core/result.hpp"
#include "rightful/store/connection_settings.hpp"

namespace rightful::store {

class Pool;

/// One file `NNNN_<name>.sql`.
struct Migration {
  int version = 0;          ///< NNNN, counted from 1 without gaps
  std::string_view name;    ///< `state`
  std::string_view sha256;  ///< of the file, 64 hexadecimal digits
  std::string_view text;
};

/// Those in this binary, in order.
[[nodiscard]] std::span<const Migration> embedded_migrations();

struct MigrationReport {
  std::vector<int> applied;  ///< by this call; empty = nothing to do
  int head = 0;              ///< the version that the database has now
};

/// Brings the database to the newest version, one transaction for each file. Two processes may do
/// it at once: the second waits at a table lock and finds the work done.
/// @return Conflict when the database has a version that this program does not know, misses one in
///         between, or was migrated with a file of other content; the text says which version and
///         what to do.
/// Errors  DatabaseFailure; the failed version and all later ones are then not applied.
[[nodiscard]] Result<MigrationReport> migrate(
    const ConnectionSettings& settings,
    std::span<const Migration> migrations = embedded_migrations());

/// Is the database at this program's version? @return Conflict as above, or "run rightful migrate".
[[nodiscard]] Result<void> check_schema(
    const ConnectionSettings& settings,
    std::span<const Migration> migrations = embedded_migrations());

/// Writes `schema.migrated` for each migration that has no leaf yet: after the ledger has its
/// genesis, since the first migrations create the ledger itself. Run it after every migrate(); a
/// second call does nothing.
/// @return how many were recorded. The pool has a recorder.
int record_migrations(Pool& pool);

}  // namespace rightful::store
