/// @file
/// Statements on `access_request`, and what its owner's acts change in `package`.
#pragma once

#include "rightful/store/sql.hpp"

namespace rightful::store::queries {

// The columns of a RequestRow. Text, not a value: a macro, because Sql takes literals only.
#define RIGHTFUL_REQUEST_COLUMNS                                                                  \
  "id, account_id, ledger_ref, state, received_at, language, nonce, stated_at, unlock_key, "      \
  "sign_key,"                                                                                     \
  " statement_signature, due_nominal, due, due_at, deadline::text AS deadline, catalog_version, " \
  "updated_at,"                                                                                   \
  " failure_note"

inline constexpr Sql kInsertRequest{
    "insert_request",
    "INSERT INTO access_request (id, account_id, ledger_ref, state, received_at, language, nonce, "
    "stated_at,"
    " unlock_key, sign_key, statement_signature, due_nominal, due, due_at, deadline, updated_at)"
    " VALUES ($1, $2, $3, 'queued', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14::jsonb, $4)"};

inline constexpr Sql kFindRequest{"find_request",
                                  "SELECT " RIGHTFUL_REQUEST_COLUMNS
                                  " FROM access_request WHERE id = $1 AND account_id = $2"};

inline constexpr Sql kLockRequestJobs{
    "lock_request_jobs",
    "SELECT id FROM job WHERE request_id = $1 AND account_id = $2 ORDER BY id FOR UPDATE"};

inline constexpr Sql kLockRequest{
    "lock_request",
    "SELECT " RIGHTFUL_REQUEST_COLUMNS
    " FROM access_request WHERE id = $1 AND account_id = $2 FOR UPDATE"};

inline constexpr Sql kListRequests{
    "list_requests",
    "SELECT " RIGHTFUL_REQUEST_COLUMNS
    " FROM access_request WHERE account_id = $1 ORDER BY received_at DESC, id"};

inline constexpr Sql kFindOpenRequest{
    "find_open_request",
    "SELECT " RIGHTFUL_REQUEST_COLUMNS
    " FROM access_request WHERE account_id = $1"
    " AND state IN ('received', 'queued', 'running', 'verifying', 'failed', 'quarantined')"};

inline constexpr Sql kMoveRequest{
    "move_request",
    "UPDATE access_request SET state = $4, failure_note = $5, updated_at = $6"
    " WHERE id = $1 AND account_id = $2 AND state = $3"};

// Also frozen ones: a quarantined package is destroyed when its time is over, never released.
inline constexpr Sql kEndedPackages{
    "ended_packages",
    "SELECT r.id, r.account_id, r.ledger_ref, r.state"
    " FROM package p JOIN access_request r ON r.id = p.request_id AND r.account_id = p.account_id"
    " WHERE p.destroyed_at IS NULL AND (p.expires_at <= $1 OR r.state IN ('withdrawn', 'expired'))"
    " ORDER BY p.expires_at, r.id LIMIT $2"};

inline constexpr Sql kFindRequestJob{
    "find_request_job",
    "SELECT state, stage, progress::text AS progress, attempt FROM job"
    " WHERE request_id = $1 AND account_id = $2 ORDER BY created_at DESC, id LIMIT 1"};

inline constexpr Sql kFreezePackage{"freeze_package",
                                    "UPDATE package SET frozen_at = $3 WHERE request_id = $1 AND "
                                    "account_id = $2 AND frozen_at IS NULL"};

inline constexpr Sql kMarkPackageDownloaded{
    "mark_package_downloaded",
    "UPDATE package SET first_downloaded_at = $3"
    " WHERE request_id = $1 AND account_id = $2 AND first_downloaded_at IS NULL"};

inline constexpr Sql kMarkPackageDestroyed{
    "mark_package_destroyed",
    "UPDATE package SET destroyed_at = $3"
    " WHERE request_id = $1 AND account_id = $2 AND destroyed_at IS NULL"};

#undef RIGHTFUL_REQUEST_COLUMNS

inline constexpr Sql kReopenFailedRequest{"reopen_failed_request", R"(
UPDATE access_request
SET state = 'queued', catalog_version = NULL, failure_note = NULL, updated_at = $2
WHERE id = $1 AND state = 'failed'
RETURNING account_id, ledger_ref, due_at)"};

inline constexpr Sql kStateOfRequest{"state_of_request", R"(
SELECT state FROM access_request WHERE id = $1)"};

}  // namespace rightful::store::queries
