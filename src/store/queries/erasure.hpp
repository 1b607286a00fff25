/// @file
/// Statements that take something away: keys of pseudonyms, references, bodies.
#pragma once

#include "rightful/store/sql.hpp"

namespace rightful::store::queries {

/// What is still to be logged about a person under their pseudonym.
inline constexpr Sql kUnfinishedBusiness{"unfinished_business", R"(
SELECT EXISTS (SELECT FROM access_request WHERE account_id = $1 AND state NOT IN ('expired', 'withdrawn'))
       OR EXISTS (SELECT FROM package WHERE account_id = $1 AND destroyed_at IS NULL)
       OR EXISTS (SELECT FROM job_attempt WHERE account_id = $1 AND sealed_ref IS NOT NULL) AS request,
       EXISTS (SELECT FROM incident WHERE account_id = $1 AND state <> 'closed') AS incident)"};

/// Nobody makes a row of this account until the transaction ends: their foreign keys wait.
inline constexpr Sql kHoldAccount{"hold_account", R"(
SELECT account_id FROM account WHERE account_id = $1 FOR UPDATE)"};

inline constexpr Sql kLockSubjectKey{"lock_subject_key", R"(
SELECT kek_epoch, wrapped FROM ledger_secret.subject_key WHERE tag = $1 FOR UPDATE)"};

inline constexpr Sql kRequestsOfAccount{"requests_of_account", R"(
SELECT id FROM access_request WHERE account_id = $1 ORDER BY id)"};
inline constexpr Sql kIncidentsOfAccount{"incidents_of_account", R"(
SELECT id FROM incident WHERE account_id = $1 ORDER BY id)"};
inline constexpr Sql kNewRequestRef{"new_request_ref", R"(
UPDATE access_request SET ledger_ref = $3 WHERE id = $1 AND account_id = $2)"};
inline constexpr Sql kNewPackageRef{"new_package_ref", R"(
UPDATE package SET ledger_ref = $3 WHERE request_id = $1 AND account_id = $2)"};
/// Of a restored database: who was forgotten had none left.
inline constexpr Sql kForgetSealedObjects{"forget_sealed_objects", R"(
UPDATE job_attempt SET sealed_ref = NULL, sealed_sha256 = NULL WHERE account_id = $1 AND sealed_ref IS NOT NULL)"};
inline constexpr Sql kNewIncidentRef{"new_incident_ref", R"(
UPDATE incident SET ledger_ref = $3 WHERE id = $1 AND account_id = $2)"};

inline constexpr Sql kAccountsAfter{"accounts_after", R"(
SELECT account_id FROM account WHERE account_id > $1 ORDER BY account_id LIMIT $2)"};
inline constexpr Sql kSubjectKeysByTag{"subject_keys_by_tag", R"(
SELECT tag, kek_epoch, wrapped FROM ledger_secret.subject_key WHERE tag = ANY ($1::bytea[]))"};
inline constexpr Sql kCountSubjectKeys{"count_subject_keys", R"(
SELECT count(*) AS count FROM ledger_secret.subject_key)"};
inline constexpr Sql kCountUnopenable{"count_unopenable", R"(
SELECT count(*) AS count FROM ledger_secret.subject_key WHERE NOT kek_epoch = ANY ($1::integer[]))"};
inline constexpr Sql kDropUnopenable{"drop_unopenable", R"(
DELETE FROM ledger_secret.subject_key WHERE NOT kek_epoch = ANY ($1::integer[]))"};
/// The colleague has to supply it once more.
inline constexpr Sql kReopenUnopenableUploads{"reopen_unopenable_uploads", R"(
WITH reopened AS (
  UPDATE manual_task SET state = 'open', supplied_at = NULL, size_bytes = NULL, wrapped_key = NULL, kek_epoch = NULL
  WHERE NOT kek_epoch = ANY ($1::integer[])
  RETURNING request_id, dataset)
DELETE FROM manual_chunk AS chunk USING reopened
WHERE chunk.request_id = reopened.request_id AND chunk.dataset = reopened.dataset)"};

inline constexpr Sql kReplayedSize{"replayed_size", R"(
SELECT size FROM ledger_secret.erasure_replay WHERE origin = $1)"};
inline constexpr Sql kReplayDone{"replay_done", R"(
INSERT INTO ledger_secret.erasure_replay (origin, size, replayed_at) VALUES ($1, $2, $3)
ON CONFLICT (origin) DO UPDATE SET size = $2, replayed_at = $3)"};
inline constexpr Sql kLastLoggedAt{"last_logged_at", R"(
SELECT logged_at FROM ledger.entry WHERE log_id = $1 ORDER BY idx DESC LIMIT 1)"};
inline constexpr Sql kStaffNamed{"staff_named", R"(
SELECT staff_id FROM ledger_secret.actor WHERE actor = $1)"};

inline constexpr Sql kDeleteBody{"delete_body", R"(
DELETE FROM ledger.body WHERE log_id = $1 AND idx = $2)"};
inline constexpr Sql kDeleteLookup{"delete_lookup", R"(
DELETE FROM ledger.lookup WHERE log_id = $1 AND idx = $2)"};
inline constexpr Sql kDeleteBodies{"delete_bodies", R"(
DELETE FROM ledger.body WHERE log_id = $1 AND idx >= $2 AND idx < $3)"};
inline constexpr Sql kDeleteLookups{"delete_lookups", R"(
DELETE FROM ledger.lookup WHERE log_id = $1 AND idx >= $2 AND idx < $3)"};

}  // namespace rightful::store::queries
