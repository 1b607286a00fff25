/// @file
/// Statements on `job` and `job_attempt`, and on `access_request` where a job moves it.
#pragma once

#include "rightful/store/sql.hpp"

namespace rightful::store::queries {

inline constexpr Sql kJobEnqueue{"job_enqueue", R"(
INSERT INTO job (id, request_id, account_id, kind, state, due_at, not_before)
VALUES ($1, $2, $3, 'export', 'queued', $4, now()))"};

inline constexpr Sql kJobCancel{"job_cancel", R"(
UPDATE job
SET state = 'cancelled', lease_token = NULL, lease_until = NULL, worker = NULL, stage = NULL, finalized_at = now()
WHERE request_id = $1 AND account_id = $2 AND state IN ('queued', 'claimed'))"};

// $1 worker, $2 lease, $3 limit. One statement, one commit: two workers skip each other's rows, and
// the partial unique index refuses what slips through the check of busy accounts. The request is
// found by its id alone: a job whose account was swapped must be stopped aloud, not be taken for
// one whose request has ended.
inline constexpr Sql kJobClaim{"job_claim", R"(
WITH expired AS MATERIALIZED (
  SELECT id, account_id, priority, due_at, true AS was_claimed
  FROM job
  WHERE state = 'claimed' AND lease_until <= now()
  ORDER BY priority, due_at, id
  LIMIT $3
  FOR UPDATE SKIP LOCKED),
waiting AS MATERIALIZED (
  SELECT id, account_id, priority, due_at, false AS was_claimed
  FROM job AS candidate
  WHERE state = 'queued' AND not_before <= now()
    AND NOT EXISTS (SELECT FROM job AS busy WHERE busy.account_id = candidate.account_id AND busy.state = 'claimed')
  ORDER BY priority, due_at, id
  LIMIT $3
  FOR UPDATE SKIP LOCKED),
one_per_account AS (
  SELECT DISTINCT ON (account_id) id, priority, due_at, was_claimed
  FROM (SELECT * FROM expired UNION ALL SELECT * FROM waiting) AS both_kinds
  ORDER BY account_id, was_claimed DESC, priority, due_at, id),
chosen AS (
  SELECT id, was_claimed FROM one_per_account ORDER BY priority, due_at, id LIMIT $3),
claimed AS (
  UPDATE job
  SET state = 'claimed', attempt = attempt + 1, lease_token = gen_random_uuid(), lease_until = now() + $2::interval,
      worker = $1, stage = 'starting', progress = NULL,
      failure_streak = CASE WHEN NOT was_claimed THEN failure_streak
                            WHEN failure_cause = 'lease_lost' THEN failure_streak + 1 ELSE 1 END,
      failure_class = CASE WHEN was_claimed THEN 'retry' ELSE failure_class END,
      failure_cause = CASE WHEN was_claimed THEN 'lease_lost' ELSE failure_cause END
  FROM chosen
  WHERE job.id = chosen.id
  RETURNING job.id, job.request_id, job.account_id, job.attempt, job.lease_token, job.due_at, job.priority,
            coalesce(job.failure_cause, '') AS failure_cause, job.failure_streak, was_claimed),
started AS (
  UPDATE access_request AS request
  SET state = 'running', updated_at = now(),
      catalog_version = coalesce(catalog_version, (SELECT version FROM catalog_version ORDER BY activated_at DESC, version DESC LIMIT 1))
  FROM claimed
  WHERE request.id = claimed.request_id AND request.state IN ('received', 'queued', 'running', 'verifying')
  RETURNING request.id, request.account_id, request.ledger_ref, request.catalog_version),
attempted AS (
  INSERT INTO job_attempt (job_id, attempt, request_id, account_id, lease_token, worker, object_name)
  SELECT claimed.id, attempt, request_id, claimed.account_id, lease_token, $1, gen_random_uuid() || '.zip'
  FROM claimed JOIN started ON started.id = claimed.request_id
  RETURNING job_id, object_name)
SELECT claimed.id, claimed.request_id, coalesce(started.account_id, claimed.account_id) AS account_id,
       coalesce(started.account_id <> claimed.account_id, false) AS is_account_swapped,
       claimed.attempt, claimed.lease_token, claimed.due_at,
       claimed.failure_cause, claimed.failure_streak, claimed.was_claimed,
       started.ledger_ref, started.catalog_version, attempted.object_name
FROM claimed
LEFT JOIN started ON started.id = claimed.request_id
LEFT JOIN attempted ON attempted.job_id = claimed.id
ORDER BY claimed.priority, claimed.due_at, claimed.id)"};

// A job whose request has ended by another way (withdrawn, reported): it has nothing left to do.
inline constexpr Sql kJobCancelOrphan{"job_cancel_orphan", R"(
UPDATE job
SET state = 'cancelled', lease_token = NULL, lease_until = NULL, worker = NULL, stage = NULL, finalized_at = now()
WHERE id = $1 AND lease_token = $2)"};

inline constexpr Sql kAttemptEndEarlier{"attempt_end_earlier", R"(
UPDATE job_attempt
SET ended_at = now(), outcome = 'lease_lost', cause = 'lease_lost'
WHERE job_id = $1 AND attempt < $2 AND ended_at IS NULL)"};

inline constexpr Sql kJobRenew{"job_renew", R"(
UPDATE job SET lease_until = now() + $3::interval, progress = $4::jsonb
WHERE id = $1 AND lease_token = $2)"};

// The request follows its job, and only while it is open: a withdrawn or reported one takes the job
// away.
inline constexpr Sql kJobSetStage{"job_set_stage", R"(
WITH fenced AS (
  UPDATE job SET stage = $3 WHERE id = $1 AND lease_token = $2 RETURNING request_id, account_id, attempt),
noted AS (
  UPDATE job_attempt SET stage = $3 FROM fenced WHERE job_id = $1 AND job_attempt.attempt = fenced.attempt)
UPDATE access_request AS request
SET state = $4, updated_at = now()
FROM fenced
WHERE request.id = fenced.request_id AND request.account_id = fenced.account_id
  AND request.state IN ('running', 'verifying'))"};

inline constexpr Sql kJobHold{"job_hold", R"(
SELECT 1 AS held FROM job WHERE id = $1 AND lease_token = $2 FOR UPDATE)"};

// $1 job, $2 token, $3 state, $4 delay, $5 class, $6 cause, $7 note, $8 streak, $9 finalized_at
inline constexpr Sql kJobLeave{"job_leave", R"(
UPDATE job
SET state = $3, lease_token = NULL, lease_until = NULL, worker = NULL, stage = NULL, not_before = now() + $4::interval,
    failure_class = nullif($5, ''), failure_cause = nullif($6, ''), failure_note = nullif($7, ''), failure_streak = $8,
    finalized_at = $9
WHERE id = $1 AND lease_token = $2)"};

// $1 request, $2 account, $3 state, $4 note, $5 now (or NULL: the database's)
inline constexpr Sql kJobMoveRequest{"job_move_request", R"(
UPDATE access_request
SET state = $3, failure_note = nullif($4, ''), updated_at = coalesce($5, now())
WHERE id = $1 AND account_id = $2 AND state IN ('running', 'verifying'))"};

inline constexpr Sql kAttemptEnd{"attempt_end", R"(
UPDATE job_attempt
SET ended_at = now(), outcome = $3, cause = nullif($4, ''), death = nullif($5, ''), peak_memory_kib = $6,
    stage = coalesce(nullif($7, ''), stage),
    sealed_ref = CASE WHEN $3 <> 'released' THEN sealed_ref END,
    sealed_sha256 = CASE WHEN $3 <> 'released' THEN sealed_sha256 END
WHERE job_id = $1 AND attempt = $2 AND ended_at IS NULL)"};

// What `package.sealed` says of the attempt's object.
inline constexpr Sql kAttemptSealed{"attempt_sealed", R"(
UPDATE job_attempt SET sealed_ref = $3, sealed_sha256 = $4
WHERE job_id = $1 AND attempt = $2 AND object_destroyed_at IS NULL)"};

inline constexpr Sql kAttemptObjectDestroyed{"attempt_object_destroyed", R"(
WITH left_behind AS MATERIALIZED (
  SELECT job_id, attempt, sealed_ref, sealed_sha256
  FROM job_attempt WHERE job_id = $1 AND attempt = $2 AND object_destroyed_at IS NULL
  FOR UPDATE),
destroyed AS (
  UPDATE job_attempt AS attempt
  SET object_destroyed_at = now(), sealed_ref = NULL, sealed_sha256 = NULL
  FROM left_behind
  WHERE attempt.job_id = left_behind.job_id AND attempt.attempt = left_behind.attempt
  RETURNING attempt.request_id, left_behind.sealed_ref, left_behind.sealed_sha256)
SELECT request.account_id, request.ledger_ref, destroyed.sealed_ref, destroyed.sealed_sha256
FROM destroyed JOIN access_request AS request ON request.id = destroyed.request_id
WHERE destroyed.sealed_ref IS NOT NULL)"};

inline constexpr Sql kAttemptsLeftOfJob{"attempts_left_of_job", R"(
SELECT job_id, attempt, object_name, ended_at IS NOT NULL AS is_ended
FROM job_attempt
WHERE job_id = $1 AND attempt < $2 AND object_destroyed_at IS NULL AND outcome IS DISTINCT FROM 'released'
ORDER BY attempt)"};

inline constexpr Sql kAttemptsOfRequest{"attempts_of_request", R"(
SELECT attempt, coalesce(outcome, '') AS outcome, coalesce(cause, '') AS cause, coalesce(death, '') AS death,
       peak_memory_kib, started_at, ended_at
FROM job_attempt
WHERE request_id = $1 AND account_id = $2
ORDER BY started_at, attempt)"};

// Its job was taken away (withdrawn, reported) and its worker died before it could say so: the
// token differs, so it can never release.
inline constexpr Sql kAttemptsEndAbandoned{"attempts_end_abandoned", R"(
UPDATE job_attempt AS attempt
SET ended_at = now(), outcome = 'lease_lost', cause = 'lease_lost'
FROM job
WHERE job.id = attempt.job_id AND attempt.ended_at IS NULL
  AND job.lease_token IS DISTINCT FROM attempt.lease_token)"};

inline constexpr Sql kAttemptsLeft{"attempts_left", R"(
SELECT job_id, attempt, object_name, true AS is_ended
FROM job_attempt
WHERE ended_at IS NOT NULL AND object_destroyed_at IS NULL AND outcome <> 'released'
  AND NOT EXISTS (SELECT FROM package WHERE package.object_name = job_attempt.object_name)
ORDER BY job_id, attempt)"};

// No step of ours leaves one: a restored backup or a hand in the database does.
inline constexpr Sql kRequestsWithoutJob{"requests_without_job", R"(
SELECT id FROM access_request AS request
WHERE state IN ('received', 'queued', 'running', 'verifying')
  AND NOT EXISTS (SELECT FROM job WHERE job.request_id = request.id AND job.account_id = request.account_id
                    AND job.state IN ('queued', 'claimed'))
ORDER BY id)"};

inline constexpr Sql kObjectIsReleased{"object_is_released", R"(
SELECT EXISTS (SELECT FROM package WHERE object_name = $1) AS is_released)"};

inline constexpr Sql kObjectsKnown{"objects_known", R"(
SELECT attempt.object_name,
       package.object_name IS NOT NULL AND package.destroyed_at IS NULL AS is_released,
       attempt.ended_at IS NULL AND coalesce(job.lease_token = attempt.lease_token AND job.lease_until > now(), false)
         AS is_running,
       attempt.object_destroyed_at IS NOT NULL OR package.destroyed_at IS NOT NULL AS is_destroyed
FROM job_attempt AS attempt
JOIN job ON job.id = attempt.job_id
LEFT JOIN package ON package.object_name = attempt.object_name
WHERE attempt.object_name = ANY ($1::text[])
ORDER BY attempt.object_name)"};

inline constexpr Sql kObjectsReleased{"objects_released", R"(
SELECT object_name FROM package WHERE destroyed_at IS NULL ORDER BY object_name)"};

inline constexpr Sql kJobOrder{"job_order", R"(
SELECT request.id, request.account_id, request.state, request.language, request.nonce, request.stated_at,
       request.unlock_key, request.sign_key, request.statement_signature,
       account.key_version, account.unlock_key AS account_unlock_key, account.sign_key AS account_sign_key,
       account.pk_mac, root_wrap.wrapped AS recovery_wrap
FROM access_request AS request
JOIN account ON account.account_id = request.account_id
LEFT JOIN root_wrap ON root_wrap.account_id = account.account_id AND root_wrap.kind = 'recovery'
WHERE request.id = $1 AND request.account_id = $2 AND account.enrolled_at IS NOT NULL)"};

}  // namespace rightful::store::queries
