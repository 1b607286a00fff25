/// @file
/// Statements that read schema `ledger`, and those few that change logs, checkpoints and keys.
#pragma once

#include "rightful/store/sql.hpp"

namespace rightful::store::queries {

inline constexpr Sql kListLogs{
    "list_logs",
    "SELECT log_id, origin, state, enrol_key, opened_at FROM ledger.log ORDER BY log_id"};
inline constexpr Sql kFindLog{
    "find_log",
    "SELECT log_id, origin, state, enrol_key, opened_at FROM ledger.log WHERE log_id = $1"};
inline constexpr Sql kFindLogNamed{
    "find_log_named",
    "SELECT log_id, origin, state, enrol_key, opened_at FROM ledger.log WHERE origin = $1"};
inline constexpr Sql kFindLiveLog{
    "find_live_log",
    "SELECT log_id, origin, state, enrol_key, opened_at FROM ledger.log "
    "WHERE state IN ('open', 'frozen') ORDER BY log_id DESC LIMIT 1"};
inline constexpr Sql kSetLogState{"set_log_state",
                                  "UPDATE ledger.log SET state = $2 WHERE log_id = $1"};

inline constexpr Sql kFindHead{"find_head",
                               "SELECT size, root, frontier FROM ledger.head WHERE log_id = $1"};

inline constexpr Sql kLeafHashes{"leaf_hashes",
                                 "SELECT idx, leaf_hash FROM ledger.entry "
                                 "WHERE log_id = $1 AND idx >= $2 AND idx < $3 ORDER BY idx"};
inline constexpr Sql kBodies{"ledger_bodies",
                             "SELECT idx, leaf FROM ledger.body "
                             "WHERE log_id = $1 AND idx >= $2 AND idx < $3 ORDER BY idx"};
inline constexpr Sql kFindLeaf{
    "find_leaf", "SELECT idx FROM ledger.lookup WHERE log_id = $1 AND writer_id = $2 AND n = $3"};

inline constexpr Sql kNewestCheckpoint{
    "newest_checkpoint",
    "SELECT size, root, note, signed_at FROM ledger.checkpoint WHERE log_id = $1 "
    "ORDER BY size DESC LIMIT 1"};
inline constexpr Sql kFindCheckpoint{
    "find_checkpoint",
    "SELECT size, root, note, signed_at FROM ledger.checkpoint WHERE log_id = $1 AND size = $2"};
inline constexpr Sql kCoveringSize{
    "covering_size",
    "SELECT c.size FROM ledger.lookup l JOIN ledger.checkpoint c ON c.log_id = l.log_id AND "
    "c.size > l.idx WHERE l.log_id = $1 AND l.writer_id = $2 AND l.n = $3 "
    "ORDER BY c.size LIMIT 1"};
/// Nothing when the size has a checkpoint already.
inline constexpr Sql kAddCheckpoint{
    "add_checkpoint",
    "INSERT INTO ledger.checkpoint (log_id, size, root, note) VALUES ($1, $2, $3, $4) "
    "ON CONFLICT (log_id, size) DO NOTHING"};

inline constexpr Sql kSignerKeys{
    "signer_keys",
    "SELECT vkey, first_size, last_size, state FROM ledger.signer_key WHERE log_id = $1 "
    "ORDER BY first_size, vkey"};
inline constexpr Sql kAddSignerKey{
    "add_signer_key",
    "INSERT INTO ledger.signer_key (vkey, log_id, first_size, last_size, state) "
    "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (vkey) DO NOTHING"};
inline constexpr Sql kSetSignerKeyState{
    "set_signer_key_state",
    "UPDATE ledger.signer_key SET state = $2, last_size = $3 WHERE vkey = $1"};

/// The first row by id is the oldest: ids rise with insertion.
inline constexpr Sql kOutboxFacts{
    "outbox_facts",
    "SELECT (SELECT count(*) FROM (SELECT id FROM ledger.outbox LIMIT $1) AS counted) AS rows, "
    "greatest(0, ceil(1000 * extract(epoch FROM clock_timestamp() - "
    "(SELECT staged_at FROM ledger.outbox ORDER BY id LIMIT 1))))::bigint AS oldest_ms"};

}  // namespace rightful::store::queries
