/// @file
/// Statements on schema `ledger` and on the keys of its pseudonyms.
#pragma once

#include "rightful/store/sql.hpp"

namespace rightful::store::queries {

/// One log is open at a time; a frozen one still takes leaves (ledger.md section 7).
inline constexpr Sql kFindOpenLog{
    "find_open_log",
    "SELECT log_id, origin, enrol_key FROM ledger.log WHERE state IN ('open', 'frozen') "
    "ORDER BY log_id DESC LIMIT 1"};

/// False for one that was sealed meanwhile.
inline constexpr Sql kTakesLeaves{
    "takes_leaves",
    "SELECT EXISTS (SELECT FROM ledger.log WHERE log_id = $1 AND state IN ('open', 'frozen')) "
    "AS answer"};

/// How far the sequencer is with a writer; below it a window's numbers may be missing.
inline constexpr Sql kHighestSequenced{
    "highest_sequenced",
    "SELECT n FROM ledger.lookup WHERE log_id = $1 AND writer_id = $2 ORDER BY n DESC LIMIT 1"};

/// Nothing when another process opened it in this moment.
inline constexpr Sql kOpenFirstLog{
    "open_first_log",
    "INSERT INTO ledger.log (log_id, origin, state, enrol_key) VALUES (1, $1, 'open', $2) "
    "ON CONFLICT DO NOTHING RETURNING log_id"};

/// The empty tree: root SHA-256(""), no frontier.
inline constexpr Sql kOpenHead{
    "open_head",
    "INSERT INTO ledger.head (log_id, size, root, frontier) VALUES ($1, 0, $2, ''::bytea)"};

/// In the order of the array. The transaction's id is what a commit in doubt is asked about.
inline constexpr Sql kStageLeaves{
    "stage_leaves",
    "INSERT INTO ledger.outbox (log_id, leaf) SELECT $1::smallint, unnest($2::bytea[]) "
    "RETURNING pg_current_xact_id()::text AS transaction_id"};

/// The same for one, as most transactions have: half the work for the planner.
inline constexpr Sql kStageLeaf{"stage_leaf",
                                "INSERT INTO ledger.outbox (log_id, leaf) VALUES ($1, $2) "
                                "RETURNING pg_current_xact_id()::text AS transaction_id"};

inline constexpr Sql kFindSubjectKey{
    "find_subject_key", "SELECT kek_epoch, wrapped FROM ledger_secret.subject_key WHERE tag = $1"};

inline constexpr Sql kDestroySubjectKey{"destroy_subject_key",
                                        "DELETE FROM ledger_secret.subject_key WHERE tag = $1"};

/// Waits for another transaction that makes the same key; nothing when that one committed.
inline constexpr Sql kAddSubjectKey{
    "add_subject_key",
    "INSERT INTO ledger_secret.subject_key (tag, kek_epoch, wrapped) VALUES ($1, $2, $3) "
    "ON CONFLICT (tag) DO NOTHING"};

}  // namespace rightful::store::queries
