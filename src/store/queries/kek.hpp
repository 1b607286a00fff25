/// @file
/// Statements on the epochs of the key-encryption key and on what they wrap.
#pragma once

#include "rightful/store/sql.hpp"

namespace rightful::store::queries {

inline constexpr Sql kCurrentKek{"current_kek",
                                 "SELECT max(epoch) AS epoch FROM ledger_secret.kek"};

inline constexpr Sql kListKeks{"list_keks", "SELECT epoch FROM ledger_secret.kek ORDER BY epoch"};

inline constexpr Sql kAddKek{
    "add_kek", "INSERT INTO ledger_secret.kek (epoch) VALUES ($1) ON CONFLICT DO NOTHING"};

/// Refused by the foreign keys as long as a row needs one of them.
inline constexpr Sql kDropKeksBelow{"drop_keks_below",
                                    "DELETE FROM ledger_secret.kek WHERE epoch < $1"};

inline constexpr Sql kDropKeksBut{"drop_keks_but", R"(
DELETE FROM ledger_secret.kek WHERE NOT epoch = ANY ($1::integer[]))"};

/// $1 the epoch in use, $2 the last tag that was seen, $3 how many.
inline constexpr Sql kSubjectKeysBelow{"subject_keys_below", R"(
SELECT tag, kek_epoch, wrapped FROM ledger_secret.subject_key
WHERE kek_epoch < $1 AND tag > $2 ORDER BY tag LIMIT $3 FOR UPDATE)"};

inline constexpr Sql kRewrapSubjectKeys{"rewrap_subject_keys", R"(
UPDATE ledger_secret.subject_key AS key SET wrapped = fresh.wrapped, kek_epoch = $3
FROM unnest($1::bytea[], $2::bytea[]) AS fresh (tag, wrapped) WHERE key.tag = fresh.tag)"};

inline constexpr Sql kUploadsBelow{"uploads_below", R"(
SELECT request_id, account_id, dataset, kek_epoch, wrapped_key FROM manual_task
WHERE kek_epoch < $1 ORDER BY request_id, dataset LIMIT $2 FOR UPDATE)"};

inline constexpr Sql kRewrapUpload{"rewrap_upload", R"(
UPDATE manual_task SET wrapped_key = $4, kek_epoch = $5
WHERE request_id = $1 AND account_id = $2 AND dataset = $3)"};

}  // namespace rightful::store::queries
