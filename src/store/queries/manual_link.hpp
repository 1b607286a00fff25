/// @file
/// Statements on `manual_link`.
#pragma once

#include "rightful/store/sql.hpp"

namespace rightful::store::queries {

inline constexpr Sql kManualLinkPut{"manual_link_put", R"(
INSERT INTO manual_link (request_id, dataset, token_sha256, made_at, expires_at, may_replace)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (request_id, dataset) DO UPDATE
SET token_sha256 = EXCLUDED.token_sha256, made_at = EXCLUDED.made_at, expires_at = EXCLUDED.expires_at,
    may_replace = EXCLUDED.may_replace, wrong_accounts = 0)"};

// Alive at $2: not expired, and the request still waits for the dataset.
inline constexpr Sql kManualLinkFind{"manual_link_find", R"(
SELECT link.request_id, link.dataset, link.expires_at, link.may_replace, request.due_nominal, request.catalog_version
FROM manual_link AS link
JOIN manual_task AS task ON task.request_id = link.request_id AND task.dataset = link.dataset
JOIN access_request AS request ON request.id = task.request_id AND request.account_id = task.account_id
WHERE link.token_sha256 = $1 AND link.expires_at > $2
  AND (task.state = 'open' OR (task.state = 'supplied' AND link.may_replace))
  AND request.state IN ('received', 'queued', 'running', 'failed'))"};

inline constexpr Sql kManualLinkCountWrong{"manual_link_count_wrong", R"(
UPDATE manual_link SET wrong_accounts = wrong_accounts + 1 WHERE request_id = $1 AND dataset = $2
RETURNING wrong_accounts)"};

inline constexpr Sql kManualLinkEnd{"manual_link_end", R"(
DELETE FROM manual_link WHERE request_id = $1 AND dataset = $2)"};

}  // namespace rightful::store::queries
