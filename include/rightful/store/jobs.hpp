/// @file
/// The rows of the queue: jobs and their attempts. Who runs them, and when they are tried again, is
/// decided in `queue`.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rightful/core/account_id.hpp"
#include "rightful/core/bytes.hpp"
#include "rightful/core/clock.hpp"
#include "rightful/core/id.hpp"
#include "rightful/crypto/fixed_bytes.hpp"
#include "rightful/ledger/event.hpp"

namespace rightful::store {

class Transaction;

struct NewJob {
  JobId id;
  RequestId request;
  AccountId account;
  Instant due_at;  ///< of the request; what the queue sorts by
};

/// The right to write for one claimed job. The token is the fence: it is compared in every write,
/// and a claim by another worker changes it.
struct Lease {
  JobId job;
  std::string token;  ///< UUID made by the database

  friend bool operator==(const Lease&, const Lease&) = default;
};

/// A job that this worker holds now, with what every later step needs.
struct ClaimedJob {
  Lease lease;
  RequestId request;
  AccountId account;
  std::string request_ref;  ///< the request's name in the ledger, `r_…`
  int attempt;              ///< from 1
  PackageId package;        ///< of this attempt
  std::string object_name;  ///< of this attempt in the package store
  Instant due_at;
  std::optional<std::int64_t>
      catalog_version;  ///< frozen with the first claim; empty = no catalog was ever activated
  bool was_reclaimed;   ///< the lease of an earlier worker had run out
  std::string failure_cause;  ///< of the attempt before, or empty
  int failure_streak;         ///< how often in a row that cause
  /// The job's row names another account than its request; `account` is the request's. Such a job
  /// must not run.
  bool is_account_swapped = false;
};

/// The object of an attempt as the ledger names it.
struct SealedObject {
  ledger::PackageRef ref;
  crypto::Sha256Digest sha256;
};

/// Counts only; nothing here names a person or a record.
struct JobProgress {
  std::int64_t datasets_total = 0;
  std::int64_t datasets_done = 0;
  std::int64_t rows = 0;
  std::int64_t objects = 0;
  std::int64_t bytes = 0;

