/// @file
/// Statements on `incident`.
#pragma once

#include "rightful/store/sql.hpp"

namespace rightful::store::queries {

inline constexpr Sql kInsertIncident{"insert_incident",
                                     "INSERT INTO incident (id, ledger_ref, cause, request_id, "
                                     "account_id, opened_at, aware_at, due_at, note, state)"
                                     " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"};

inline constexpr Sql kFindOpenIncident{
    "find_open_incident",
    "SELECT id, ledger_ref, cause, request_id, account_id, opened_at, aware_at, due_at, note, "
    "state FROM incident"
    " WHERE request_id = $1 AND account_id = $2 AND cause = $3 AND state <> 'closed'"
    " ORDER BY opened_at DESC, id LIMIT 1"};

inline constexpr Sql kListIncidents{
    "list_incidents",
    "SELECT id, ledger_ref, cause, request_id, account_id, opened_at, aware_at, due_at, note, "
    "state FROM incident"
    " WHERE request_id = $1 AND account_id = $2 ORDER BY opened_at, id"};

}  // namespace rightful::store::queries
