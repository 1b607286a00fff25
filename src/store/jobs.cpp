#include "rightful/store/jobs.hpp"

#include <fmt/format.h>

#include "rightful/core/check.hpp"
#include "rightful/core/failure.hpp"
#include "rightful/store/transaction.hpp"

#include "store/queries/job.hpp"

namespace rightful::store::jobs {

namespace {

ledger::RequestRef parse_ref(const std::string& text) {
  const auto ref = ledger::RequestRef::parse(text);
  if (!ref) throw Failure(Retry::Never, "bad_row", "a request's ledger reference is not one");
  return *ref;
}

PackageId package_of(std::string_view object_name) {
  const auto id = PackageId::parse(object_name.substr(0, object_name.find('.')));
  if (!id) throw Failure(Retry::Never, "bad_row", "an object's name is not of ours");
  return *id;
}

std::string to_json(const JobProgress& progress) {
  return fmt::format(
      R"({{"datasets_total":{},"datasets_done":{},"rows":{},"objects":{},"bytes":{}}})",
      progress.datasets_total,
      progress.datasets_done,
      progress.rows,
      progress.objects,
      progress.bytes);
}

ClaimedJob to_claimed(const Row& row) {
  const std::string object_name = row.text("object_name");
  return {.lease = {row.id<JobId>("id"), row.text("lease_token")},
          .request = row.id<RequestId>("request_id"),
          .account = row.account("account_id"),
          .request_ref = row.text("ledger_ref"),
          .attempt = static_cast<int>(row.integer("attempt")),
          .package = package_of(object_name),
          .object_name = object_name,
          .due_at = row.instant("due_at"),
          .catalog_version = row.optional_integer("catalog_version"),
          .was_reclaimed = row.boolean("was_claimed"),
          .failure_cause = row.text("failure_cause"),
          .failure_streak = static_cast<int>(row.integer("failure_streak")),
          .is_account_swapped = row.boolean("is_account_swapped")};
}

void record_claim(Transaction& transaction, const ClaimedJob& job) {
  const auto ref = parse_ref(job.request_ref);
  if (job.was_reclaimed) {
    transaction.run(queries::kAttemptEndEarlier, {job.lease.job, job.attempt});
    transaction.record(ledger::Event(
        ledger::System{},
        job.account,
        ref,
        ledger::events::JobRescued{.attempt = job.attempt - 1, .why = "lease_expired"}));
  }
  transaction.record(
      ledger::Event(ledger::System{},
                    job.account,
                    ref,
                    ledger::events::JobClaimed{.attempt = job.attempt,
                                               .catalog = job.catalog_version.value_or(0)}));
}

// For the requester; job.failure_note says more, to the officer.
constexpr std::string_view kTriedAgain =
    "Making the copy was interrupted. It is tried again by itself.";
constexpr std::string_view kNeedsAPerson =
    "The copy could not be made yet. Somebody has to look at it; the legal deadline goes on.";
constexpr std::string_view kStoppedByACheck =
    "A safety check stopped this copy, and nothing was released. Somebody has to look at it; the "
    "legal deadline goes on.";

struct Leaving {
  std::string_view job_state;
  std::string_view request_state;
  std::string_view request_note;
  std::chrono::milliseconds delay{0};
  int streak = 0;
  std::optional<Instant> finalized_at;
};

bool leave(Transaction& transaction,
           const ClaimedJob& job,
           const AttemptEnd& end,
           const JobEnd& why,
           const Leaving& leaving,
           ledger::Event event) {
  const auto left = transaction.run(queries::kJobLeave,
                                    {job.lease.job,
                                     job.lease.token,
                                     leaving.job_state,
                                     leaving.delay,
                                     why.failure_class,
                                     why.cause,
                                     why.note,
                                     leaving.streak,
                                     leaving.finalized_at});
  if (left.affected() != 1) return false;
  // A request that was ended meanwhile stays as it is.
  transaction.run(queries::kJobMoveRequest,
                  {job.request,
                   job.account,
                   leaving.request_state,
                   leaving.request_note,
                   leaving.finalized_at});
  end_attempt(transaction, job, end);
  transaction.record(std::move(event));
  return true;
}

LeftObject to_left(const Row& row) {
  return {.job = row.id<JobId>("job_id"),
          .attempt = static_cast<int>(row.integer("attempt")),
          .object_name = row.text("object_name"),
          .is_ended = row.boolean("is_ended")};
}

}  // namespace

void enqueue(Transaction& transaction, const NewJob& job, ledger::Event queued) {
  transaction.run(queries::kJobEnqueue, {job.id, job.request, job.account, job.due_at});
  transaction.record(std::move(queued));
}

int cancel(Transaction& transaction, const RequestId& request, const AccountId& account) {
  return static_cast<int>(transaction.run(queries::kJobCancel, {request, account}).affected());
}

std::vector<ClaimedJob> claim(Transaction& transaction,
                              std::string_view worker,
                              std::chrono::seconds lease,
                              int limit) {
  RIGHTFUL_CHECK(limit > 0);
  std::vector<ClaimedJob> claimed;
  for (const Row row :
       transaction.run(queries::kJobClaim, {worker, std::chrono::milliseconds(lease), limit})) {
    if (row.is_null("object_name")) {
      transaction.run(queries::kJobCancelOrphan, {row.id<JobId>("id"), row.text("lease_token")});
      transaction.run(queries::kAttemptEndEarlier,
                      {row.id<JobId>("id"), row.integer("attempt") + 1});
      continue;
    }
    claimed.push_back(to_claimed(row));
    record_claim(transaction, claimed.back());
  }
  return claimed;
}

bool renew(Transaction& transaction,
           const Lease& lease,
           std::chrono::seconds duration,
           const JobProgress& progress) {
  return transaction
             .run(queries::kJobRenew,
                  {lease.job, lease.token, std::chrono::milliseconds(duration), to_json(progress)})
             .affected() == 1;
}

bool set_stage(Transaction& transaction, const Lease& lease, std::string_view stage) {
  const std::string_view request_state =
      stage == "verifying" || stage == "releasing" ? "verifying" : "running";
  return transaction.run(queries::kJobSetStage, {lease.job, lease.token, stage, request_state})
             .affected() == 1;
}

bool hold(Transaction& transaction, const Lease& lease) {
  return transaction.run(queries::kJobHold, {lease.job, lease.token}).size() == 1;
}

bool requeue(Transaction& transaction,
             const ClaimedJob& job,
             const AttemptEnd& end,
             const JobEnd& why,
             std::chrono::milliseconds delay,
             int streak,
             ledger::Event event) {
  return leave(transaction,
               job,
               end,
               why,
               {.job_state = "queued",
                .request_state = "queued",
                .request_note = why.note.empty() ? std::string_view() : kTriedAgain,
                .delay = delay,
                .streak = streak,
                .finalized_at = {}},
               std::move(event));
}

bool fail_finally(Transaction& transaction,
                  const ClaimedJob& job,
                  const AttemptEnd& end,
                  const JobEnd& why,
                  int streak,
                  Instant now,
                  ledger::Event event) {
  return leave(transaction,
               job,
               end,
               why,
               {.job_state = "failed",
                .request_state = "failed",
                .request_note = kNeedsAPerson,
                .streak = streak,
                .finalized_at = now},
               std::move(event));
}

bool quarantine(Transaction& transaction,
                const ClaimedJob& job,
                const AttemptEnd& end,
                const JobEnd& why,
                Instant now,
                ledger::Event event) {
  return leave(transaction,
               job,
               end,
               why,
               {.job_state = "quarantined",
                .request_state = "quarantined",
                .request_note = kStoppedByACheck,
                .streak = 1,
                .finalized_at = now},
               std::move(event));
}

bool release(Transaction& transaction, const ClaimedJob& job, const AttemptEnd& end, Instant now) {
  const auto left = transaction.run(
      queries::kJobLeave,
      {job.lease.job, job.lease.token, "done", std::chrono::milliseconds(0), "", "", "", 0, now});
  if (left.affected() != 1) return false;
  const auto moved =
      transaction.run(queries::kJobMoveRequest, {job.request, job.account, "ready", "", now});
  if (moved.affected() != 1) return false;
  end_attempt(transaction, job, end);
  return true;
}

void end_attempt(Transaction& transaction, const ClaimedJob& job, const AttemptEnd& end) {
  transaction.run(queries::kAttemptEnd,
                  {job.lease.job,
                   job.attempt,
                   end.outcome,
                   end.cause,
                   end.death,
                   end.peak_memory_kib,
                   end.stage});
}

void note_sealed(Transaction& transaction, const ClaimedJob& job, const SealedObject& object) {
  transaction.run(queries::kAttemptSealed,
                  {job.lease.job, job.attempt, object.ref.text(), object.sha256.bytes()});
}

void mark_object_destroyed(Transaction& transaction,
                           const JobId& job,
                           int attempt,
                           ledger::Code<ledger::CodeList::RemovalWhy> why) {
  const auto row = transaction.run(queries::kAttemptObjectDestroyed, {job, attempt}).at_most_one();
  if (!row) return;
  const auto package = ledger::PackageRef::parse(row->text("sealed_ref"));
  const auto sha256 = crypto::Sha256Digest::parse(row->bytes("sealed_sha256"));
  if (!package || !sha256)
    throw Failure(Retry::Never, "bad_row", "what a sealed object is called in the ledger");
  transaction.record(
      ledger::Event(ledger::System{},
                    row->account("account_id"),
                    parse_ref(row->text("ledger_ref")),
                    ledger::events::PackageDeleted{
                        .pkg = *package, .sha256 = *sha256, .store = "directory", .why = why}));
}

std::vector<LeftObject> left_objects(Transaction& transaction, const JobId& job, int attempt) {
  std::vector<LeftObject> left;
  for (const Row row : transaction.run(queries::kAttemptsLeftOfJob, {job, attempt}))
    left.push_back(to_left(row));
  return left;
}

std::vector<AttemptView> attempts(Transaction& transaction,
                                  const RequestId& request,
                                  const AccountId& account) {
  std::vector<AttemptView> views;
  for (const Row row : transaction.run(queries::kAttemptsOfRequest, {request, account})) {
    views.push_back({.attempt = static_cast<int>(row.integer("attempt")),
                     .outcome = row.text("outcome"),
                     .cause = row.text("cause"),
                     .death = row.text("death"),
                     .peak_memory_kib = row.optional_integer("peak_memory_kib"),
                     .started_at = row.instant("started_at"),
                     .ended_at = row.optional_instant("ended_at")});
  }
  return views;
}

void end_abandoned_attempts(Transaction& transaction) {
  transaction.run(queries::kAttemptsEndAbandoned);
}

std::vector<RequestId> requests_without_job(Transaction& transaction) {
  std::vector<RequestId> lost;
  for (const Row row : transaction.run(queries::kRequestsWithoutJob))
    lost.push_back(row.id<RequestId>("id"));
  return lost;
}

std::vector<LeftObject> left_objects(Transaction& transaction) {
  std::vector<LeftObject> left;
  for (const Row row : transaction.run(queries::kAttemptsLeft))
    left.push_back(to_left(row));
  return left;
}

bool is_released(Transaction& transaction, std::string_view object_name) {
  return transaction.run(queries::kObjectIsReleased, {object_name}).only().boolean("is_released");
}

std::vector<KnownObject> known_objects(Transaction& transaction,
                                       const std::vector<std::string>& names) {
  std::vector<KnownObject> known;
  for (const Row row : transaction.run(queries::kObjectsKnown, {names})) {
    known.push_back({.object_name = row.text("object_name"),
                     .is_released = row.boolean("is_released"),
                     .is_running = row.boolean("is_running"),
                     .is_destroyed = row.boolean("is_destroyed")});
  }
  return known;
}

std::vector<std::string> released_objects(Transaction& transaction) {
  std::vector<std::string> names;
  for (const Row row : transaction.run(queries::kObjectsReleased))
    names.push_back(row.text("object_name"));
  return names;
}

std::optional<RequestOrder> load_order(Transaction& transaction,
                                       const RequestId& request,
                                       const AccountId& account) {
  const auto row = transaction.run(queries::kJobOrder, {request, account}).at_most_one();
  if (!row) return std::nullopt;
  return RequestOrder{.request = row->id<RequestId>("id"),
                      .account = row->account("account_id"),
                      .state = row->text("state"),
                      .language = row->text("language"),
                      .nonce = row->bytes("nonce"),
                      .stated_at = row->instant("stated_at"),
                      .unlock_key = row->bytes("unlock_key"),
                      .sign_key = row->bytes("sign_key"),
                      .signature = row->bytes("statement_signature"),
                      .key_version = row->integer("key_version"),
                      .account_unlock_key = row->bytes("account_unlock_key"),
                      .account_sign_key = row->bytes("account_sign_key"),
                      .pk_mac = row->bytes("pk_mac"),
                      .recovery_wrap = row->optional_bytes("recovery_wrap")};
}

}  // namespace rightful::store::jobs