  friend bool operator==(const JobProgress&, const JobProgress&) = default;
};

/// How an attempt ended, as its row keeps it.
struct AttemptEnd {
  std::string outcome = {};  ///< released, retry, stop, quarantine, lease_lost, cancelled
  std::string cause = {};    ///< closed word `[a-z0-9_]{1,24}`, empty for released
  std::string death = {};    ///< how the child ended, seen from outside; empty = there was none
  std::optional<std::int64_t> peak_memory_kib = {};
  std::string stage = {};  ///< how far it came: claiming, authority, starting, … releasing
};

/// What failed or quarantined means for the request's owner and the officer.
struct JobEnd {
  std::string failure_class;  ///< retry, stop, quarantine
  std::string cause;
  std::string note;  ///< plain words, never personal data
};

/// What must be checked before one row is read: the signed statement and the keys that the account
/// has now.
struct RequestOrder {
  RequestId request;
  AccountId account;
  std::string state;
  std::string language;
  Bytes nonce;
  Instant stated_at;
  Bytes unlock_key;
  Bytes sign_key;
  Bytes signature;
  // of the account
  std::int64_t key_version;
  Bytes account_unlock_key;
  Bytes account_sign_key;
  Bytes pk_mac;
  std::optional<Bytes> recovery_wrap;
};

/// An attempt of a job whose object may still lie in the package store.
struct LeftObject {
  JobId job;
  int attempt;
  std::string object_name;
  bool is_ended;
};

/// One attempt as its row keeps it, for reports.
struct AttemptView {
  int attempt;
  std::string outcome;  ///< as AttemptEnd; empty while it runs
  std::string cause;
  std::string death;
  std::optional<std::int64_t> peak_memory_kib;
  Instant started_at;
  std::optional<Instant> ended_at;
};

/// One line of the comparison of database and package store.
struct KnownObject {
  std::string object_name;
  bool is_released;   ///< a package row that is not destroyed names it
  bool is_running;    ///< its attempt holds a lease that has not run out
  bool is_destroyed;  ///< its destruction is on record
};

/// Every function that takes a Lease writes only while the token is the current one, and returns
/// false when it is not: then the job is no longer ours, and the caller stops, destroys its object
/// and says nothing else.
///
/// Errors   Failure(Retry::Later) when the database is lost or the transaction must be repeated.
/// Threads  as Transaction.
namespace jobs {

/// Puts a job into the queue. @param queued  job.queued, recorded in the same transaction.
void enqueue(Transaction& transaction, const NewJob& job, ledger::Event queued);

/// Ends the request's queued or claimed job; a running worker notices with its next write. The
/// caller records request.withdrawn in the same transaction. @return how many jobs were ended (0 or
/// 1).
int cancel(Transaction& transaction, const RequestId& request, const AccountId& account);

/// Takes up to `limit` jobs in the order (priority, due_at, id): queued ones whose time has come,
/// and claimed ones whose lease ran out. Never two of one account. Makes the attempt's row with the
/// name of its object and sets the request to `running`, all in `transaction`; records job.claimed,
/// and job.rescued for a lease that had run out.
///
/// Errors  ConstraintViolation(job_one_claimed_per_account) when another worker took a job of the
///         same account at the same instant: roll back and poll again.
[[nodiscard]] std::vector<ClaimedJob> claim(Transaction& transaction,
                                            std::string_view worker,
                                            std::chrono::seconds lease,
                                            int limit);

/// Another `duration` from the database's now(), with the newest counts.
[[nodiscard]] bool renew(Transaction& transaction,
                         const Lease& lease,
                         std::chrono::seconds duration,
                         const JobProgress& progress);

/// @param stage  starting, collecting, packaging, verifying, releasing. The request follows:
/// verifying, else running.
[[nodiscard]] bool set_stage(Transaction& transaction, const Lease& lease, std::string_view stage);

/// True while the lease is ours; locks the job's row until the transaction ends. For writes into
/// other tables.
[[nodiscard]] bool hold(Transaction& transaction, const Lease& lease);

/// Back into the queue. @param delay  from the database's now(). @param streak  of the same cause.
[[nodiscard]] bool requeue(Transaction& transaction,
                           const ClaimedJob& job,
                           const AttemptEnd& end,
                           const JobEnd& why,
                           std::chrono::milliseconds delay,
                           int streak,
                           ledger::Event event);

/// For a person: job and request `failed`.
[[nodiscard]] bool fail_finally(Transaction& transaction,
                                const ClaimedJob& job,
                                const AttemptEnd& end,
                                const JobEnd& why,
                                int streak,
                                Instant now,
                                ledger::Event event);

/// Job and request `quarantined`. The caller opens the incident in the same transaction.
[[nodiscard]] bool quarantine(Transaction& transaction,
                              const ClaimedJob& job,
                              const AttemptEnd& end,
                              const JobEnd& why,
                              Instant now,
                              ledger::Event event);

/// Job `done`, request `ready`, attempt `released`. The caller writes the package row and
/// package.released in the same transaction. False also when the request is no longer running
/// (withdrawn meanwhile).
[[nodiscard]] bool release(Transaction& transaction,
                           const ClaimedJob& job,
                           const AttemptEnd& end,
                           Instant now);

/// For a worker whose job was taken away or cancelled: its attempt's row gets an end. Not fenced:
/// the row is its own.
void end_attempt(Transaction& transaction, const ClaimedJob& job, const AttemptEnd& end);

/// What the attempt's `package.sealed` says, for whoever has to destroy the object. In the same
/// transaction.
void note_sealed(Transaction& transaction, const ClaimedJob& job, const SealedObject& object);

/// The object of an attempt is known to be gone. The first call for one that was sealed records
/// package.deleted. @param why  for that leaf.
void mark_object_destroyed(Transaction& transaction,
                           const JobId& job,
                           int attempt,
                           ledger::Code<ledger::CodeList::RemovalWhy> why);

/// Attempts of this job before `attempt` whose object is not known to be destroyed.
[[nodiscard]] std::vector<LeftObject> left_objects(Transaction& transaction,
                                                   const JobId& job,
                                                   int attempt);
/// All attempts of a request, oldest first.
[[nodiscard]] std::vector<AttemptView> attempts(Transaction& transaction,
                                                const RequestId& request,
                                                const AccountId& account);
/// Ended attempts of all jobs whose object is neither released nor known to be destroyed.
[[nodiscard]] std::vector<LeftObject> left_objects(Transaction& transaction);
/// Ends, as lost, every attempt whose token is no longer its job's: it can never release, and a
/// worker that died after its request was withdrawn cannot end it. Before left_objects.
void end_abandoned_attempts(Transaction& transaction);
/// Requests in work that no job works on: nobody would ever make their package.
[[nodiscard]] std::vector<RequestId> requests_without_job(Transaction& transaction);
/// True when a package row names this object: then nobody but expiry may destroy it.
[[nodiscard]] bool is_released(Transaction& transaction, std::string_view object_name);
/// What the database knows of these objects; unknown names are left out.
[[nodiscard]] std::vector<KnownObject> known_objects(Transaction& transaction,
                                                     const std::vector<std::string>& names);
/// The objects of packages that are not destroyed.
[[nodiscard]] std::vector<std::string> released_objects(Transaction& transaction);

/// Everything the authority check reads, in one statement. Empty = no such request of this account,
/// or no keys.
[[nodiscard]] std::optional<RequestOrder> load_order(Transaction& transaction,
                                                     const RequestId& request,
                                                     const AccountId& account);

}  // namespace jobs

}  // namespace rightful::store
