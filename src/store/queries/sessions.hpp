/// @file
/// Statements on `session` and `signin_throttle`.
#pragma once

#include "rightful/store/sql.hpp"

namespace rightful::store::queries {

inline constexpr Sql kInsertSession{"insert_session",
                                    "INSERT INTO session (session_id, token_hash, account_id, "
                                    "created_at, last_seen_at, expires_at, stepped_up_at)"
                                    " VALUES ($1, $2, $3, $4, $5, $6, $7)"};

inline constexpr Sql kFindSessionByToken{
    "find_session_by_token",
    "SELECT session_id, account_id, created_at, last_seen_at, expires_at, stepped_up_at"
    " FROM session WHERE token_hash = $1 AND ended_at IS NULL"};

inline constexpr Sql kListSessions{
    "list_sessions",
    "SELECT session_id, account_id, created_at, last_seen_at, expires_at, stepped_up_at"
    " FROM session WHERE account_id = $1 AND ended_at IS NULL ORDER BY created_at DESC, "
    "session_id"};

inline constexpr Sql kTouchSession{
    "touch_session",
    "UPDATE session SET last_seen_at = greatest(last_seen_at, $3)"
    " WHERE session_id = $1 AND account_id = $2 AND ended_at IS NULL"};

inline constexpr Sql kStepUpSession{
    "step_up_session",
    "UPDATE session SET token_hash = $4, stepped_up_at = $5, last_seen_at = greatest(last_seen_at, "
    "$5)"
    " WHERE session_id = $1 AND account_id = $2 AND token_hash = $3 AND ended_at IS NULL"};

inline constexpr Sql kEndSession{"end_session",
                                 "UPDATE session SET ended_at = $3 WHERE session_id = $1 AND "
                                 "account_id = $2 AND ended_at IS NULL"};

inline constexpr Sql kPurgeSessions{"purge_sessions",
                                    "DELETE FROM session WHERE ended_at < $1 OR expires_at < $1"};

// The no-op update takes the row's lock, which an absent row does not have.
inline constexpr Sql kLockThrottle{
    "lock_throttle",
    "INSERT INTO signin_throttle (subject_hash, failures, last_failure_at) VALUES ($1, 0, $2)"
    " ON CONFLICT (subject_hash) DO UPDATE SET failures = signin_throttle.failures"
    " RETURNING failures, last_failure_at"};

inline constexpr Sql kSetThrottle{
    "set_throttle",
    "UPDATE signin_throttle SET failures = $2, last_failure_at = $3 WHERE subject_hash = $1"};

inline constexpr Sql kPurgeThrottles{"purge_throttles",
                                     "DELETE FROM signin_throttle WHERE last_failure_at < $1"};

}  // namespace rightful::store::queries
