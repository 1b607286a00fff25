/// @file
/// Statements on `manual_task` and `manual_chunk`.
#pragma once

#include "rightful/store/sql.hpp"

namespace rightful::store::queries {

inline constexpr Sql kManualOpen{"manual_open", R"(
INSERT INTO manual_task (request_id, account_id, dataset, ds, opened_at)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (request_id, dataset) DO NOTHING)"};

inline constexpr Sql kManualStates{"manual_states", R"(
SELECT dataset, state, wrapped_key, kek_epoch FROM manual_task WHERE request_id = $1 AND account_id = $2 ORDER BY dataset)"};

// With the request, so that what is typed can be compared with its account.
inline constexpr Sql kManualLock{"manual_lock", R"(
SELECT task.account_id, task.ds, task.state, request.ledger_ref, request.state AS request_state,
       request.due_at, request.due_nominal, request.catalog_version
FROM manual_task AS task
JOIN access_request AS request ON request.id = task.request_id AND request.account_id = task.account_id
WHERE task.request_id = $1 AND task.dataset = $2
FOR UPDATE OF task)"};

inline constexpr Sql kManualList{"manual_list", R"(
SELECT task.request_id, task.dataset, task.state, task.opened_at, task.supplied_at, task.size_bytes, task.refused,
       request.state AS request_state, request.due_at, request.catalog_version
FROM manual_task AS task
JOIN access_request AS request ON request.id = task.request_id AND request.account_id = task.account_id
WHERE task.state <> 'closed'
ORDER BY request.due_at, task.request_id, task.dataset)"};

inline constexpr Sql kManualDropChunks{"manual_drop_chunks", R"(
DELETE FROM manual_chunk WHERE request_id = $1 AND dataset = $2)"};

inline constexpr Sql kManualAddChunk{"manual_add_chunk", R"(
INSERT INTO manual_chunk (request_id, dataset, number, sealed) VALUES ($1, $2, $3, $4))"};

inline constexpr Sql kManualSupply{"manual_supply", R"(
UPDATE manual_task SET state = 'supplied', supplied_at = $4, size_bytes = $5, wrapped_key = $6, kek_epoch = $7
WHERE request_id = $1 AND account_id = $2 AND dataset = $3 AND state IN ('open', 'supplied'))"};

inline constexpr Sql kManualCountRefused{"manual_count_refused", R"(
UPDATE manual_task SET refused = refused + 1 WHERE request_id = $1 AND dataset = $2)"};

// $4 = the last number that was read, $5 = how many.
inline constexpr Sql kManualChunks{"manual_chunks", R"(
SELECT chunk.number, chunk.sealed
FROM manual_chunk AS chunk
JOIN manual_task AS task ON task.request_id = chunk.request_id AND task.dataset = chunk.dataset
WHERE task.request_id = $1 AND task.account_id = $2 AND task.dataset = $3 AND chunk.number > $4
ORDER BY chunk.number
LIMIT $5)"};

// The export goes on at once, whenever it would have been tried next.
inline constexpr Sql kManualWake{"manual_wake", R"(
UPDATE job SET not_before = now() WHERE request_id = $1 AND account_id = $2 AND state = 'queued')"};

}  // namespace rightful::store::queries
