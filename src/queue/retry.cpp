#include "rightful/queue/retry.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <csignal>
#include <cstddef>
#include <span>

#include "rightful/ledger/event_fields.hpp"

namespace rightful::queue {

namespace {

struct CauseRow {
  std::string_view cause;
  FailureClass failure_class;
  std::string_view note;
};

constexpr std::string_view kNotVerified =
    "The stored package did not pass the independent check. It was destroyed.";
constexpr std::string_view kTriedAgain = "It is tried again by itself.";

// The one table of what ends how (design: retry for what passes, stop for what a person must mend,
// quarantine for what may have touched somebody else).
constexpr std::array kCauses{
    CauseRow{"foreign_row",
             FailureClass::Quarantine,
             "A source delivered a record or object that is not the requester's. Nothing was "
             "released. Check the source's "
             "view, path and row policies before the request is run again."},
    CauseRow{"missing_object",
             FailureClass::Quarantine,
             "A record names an object that its source does not have. Nothing was released. "
             "Restore the object, or decide "
             "`missing: note` in the catalog."},
    CauseRow{"foreign_object",
             FailureClass::Quarantine,
             "A record names an object outside its folder, or over a link. Nothing was released. "
             "Find out who wrote that "
             "reference."},
    CauseRow{"count_mismatch",
             FailureClass::Quarantine,
             "A source delivered another number of records than it counted in the same snapshot. "
             "Nothing was released."},
    CauseRow{"repeated_record",
             FailureClass::Quarantine,
             "A source delivered a record twice, or out of its order. Nothing was released."},
    CauseRow{"bad_statement",
             FailureClass::Quarantine,
             "The signed request does not fit the job: account, key or statement was changed after "
             "it was signed. Nothing "
             "was read."},
    CauseRow{"forged_catalog",
             FailureClass::Quarantine,
             "The catalog of this request was changed in the database, or was not put into force "
             "with the service's keys. "
             "Nothing was read. Find out who wrote it."},
    CauseRow{"foreign_canary",
             FailureClass::Quarantine,
             "The package held a marker of another account. It was destroyed."},
    CauseRow{"structure", FailureClass::Quarantine, kNotVerified},
    CauseRow{"hash_mismatch", FailureClass::Quarantine, kNotVerified},
    CauseRow{"signature_mismatch", FailureClass::Quarantine, kNotVerified},
    CauseRow{"manifest_mismatch", FailureClass::Quarantine, kNotVerified},
    CauseRow{"envelope_mismatch", FailureClass::Quarantine, kNotVerified},
    CauseRow{"false_result",
             FailureClass::Quarantine,
             "The export reported something about its package that is not so. The package was "
             "destroyed."},
    CauseRow{"object_changed",
             FailureClass::Retry,
             "An object changed while it was read. It is tried again by itself."},
    CauseRow{kWaitingForUpload,
             FailureClass::Retry,
             "A dataset is supplied by hand and its upload is missing: see `rightful admin manual "
             "list`. The export goes on by itself when it is there."},
    CauseRow{"database_lost", FailureClass::Retry, kTriedAgain},
    CauseRow{"lease_lost",
             FailureClass::Retry,
             "The worker that ran it stopped answering. It is tried again by itself."},
    CauseRow{"killed",
             FailureClass::Retry,
             "The export was killed from outside. It is tried again by itself."},
    CauseRow{"disk_full",
             FailureClass::Retry,
             "The package store is full. Make room; it is tried again by itself."},
    CauseRow{
        "ledger_frozen",
        FailureClass::Retry,
        "The ledger is frozen: its signer has found something that it may not sign, and nothing "
        "is released. See `rightful admin ledger status`. The export goes on by itself "
        "afterwards."},
    CauseRow{"ledger_full",
             FailureClass::Retry,
             "More than 100,000 entries wait for the ledger, and nothing is released. See whether "
             "its sequencer runs. The export goes on by itself afterwards."},
    CauseRow{
        "ledger_not_covering",
        FailureClass::Retry,
        "No signed checkpoint covered the package within ten seconds. See whether sequencer and "
        "signer of the ledger run. The export is tried again by itself."},
    CauseRow{"ledger_busy", FailureClass::Retry, kTriedAgain},
    CauseRow{
        "key_missing",
        FailureClass::Retry,
        "An upload was sealed under a key-encryption key that this worker does not find in its "
        "key directory: it was replaced a moment ago, or the directory is not up to date. The "
        "export goes on by itself when the key is there."},
    CauseRow{
        "ledger_stopped", FailureClass::Retry, "The worker was stopped. Another one takes it."},
    CauseRow{"shutdown", FailureClass::Retry, "The worker was stopped. Another one takes it."},
    CauseRow{"bad_value",
             FailureClass::Stop,
             "This account ID cannot occur in an owner column of the catalog. Check the catalog's "
             "owner paths."},
    CauseRow{"unknown_column",
             FailureClass::Stop,
             "A source has a table or column that the catalog does not describe, or lacks one that "
             "it does. Run `rightful "
             "catalog check`, describe it, and run the request again."},
    CauseRow{
        "role_too_powerful",
        FailureClass::Stop,
        "A source's role may write or stands above row security. Give Rightful a read-only role."},
    CauseRow{"source_refused",
             FailureClass::Stop,
             "A source refuses the credentials, or what is asked with them. Run `rightful catalog "
             "check`: it says which."},
    CauseRow{"bad_row",
             FailureClass::Stop,
             "A database delivered a value that its column cannot hold. See the child's log line."},
    CauseRow{"bad_answer",
             FailureClass::Stop,
             "A service or store answered otherwise than was agreed on. See the child's log line, "
             "and docs/sources."},
    CauseRow{"not_configured",
             FailureClass::Stop,
             "A source has no address or folder. Set the variable that the catalog names."},
    CauseRow{"no_catalog",
             FailureClass::Stop,
             "No catalog was activated. Run `rightful catalog check` and start `serve`."},
    CauseRow{"bad_catalog",
             FailureClass::Stop,
             "The catalog that the request was frozen with cannot be read."},
    CauseRow{
        "no_keys", FailureClass::Stop, "The request, or the keys of its account, are not there."},
    CauseRow{"no_landlock",
             FailureClass::Stop,
             "This kernel cannot confine the export. Use a newer one, or set child.landlock to "
             "if_available."},
    CauseRow{
        "crash",
        FailureClass::Stop,
        "The export crashed. See how its last attempt ended; it is not tried again by itself."},
    CauseRow{"exit_code",
             FailureClass::Stop,
             "The export ended without a result. See how its last attempt ended; it is not tried "
             "again by "
             "itself."},
    CauseRow{"protocol",
             FailureClass::Stop,
             "The export said something that it may not say. It was stopped."},
    CauseRow{"time_limit", FailureClass::Stop, "The export took longer than child.time_limit."},
    CauseRow{
        "memory_limit", FailureClass::Stop, "The export needed more memory than child.memory_mib."},
};

/// The ledger has a word of its own for it.
constexpr bool is_in_ledger(const CauseRow& row) {
  using ledger::CodeList;
  const bool is_quarantine = row.failure_class == FailureClass::Quarantine;
  const CodeList list = is_quarantine ? CodeList::GuardCause : CodeList::FailureCause;
  return !ledger::find_word(list, row.cause).empty();
}

static_assert(std::ranges::all_of(kCauses, is_in_ledger));

// What is away and comes back, whoever asks: nothing of it says that this one job is at fault. A
// frozen ledger too: it may take people days to look into it.
constexpr std::array<std::string_view, 17> kOutages{"database_lost",
                                                    "database_busy",
                                                    "database_read_only",
                                                    "commit_in_doubt",
                                                    "pool_exhausted",
                                                    "serialization",
                                                    "deadlock",
                                                    "source_lost",
                                                    "source_timeout",
                                                    "unavailable",
                                                    "disk_full",
                                                    "ledger_busy",
                                                    "ledger_stopped",
                                                    "ledger_frozen",
                                                    "ledger_full",
                                                    "ledger_not_covering",
                                                    "key_missing"};

bool is_outage(std::string_view cause) {
  return std::ranges::find(kOutages, cause) != kOutages.end();
}

}  // namespace

std::string_view name_of(FailureClass failure_class) noexcept {
  switch (failure_class) {
    case FailureClass::Retry:
      return "retry";
    case FailureClass::Stop:
      return "stop";
    case FailureClass::Quarantine:
      return "quarantine";
  }
  return "stop";
}

AttemptFailed::AttemptFailed(JobFailure failure)
    : Failure(failure.failure_class == FailureClass::Retry ? Retry::Later : Retry::Never,
              failure.cause,
              "the attempt ended: " + failure.cause),
      failure_(std::move(failure)) {}

LeaseLost::LeaseLost() : Failure(Retry::Never, "lease_lost", "the job is no longer ours") {}

JobFailure failure_of(std::string_view cause, FailureClass otherwise) {
  const auto* row = std::ranges::find(kCauses, cause, &CauseRow::cause);
  if (row != kCauses.end()) {
    return {row->failure_class, std::string(cause), std::string(row->note), {}};
  }
  const bool is_retried = otherwise == FailureClass::Retry;
  return {
      otherwise,
      std::string(cause),
      is_retried ? std::string(kTriedAgain) : "The export stopped. See how its last attempt ended.",
      {}};
}

JobFailure failure_of(const Failure& fault) {
  return failure_of(fault.cause(),
                    fault.retry() == Retry::Later ? FailureClass::Retry : FailureClass::Stop);
}

JobFailure failure_of_death(const ExitStatus& status, Killer killer) {
  switch (killer) {
    case Killer::TimeLimit:
      return failure_of("time_limit", FailureClass::Stop);
    case Killer::LeaseEnd:
      return failure_of("lease_lost", FailureClass::Retry);
    case Killer::WorkerStop:
      return failure_of("shutdown", FailureClass::Retry);
    case Killer::Supervisor:
      return failure_of("protocol", FailureClass::Stop);
    case Killer::Nobody:
      break;
  }
  if (!status.signal) return failure_of("exit_code", FailureClass::Stop);
  // SIGKILL comes from an operator, the machine's shutdown or the kernel's memory killer; SIGTERM
  // from an operator.
  const bool is_from_outside = *status.signal == SIGKILL || *status.signal == SIGTERM;
  return is_from_outside ? failure_of("killed", FailureClass::Retry)
                         : failure_of("crash", FailureClass::Stop);
}

std::string describe_death(const ExitStatus& status, Killer killer) {
  std::string text = status.signal ? "signal " + std::to_string(*status.signal)
                                   : "exit " + std::to_string(status.exit_code.value_or(-1));
  switch (killer) {
    case Killer::Nobody:
      break;
    case Killer::TimeLimit:
      text += " (time limit)";
      break;
    case Killer::LeaseEnd:
      text += " (lease ended)";
      break;
    case Killer::WorkerStop:
      text += " (worker stopped)";
      break;
    case Killer::Supervisor:
      text += " (supervisor)";
      break;
  }
  return text;
}

std::chrono::milliseconds back_off(int streak, const RetryPolicy& policy, Random& random) {
  std::chrono::milliseconds ceiling = policy.first;
  for (int i = 1; i < streak && ceiling < policy.most; ++i)
    ceiling *= 2;
  ceiling = std::min(ceiling, policy.most);
  std::array<std::byte, 8> bytes{};
  random.fill(bytes);
  const auto number = std::bit_cast<std::uint64_t>(bytes) >> 1U;
  return std::chrono::milliseconds{static_cast<std::int64_t>(number) % (ceiling.count() + 1)};
}

RetryDecision decide_retry(const JobFailure& failure,
                           std::string_view cause_before,
                           int streak_before,
                           Instant due_at,
                           Instant now,
                           const RetryPolicy& policy,
                           Random& random) {
  const int streak = failure.cause == cause_before ? streak_before + 1 : 1;
  if (failure.cause == kWaitingForUpload) {
    // Nothing is gained by asking again: the upload wakes the job, or the warning date a person.
    const auto left = std::chrono::floor<std::chrono::milliseconds>(due_at - policy.warning - now);
    const bool is_over = left <= std::chrono::milliseconds{0};
    return {is_over, streak, is_over ? std::chrono::milliseconds{0} : left};
  }
  const int limit = is_outage(failure.cause) ? policy.outage_limit : policy.streak_limit;
  if (failure.failure_class != FailureClass::Retry || streak >= limit) {
    return {true, streak, std::chrono::milliseconds{0}};
  }
  const auto delay = back_off(streak, policy, random);
  const bool is_too_late = now + delay > due_at - policy.warning;
  return {is_too_late, streak, is_too_late ? std::chrono::milliseconds{0} : delay};
}

}  // namespace rightful::queue
