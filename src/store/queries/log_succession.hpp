/// @file
/// Statements that open a further log.
#pragma once

#include "rightful/store/sql.hpp"

namespace rightful::store::queries {

/// Nothing when another process opened it in this moment.
inline constexpr Sql kOpenNextLog{"open_next_log",
                                  "INSERT INTO ledger.log (log_id, origin, state, enrol_key) "
                                  "SELECT max(log_id) + 1, $1, 'open', $2 FROM ledger.log "
                                  "ON CONFLICT DO NOTHING RETURNING log_id"};

/// By the database's clock, as `opened_at`.
inline constexpr Sql kOpenedLongAgo{
    "opened_long_ago",
    "SELECT opened_at <= clock_timestamp() - $2::interval AS is_old FROM ledger.log "
    "WHERE log_id = $1"};

/// A recovery is the second leaf. Nothing is known before that place is taken.
inline constexpr Sql kMayBeRecovery{
    "may_be_recovery",
    "SELECT (SELECT size < 2 FROM ledger.head WHERE log_id = $1) OR EXISTS (SELECT FROM "
    "ledger.lookup WHERE log_id = $1 AND idx = 1 AND act = 'log.recovery') AS may_be"};

}  // namespace rightful::store::queries
