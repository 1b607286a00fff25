/// @file
/// Statements of the ledger's sequencer. Those that move leaves are run with binary results.
#pragma once

#include "rightful/store/sql.hpp"

namespace rightful::store::queries {

/// The lock is the whole mutual exclusion, together with kAdvanceHead. No row: another works. The
/// root alone does not fix the size, so the entries' end is looked at too.
inline constexpr Sql kLockHead{
    "lock_head",
    "SELECT h.size, h.root, h.frontier, l.origin, l.state, l.enrol_key, "
    "(h.size = 0 OR EXISTS (SELECT FROM ledger.entry e WHERE e.log_id = h.log_id AND "
    "e.idx = h.size - 1)) AND NOT EXISTS (SELECT FROM ledger.entry e WHERE e.log_id = h.log_id AND "
    "e.idx = h.size) AS ends_here, "
    "l.log_id = (SELECT max(log_id) FROM ledger.log WHERE state IN ('open', 'frozen')) AS is_live "
    "FROM ledger.head h JOIN ledger.log l USING (log_id) WHERE h.log_id = $1 "
    "FOR UPDATE OF h SKIP LOCKED"};
/// The same, waiting for the other one's end.
inline constexpr Sql kWaitForHead{
    "wait_for_head",
    "SELECT h.size, h.root, h.frontier, l.origin, l.state, l.enrol_key, true AS ends_here, "
    "false AS is_live FROM ledger.head h JOIN ledger.log l USING (log_id) WHERE h.log_id = $1 "
    "FOR UPDATE OF h"};
inline constexpr Sql kAdvanceHead{
    "advance_head",
    "UPDATE ledger.head SET size = $3, root = $4, frontier = $5 WHERE log_id = $1 AND size = $2"};

/// Consuming by deletion is what makes late committers harmless. Nothing at or below $3 can come
/// any more. By the rows' places: a join might be planned over all that was ever taken and is not
/// cleaned away yet. A row that somebody changes in this moment moves, and is left for the next
/// batch.
inline constexpr Sql kTakeRows{
    "take_rows",
    "DELETE FROM ledger.outbox WHERE ctid = ANY (ARRAY(SELECT ctid FROM ledger.outbox WHERE "
    "log_id = $1 AND id > $3 ORDER BY id LIMIT $2 FOR UPDATE)) RETURNING id, leaf"};
/// What comes after them, to check ahead.
inline constexpr Sql kPeekRows{"peek_rows",
                               "SELECT id, leaf FROM ledger.outbox WHERE log_id = $1 AND id > $3 "
                               "ORDER BY id LIMIT $2"};
/// Rows for a log that takes none, or that there is not: 't' for one that was sealed.
inline constexpr Sql kTakeStrayRows{
    "take_stray_rows",
    "DELETE FROM ledger.outbox o USING (SELECT s.id, l.log_id IS NOT NULL AS was_sealed "
    "FROM ledger.outbox s LEFT JOIN ledger.log l USING (log_id) "
    "WHERE l.log_id IS NULL OR l.state IN ('sealed', 'purged') ORDER BY s.id LIMIT $1) AS stray "
    "WHERE o.id = stray.id RETURNING o.id, o.leaf, stray.was_sealed"};

/// What bounds late committers: who took a number up to `last` holds this lock of its INSERT, or
/// has ended. The order of the two matters, and the second is read later.
inline constexpr Sql kLastNumber{
    "last_outbox_number",
    "SELECT coalesce(pg_sequence_last_value('ledger.outbox_id_seq'::regclass), 0) AS last"};
inline constexpr Sql kInserting{
    "inserting_transactions",
    "SELECT DISTINCT virtualtransaction AS id FROM pg_catalog.pg_locks WHERE locktype = 'relation' "
    "AND relation = 'ledger.outbox'::regclass AND mode = 'RowExclusiveLock' AND granted AND "
    "database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()) AND "
    "pid IS DISTINCT FROM pg_backend_pid()"};
inline constexpr Sql kStillInserting{
    "still_inserting",
    "SELECT EXISTS (SELECT FROM pg_catalog.pg_locks WHERE locktype = 'relation' AND "
    "relation = 'ledger.outbox'::regclass AND mode = 'RowExclusiveLock' AND granted AND "
    "virtualtransaction = ANY ($1)) AS answer"};

inline constexpr Sql kFindWriters{
    "find_writers",
    "SELECT writer_id, pubkey, span, base, seen, stopped_idx FROM ledger.writer "
    "WHERE log_id = $1 AND writer_id = ANY ($2)"};
/// What has enrolled them, if it is there.
inline constexpr Sql kWriterStarts{
    "writer_starts",
    "SELECT w.writer_id, b.leaf FROM ledger.writer w JOIN ledger.body b ON b.log_id = w.log_id AND "
    "b.idx = w.started_idx WHERE w.log_id = $1 AND w.writer_id = ANY ($2)"};
inline constexpr Sql kStoreWriters{
    "store_writers",
    "INSERT INTO ledger.writer (log_id, writer_id, pubkey, span, base, seen, started_idx, "
    "stopped_idx) SELECT $1::smallint, id, key, span, base, seen, started, "
    "nullif(stopped, '')::bigint FROM unnest($2::text[], $3::bytea[], $4::smallint[], "
    "$5::bigint[], $6::bigint[], $7::bigint[], $8::text[]) AS w (id, key, span, base, seen, "
    "started, stopped) "
    "ON CONFLICT (log_id, writer_id) DO UPDATE SET base = EXCLUDED.base, seen = EXCLUDED.seen, "
    "stopped_idx = EXCLUDED.stopped_idx"};
inline constexpr Sql kCountWriters{
    "count_writers",
    "SELECT count(*) AS n FROM ledger.writer WHERE log_id = $1 AND stopped_idx IS NULL"};

inline constexpr Sql kCopyEntries{
    "copy_entries", "COPY ledger.entry (log_id, idx, leaf_hash) FROM STDIN (FORMAT binary)"};
inline constexpr Sql kCopyBodies{"copy_bodies",
                                 "COPY ledger.body (log_id, idx, leaf) FROM STDIN (FORMAT binary)"};
inline constexpr Sql kCopyLookup{
    "copy_lookup",
    "COPY ledger.lookup (log_id, idx, t, act, out, actor, subj, req, writer_id, n) FROM STDIN "
    "(FORMAT binary)"};

/// The row's number, unless somebody has used it before (with rights that we do not have): then any
/// below zero, so that no row is lost and none stops the queue.
inline constexpr Sql kAddRejected{
    "add_rejected",
    "INSERT INTO ledger.rejected (id, leaf, why) SELECT CASE WHEN used.id IS NULL THEN row.id "
    "ELSE -1 - floor(random() * 9e18)::bigint END, row.leaf, row.why "
    "FROM unnest($1::bigint[], $2::bytea[], $3::text[]) AS row (id, leaf, why) "
    "LEFT JOIN ledger.rejected used ON used.id = row.id"};

inline constexpr Sql kNewestOfAct{
    "newest_of_act",
    "SELECT t FROM ledger.lookup WHERE log_id = $1 AND act = $2 ORDER BY idx DESC LIMIT 1"};

/// Which of these numbers the projection has already.
inline constexpr Sql kKnownNumbers{
    "known_numbers",
    "SELECT l.writer_id, l.n FROM ledger.lookup l JOIN unnest($2::text[], $3::bigint[]) AS row "
    "(writer_id, n) USING (writer_id, n) WHERE l.log_id = $1"};

/// The age of the oldest row that waits, and how much of the tree has been checked.
inline constexpr Sql kOldestRow{
    "oldest_row",
    "SELECT greatest(0, 1000 * extract(epoch FROM clock_timestamp() - staged_at))::bigint AS "
    "oldest_ms FROM ledger.outbox ORDER BY id LIMIT 1"};

inline constexpr Sql kSealLog{"seal_log",
                              "UPDATE ledger.log SET state = 'sealed' WHERE log_id = $1"};

inline constexpr Sql kRecentIncidents{
    "recent_incidents",
    "SELECT count(*) AS n FROM incident WHERE cause = $1 AND state <> 'closed' AND opened_at > $2"};

/// Everything of some entries, to be compared. Run with binary results.
inline constexpr Sql kCheckEntries{
    "check_entries",
    "SELECT e.idx, e.leaf_hash, b.leaf, l.t, l.act, l.out, l.actor, l.subj, l.req, l.writer_id, "
    "l.n FROM ledger.entry e LEFT JOIN ledger.body b USING (log_id, idx) LEFT JOIN ledger.lookup l "
    "USING (log_id, idx) WHERE e.log_id = $1 AND e.idx >= $2 AND e.idx < $3 ORDER BY e.idx"};
inline constexpr Sql kRowsBeyond{
    "rows_beyond",
    "SELECT EXISTS (SELECT FROM ledger.entry WHERE log_id = $1 AND idx >= $2) OR "
    "EXISTS (SELECT FROM ledger.body WHERE log_id = $1 AND idx >= $2) OR "
    "EXISTS (SELECT FROM ledger.lookup WHERE log_id = $1 AND idx >= $2) AS answer"};

/// Each person once, with the first entry that names them; walks from one to the next in the index.
inline constexpr Sql kPersonsAfter{
    "persons_after",
    "WITH RECURSIVE person AS ("
    "(SELECT subj, idx FROM ledger.lookup WHERE log_id = $1 AND subj > $2 AND subj <> '-' "
    "ORDER BY subj, idx LIMIT 1) UNION ALL "
    "SELECT following.subj, following.idx FROM person, LATERAL (SELECT subj, idx FROM "
    "ledger.lookup "
    "WHERE log_id = $1 AND subj > person.subj AND subj <> '-' ORDER BY subj, idx LIMIT 1) AS "
    "following) SELECT subj, idx FROM person LIMIT $3"};
inline constexpr Sql kNotDestroyed{
    "not_destroyed",
    "SELECT count(*) AS lost FROM unnest($2::text[]) AS doubt (subj) WHERE NOT EXISTS (SELECT FROM "
    "ledger.lookup l WHERE l.log_id = $1 AND l.subj = doubt.subj AND "
    "l.act = 'subject_key.destroyed')"};

inline constexpr Sql kReadHead{
    "read_head",
    "SELECT h.size, h.root, l.origin, l.log_id = (SELECT max(log_id) FROM ledger.log WHERE state "
    "IN "
    "('open', 'frozen')) AS is_live FROM ledger.head h JOIN ledger.log l USING (log_id) "
    "WHERE h.log_id = $1"};
/// Run with binary results.
inline constexpr Sql kReadBodies{"read_bodies",
                                 "SELECT idx, leaf FROM ledger.body WHERE log_id = $1 AND "
                                 "idx >= $2 AND idx < $3 ORDER BY idx"};

/// Rows elsewhere that claim one of these numbers.
inline constexpr Sql kClearLookupNumbers{
    "clear_lookup_numbers",
    "DELETE FROM ledger.lookup l USING unnest($2::text[], $3::bigint[]) AS row (writer_id, n) "
    "WHERE l.log_id = $1 AND l.writer_id = row.writer_id AND l.n = row.n"};
inline constexpr Sql kClearLookupRange{
    "clear_lookup_range", "DELETE FROM ledger.lookup WHERE log_id = $1 AND idx >= $2 AND idx < $3"};

}  // namespace rightful::store::queries
