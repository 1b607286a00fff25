/// @file
/// The service that empties the queue: claims jobs up to a number of slots, and runs each under a
/// supervisor of its own.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "rightful/core/clock.hpp"
#include "rightful/core/random.hpp"
#include "rightful/queue/authority_check.hpp"
#include "rightful/queue/job_handler.hpp"
#include "rightful/queue/retry.hpp"

namespace rightful::store {
class Pool;
}

namespace rightful::queue {

struct WorkerSettings {
  std::string name;  ///< unique among the workers of one database; no host or user name needed
  int slots = 2;     ///< exports at a time, 1–64
  std::chrono::milliseconds poll{
      250};  ///< waits between poll and 2 × poll when there is nothing to do
  std::chrono::seconds lease{60};
  std::chrono::seconds child_time_limit{std::chrono::hours{6}};
  std::filesystem::path child_program;  ///< empty = /proc/self/exe
  RetryPolicy retry;
};

/// Work is done at least once and released exactly once: the lease's token fences every write.
///
/// Owns     its threads and children; everything passed in must outlive it.
/// Threads  start, stop and wake may be called from any thread. One mutex guards the list of
/// running slots. Errors   a lost database is waited for; it never ends the worker.
class Worker {
 public:
  /// @param pool  at least slots + 1 connections. @param heartbeat a pool of one connection for the
  ///              leases alone, so that a busy pool cannot cost a lease.
  Worker(store::Pool& pool,
         store::Pool& heartbeat,
         JobHandler& handler,
         AuthorityCheck& authority,
         Clock& clock,
         Random& random,
         WorkerSettings settings);
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  ~Worker();

  /// Sweeps what earlier runs left behind, then begins to poll. Not twice without stop (checked,
  /// RIGHTFUL_CHECK).
  void start();
  /// Kills the children, puts their jobs back at once, joins all threads. Idempotent, legal before
  /// start.
  void stop();
  /// A hint that there may be work; polling finds it anyway.
  void wake() noexcept;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rightful::queue
