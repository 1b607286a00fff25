/// @file
/// What ends how: which failures are tried again, when, and which wait for a person. No database,
/// no process.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "rightful/core/clock.hpp"
#include "rightful/core/failure.hpp"
#include "rightful/core/random.hpp"
#include "rightful/core/subprocess.hpp"

namespace rightful::queue {

enum class FailureClass : std::uint8_t {
  Retry,      ///< the same work may succeed later
  Stop,       ///< a person must look: bad catalog, aborted child, a limit
  Quarantine  ///< somebody else's data may be inside, or a proof does not hold: incident
};

[[nodiscard]] std::string_view name_of(FailureClass failure_class) noexcept;

/// Why an attempt ended without a package.
///
/// Secrets  never personal data: cause is a closed word, the note is plain text from our own table.
struct JobFailure {
  FailureClass failure_class = FailureClass::Stop;
  std::string cause;                           ///< `[a-z0-9_]{1,24}`
  std::string note;                            ///< what to do next, for the officer
  std::optional<std::int64_t> dataset_number;  ///< in the catalog version, from 1
};

/// Thrown where the supervisor's side finds a reason to end an attempt; caught by the job runner.
class AttemptFailed : public Failure {
 public:
  explicit AttemptFailed(JobFailure failure);

  [[nodiscard]] const JobFailure& failure() const noexcept { return failure_; }

 private:
  JobFailure failure_;
};

/// A fenced write touched no row: the job is no longer ours. Caught by the job runner, which
/// destroys the object.
class LeaseLost : public Failure {
 public:
  LeaseLost();
};

/// The class and the note of a cause word. Words that are not in the table are `otherwise`, with a
/// general note.
[[nodiscard]] JobFailure failure_of(std::string_view cause, FailureClass otherwise);
/// A fault of our own side: its own cause, Retry::Later as Retry, Retry::Never as Stop.
[[nodiscard]] JobFailure failure_of(const Failure& fault);

/// Who ended the child, as far as the supervisor knows.
enum class Killer : std::uint8_t {
  Nobody,
  TimeLimit,
  LeaseEnd,
  WorkerStop,
  Supervisor  ///< it said what it may not say, or would not end
};

/// A child that ended without a result and without naming a cause. ABRT, SEGV, SYS and the other
/// crashes stop; SIGKILL from outside is tried again; our own limits stop.
[[nodiscard]] JobFailure failure_of_death(const ExitStatus& status, Killer killer);
/// For job_attempt.death: `exit 1`, `signal 9`, `signal 9 (time limit)`.
[[nodiscard]] std::string describe_death(const ExitStatus& status, Killer killer);

struct RetryPolicy {
  std::chrono::milliseconds first{std::chrono::minutes{1}};
  std::chrono::milliseconds most{std::chrono::hours{1}};
  int streak_limit = 3;  ///< the same cause that many times in a row waits for a person
  /// The same for an outage (a database, a source or a disk that is away): by default only the
  /// warning ends the trying, so that a night without the source strands no request (ADR 0019).
  int outage_limit = std::numeric_limits<int>::max();
  /// No retry may begin later than this before the planning date: then it is a person's matter.
  std::chrono::hours warning{48};
};

/// Exponential with full jitter: uniform in [0, min(most, first · 2^(streak−1))]. @param streak
/// ≥ 1.
[[nodiscard]] std::chrono::milliseconds back_off(int streak,
                                                 const RetryPolicy& policy,
                                                 Random& random);

/// The cause of an attempt that a colleague's upload is missing for: it is taken up again when the
/// upload is there (manual_task), at the latest when the warning begins.
inline constexpr std::string_view kWaitingForUpload = "waiting_for_upload";

/// Either a delay, or the decision that a person must look.
struct RetryDecision {
  bool is_final;
  int streak;                       ///< including this failure
  std::chrono::milliseconds delay;  ///< 0 when final
};

/// @param streak_before, cause_before  of the attempts so far.
[[nodiscard]] RetryDecision decide_retry(const JobFailure& failure,
                                         std::string_view cause_before,
                                         int streak_before,
                                         Instant due_at,
                                         Instant now,
                                         const RetryPolicy& policy,
                                         Random& random);

}  // namespace rightful::queue
