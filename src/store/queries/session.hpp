/// @file
/// What frames every transaction on the state database, and what is asked when the end of one is in
/// doubt.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "rightful/store/connection_settings.hpp"
#include "rightful/store/sql.hpp"
#include "rightful/store/transaction.hpp"

namespace rightful::store::queries {

/// Session settings that only decide how values look; rows.cpp refuses every other look.
inline constexpr Sql kSetForms{"set_forms", "SET DateStyle TO 'ISO, YMD'; SET TimeZone TO 'UTC'"};

/// Changes when the server restarts, recovers from a crash or is replaced by a standby: transaction
/// numbers that were in flight may then be given to others, so pg_xact_status() proves nothing
/// about them.
inline constexpr Sql kInstance{
    "instance",
    "SELECT concat_ws(' ', pg_postmaster_start_time(), stats_reset, pg_is_in_recovery()) "
    "AS mark, pg_backend_pid() AS pid FROM pg_stat_bgwriter"};
inline constexpr Sql kTransactionStatus{"transaction_status",
                                        "SELECT pg_xact_status($1::text::xid8) AS status"};

/// Committed at once, and told once everything before it is where a commit must be: a transaction
/// whose session was ended while it waited for a standby looks committed before that.
inline constexpr Sql kBarrier{"barrier",
                              "SELECT pg_logical_emit_message(true, 'rightful', '') AS place"};

inline constexpr Sql kAsk{"ask", "SELECT 1 AS answer"};
inline constexpr Sql kCommit{"commit", "COMMIT"};
inline constexpr Sql kRollback{"rollback", "ROLLBACK"};

[[nodiscard]] constexpr const char* begin_of(Isolation isolation) {
  switch (isolation) {
    case Isolation::ReadCommitted:
      return "BEGIN ISOLATION LEVEL READ COMMITTED";
    case Isolation::RepeatableRead:
      return "BEGIN ISOLATION LEVEL REPEATABLE READ";
    case Isolation::Serializable:
      return "BEGIN ISOLATION LEVEL SERIALIZABLE";
  }
  return "";
}

enum class SettingsScope : std::uint8_t {
  Session,     ///< nobody else uses it
  Transaction  ///< whoever used the session before (PgBouncer)
};

/// What must hold while we speak.
[[nodiscard]] inline std::string settings_script(SettingsScope scope,
                                                 const ConnectionSettings& settings) {
  const std::string end = scope == SettingsScope::Transaction ? "', true)" : "', false)";
  const auto set = [&](const char* name, const std::string& value) {
    return std::string("set_config('") + name + "', '" + value + end;
  };
  const auto milliseconds = [](std::chrono::milliseconds value) {
    return std::to_string(value.count());
  };
  return "SELECT " + set("statement_timeout", milliseconds(settings.statement_timeout)) + ", " +
         set("lock_timeout", milliseconds(settings.lock_timeout)) + ", " +
         set("idle_in_transaction_session_timeout",
             milliseconds(settings.idle_in_transaction_timeout)) +
         ", " + set("search_path", "public, pg_temp") + ", " + set("synchronous_commit", "on") +
         ", " + set("default_transaction_isolation", "read committed");
}

/// Both as one script: one round trip.
[[nodiscard]] inline std::string begin_script(Isolation isolation,
                                              const ConnectionSettings& settings) {
  return begin_of(isolation) + ("; " + settings_script(SettingsScope::Transaction, settings));
}

/// For work whose every statement goes along an index, with a limit or a range: a table that grew
/// by a hundred thousand rows since it was last counted would else be read and sorted whole, each
/// time.
inline constexpr const char* kAlongIndexes =
    "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; "
    "SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL jit = off";

}  // namespace rightful::store::queries
