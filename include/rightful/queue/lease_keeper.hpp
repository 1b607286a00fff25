/// @file
/// Keeps the leases of one worker alive on a connection of its own, and tells each supervisor when
/// its lease may end.
#pragma once

#include <chrono>
#include <list>
#include <memory>
#include <mutex>
#include <thread>

#include "rightful/core/clock.hpp"
#include "rightful/store/jobs.hpp"

namespace rightful::store {
class Pool;
}

namespace rightful::queue {

/// One lease as its supervisor sees it. Threads  all methods may be called from any thread.
class HeldLease {
 public:
  /// @param claimed  a moment before the claim began, so that we never believe in a longer lease
  /// than the database.
  HeldLease(store::Lease lease,
            std::chrono::seconds duration,
            std::chrono::steady_clock::time_point claimed);

  [[nodiscard]] const store::Lease& lease() const noexcept { return lease_; }

  /// True when the database said so, or when two thirds of the lease passed without a renewal: from
  /// then on the child must be dead before another worker may begin.
  [[nodiscard]] bool is_lost(std::chrono::steady_clock::time_point now) const;

  void set_progress(const store::JobProgress& progress);
  [[nodiscard]] store::JobProgress progress() const;

  /// True when `every` has passed since the last try, or there are counts that were not written
  /// yet. After a try that failed only the time counts, so that a lost database is not asked four
  /// times a second.
  [[nodiscard]] bool is_due(std::chrono::steady_clock::time_point now,
                            std::chrono::steady_clock::duration every) const;
  /// A renewal begins. @return what to write with it.
  store::JobProgress begin_renewal(std::chrono::steady_clock::time_point now);
  /// It was committed. @param began  as begin_renewal was told: the lease counts from there.
  void renewed(std::chrono::steady_clock::time_point began, const store::JobProgress& written);
  void mark_lost();

 private:
  const store::Lease lease_;
  const std::chrono::steady_clock::duration patience_;

  mutable std::mutex mutex_;  ///< guards all below
  std::chrono::steady_clock::time_point renewed_at_;
  std::chrono::steady_clock::time_point tried_at_;
  store::JobProgress progress_;
  store::JobProgress written_;
  bool lost_ = false;
};

/// Owns     its thread. Threads  watch may be called from any thread; one mutex guards the list.
/// Errors   a lost database is tried again at the next beat.
class LeaseKeeper {
 public:
  LeaseKeeper(store::Pool& heartbeat, Clock& clock, std::chrono::seconds lease);
  LeaseKeeper(const LeaseKeeper&) = delete;
  LeaseKeeper& operator=(const LeaseKeeper&) = delete;
  ~LeaseKeeper();

  void start();
  void stop();
  /// Renewed every quarter of the lease, and within 250 ms when its counts changed, for as long as
  /// somebody else holds the pointer.
  [[nodiscard]] std::shared_ptr<HeldLease> watch(const store::Lease& lease,
                                                 std::chrono::steady_clock::time_point claimed);

 private:
  void beat();
  void renew(HeldLease& held);

  store::Pool& heartbeat_;
  Clock& clock_;
  const std::chrono::seconds lease_;

  std::mutex mutex_;  ///< guards held_
  std::list<std::weak_ptr<HeldLease>> held_;
  std::jthread thread_;
};

}  // namespace rightful::queue
