/// @file
/// One claimed job from authority check to release or failure, with one child process. Not the
/// choice of the job.
#pragma once

#include <chrono>
#include <filesystem>
#include <stop_token>

#include "rightful/core/clock.hpp"
#include "rightful/core/random.hpp"
#include "rightful/queue/authority_check.hpp"
#include "rightful/queue/job_handler.hpp"
#include "rightful/queue/retry.hpp"
#include "rightful/store/jobs.hpp"

namespace rightful::store {
class Pool;
}

namespace rightful::queue {

class HeldLease;

struct SupervisorSettings {
  std::filesystem::path
      child_program;  ///< run as `<program> export-child`, descriptors 3 (in) and 4 (out) only
  std::chrono::seconds child_time_limit;
  RetryPolicy retry;
};

/// Runs attempts; holds no state between two of them.
///
/// Owns     nothing; all references must outlive it. Threads  run() may be called from several
/// threads. Errors   none leave run(): every end of an attempt becomes a row, or is left to the
/// lease.
class Supervisor {
 public:
  Supervisor(store::Pool& pool,
             JobHandler& handler,
             AuthorityCheck& authority,
             Clock& clock,
             Random& random,
             SupervisorSettings settings);

  /// Blocks until the job is released, requeued, failed, quarantined, or no longer ours.
  /// @param stop  kills the child and gives the job back at once.
  void run(const store::ClaimedJob& job, HeldLease& lease, const std::stop_token& stop);

 private:
  struct Outcome;
  class Conversation;

  void attempt(const store::ClaimedJob& job,
               HeldLease& lease,
               const std::stop_token& stop,
               Outcome& outcome);
  void recover_earlier_attempts(const store::ClaimedJob& job);
  void check_authority(const store::ClaimedJob& job);
  void supervise(JobAttempt& work, HeldLease& lease, const std::stop_token& stop, Outcome& outcome);

  void conclude(const store::ClaimedJob& job, Outcome& outcome);
  void conclude_failure(const store::ClaimedJob& job, const Outcome& outcome);
  void conclude_quarantine(const store::ClaimedJob& job, const Outcome& outcome);
  void give_back(const store::ClaimedJob& job, const Outcome& outcome);
  void abandon(const store::ClaimedJob& job, const Outcome& outcome);
  [[nodiscard]] bool is_released(const store::ClaimedJob& job, const Outcome& outcome);
  void destroy(const store::ClaimedJob& job);

  store::Pool& pool_;
  JobHandler& handler_;
  AuthorityCheck& authority_;
  Clock& clock_;
  Random& random_;
  SupervisorSettings settings_;
};

}  // namespace rightful::queue
