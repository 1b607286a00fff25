#include "rightful/queue/worker.hpp"

#include <algorithm>
#include <bit>
#include <condition_variable>
#include <list>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>

#include "rightful/core/check.hpp"
#include "rightful/core/failure.hpp"
#include "rightful/core/log.hpp"
#include "rightful/queue/lease_keeper.hpp"
#include "rightful/queue/supervisor.hpp"
#include "rightful/store/pool.hpp"
#include "rightful/store/transaction.hpp"

namespace rightful::queue {

namespace {

// Each job of a claim writes up to two leaves, and a commit has room for 32, which others need too:
// above that no claim would ever succeed.
constexpr int kMostPerClaim = 8;

constexpr std::chrono::hours kSweepEvery{1};
constexpr std::chrono::seconds kSweepAgain{10};

}  // namespace

class Worker::Impl {
 public:
  Impl(store::Pool& pool,
       store::Pool& heartbeat,
       JobHandler& handler,
       AuthorityCheck& authority,
       Clock& clock,
       Random& random,
       WorkerSettings settings)
      : pool_(pool),
        handler_(handler),
        clock_(clock),
        random_(random),
        settings_(std::move(settings)),
        leases_(heartbeat, clock, settings_.lease),
        supervisor_(pool,
                    handler,
                    authority,
                    clock,
                    random,
                    {settings_.child_program, settings_.child_time_limit, settings_.retry}) {
    RIGHTFUL_CHECK(settings_.slots >= 1 && settings_.slots <= 64 && !settings_.name.empty());
  }

  void start() {
    RIGHTFUL_CHECK(!poller_.joinable());
    leases_.start();
    poller_ = std::jthread([this](const std::stop_token& stop) { poll_until(stop); });
  }

  void stop() {
    if (!poller_.joinable()) return;
    poller_.request_stop();
    poller_.join();
    leases_.stop();
  }

  void wake() noexcept {
    {
      const std::scoped_lock lock(mutex_);
      woken_ = true;
    }
    changed_.notify_all();
  }

 private:
  struct Slot {
    bool is_done = false;
    std::jthread thread;
  };

  void poll_until(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      try {
        sweep_when_due();
        claim_for_free_slots();
        report_database(true);
      } catch (const store::ConstraintViolation&) {
        // Another worker took a job of the same account in the same instant; the next poll leaves
        // it out. The database answered.
        report_database(true);
      } catch (const Failure& failure) {
        report_database(false, failure.cause());
      }
      wait(stop);
    }
    // Each slot sees the stop, kills its child and gives its job back; nothing is left running
    // after this.
    for (Slot& slot : slots_)
      slot.thread.request_stop();
    slots_.clear();
  }

  /// An object that cannot be destroyed now must not keep a request waiting.
  void sweep_when_due() {
    const auto now = clock_.steady_now();
    if (sweep_at_ && now < *sweep_at_) return;
    try {
      handler_.sweep();
      sweep_at_ = now + kSweepEvery;
    } catch (const Failure& failure) {
      log::warn("sweep_failed", "cause={}", failure.cause());
      sweep_at_ = now + kSweepAgain;
    }
  }

  void claim_for_free_slots() {
    const int free = settings_.slots - reap();
    if (free <= 0) return;
    const auto began = clock_.steady_now();
    auto transaction = pool_.begin();
    auto jobs = store::jobs::claim(
        transaction, settings_.name, settings_.lease, std::min(free, kMostPerClaim));
    transaction.commit();
    for (auto& job : jobs)
      run(std::move(job), began);
  }

  /// Joins the slots that are done. @return how many still run.
  int reap() {
    std::list<Slot> done;
    const std::scoped_lock lock(mutex_);
    for (auto slot = slots_.begin(); slot != slots_.end();) {
      const auto next = std::next(slot);
      if (slot->is_done) done.splice(done.end(), slots_, slot);
      slot = next;
    }
    return static_cast<int>(slots_.size());
  }

  void run(store::ClaimedJob job, std::chrono::steady_clock::time_point began) {
    log::debug("job_claimed", "job={} attempt={}", job.lease.job, job.attempt);
    auto lease = leases_.watch(job.lease, began);
    const std::scoped_lock lock(mutex_);
    Slot& slot = slots_.emplace_back();
    slot.thread = std::jthread(
        [this, &slot, job = std::move(job), lease = std::move(lease)](const std::stop_token& stop) {
          supervisor_.run(job, *lease, stop);
          {
            const std::scoped_lock done_lock(mutex_);
            slot.is_done = true;
          }
          changed_.notify_all();
        });
  }

  /// Between one and two polls, less when a slot becomes free or somebody knows of work.
  void wait(const std::stop_token& stop) {
    std::array<std::byte, 4> bytes{};
    random_.fill(bytes);
    const auto jitter = std::bit_cast<std::uint32_t>(bytes) %
                        static_cast<std::uint32_t>(settings_.poll.count() + 1);
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, stop, settings_.poll + std::chrono::milliseconds(jitter), [this] {
      return woken_ || std::ranges::any_of(slots_, &Slot::is_done);
    });
    woken_ = false;
  }

  void report_database(bool works, std::string_view cause = {}) {
    if (works == database_works_) return;
    database_works_ = works;
    if (works) {
      log::info("queue_reached");
    } else {
      log::error("queue_not_reached", "cause={}", cause);
    }
  }

  store::Pool& pool_;
  JobHandler& handler_;
  Clock& clock_;
  Random& random_;
  const WorkerSettings settings_;
  LeaseKeeper leases_;
  Supervisor supervisor_;
  bool database_works_ = true;
  std::optional<std::chrono::steady_clock::time_point> sweep_at_;  ///< empty: at once

  std::mutex mutex_;  ///< guards woken_, the list and is_done of its slots
  std::condition_variable_any changed_;
  bool woken_ = false;
  std::list<Slot> slots_;
  std::jthread poller_;
};

Worker::Worker(store::Pool& pool,
               store::Pool& heartbeat,
               JobHandler& handler,
               AuthorityCheck& authority,
               Clock& clock,
               Random& random,
               WorkerSettings settings)
    : impl_(std::make_unique<Impl>(
          pool, heartbeat, handler, authority, clock, random, std::move(settings))) {}

Worker::~Worker() {
  stop();
}

void Worker::start() {
  impl_->start();
}

void Worker::stop() {
  impl_->stop();
}

void Worker::wake() noexcept {
  impl_->wake();
}

}  // namespace rightful::queue
