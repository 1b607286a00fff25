#include "rightful/queue/lease_keeper.hpp"

#include <vector>

#include "rightful/core/failure.hpp"
#include "rightful/core/log.hpp"
#include "rightful/store/pool.hpp"
#include "rightful/store/transaction.hpp"

namespace rightful::queue {

HeldLease::HeldLease(store::Lease lease,
                     std::chrono::seconds duration,
                     std::chrono::steady_clock::time_point claimed)
    : lease_(std::move(lease)),
      patience_(std::chrono::steady_clock::duration(duration) * 2 / 3),
      renewed_at_(claimed) {}

bool HeldLease::is_lost(std::chrono::steady_clock::time_point now) const {
  const std::scoped_lock lock(mutex_);
  return lost_ || now - renewed_at_ >= patience_;
}

void HeldLease::set_progress(const store::JobProgress& progress) {
  const std::scoped_lock lock(mutex_);
  progress_ = progress;
}

store::JobProgress HeldLease::progress() const {
  const std::scoped_lock lock(mutex_);
  return progress_;
}

void HeldLease::renewed(std::chrono::steady_clock::time_point began) {
  const std::scoped_lock lock(mutex_);
  renewed_at_ = began;
}

void HeldLease::mark_lost() {
  const std::scoped_lock lock(mutex_);
  lost_ = true;
}

LeaseKeeper::LeaseKeeper(store::Pool& heartbeat, Clock& clock, std::chrono::seconds lease)
    : heartbeat_(heartbeat), clock_(clock), lease_(lease) {}

LeaseKeeper::~LeaseKeeper() {
  stop();
}

void LeaseKeeper::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) {
    const auto pause = std::chrono::duration_cast<std::chrono::milliseconds>(lease_) / 4;
    while (!clock_.wait_for(stop, pause))
      beat();
  });
}

void LeaseKeeper::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
}

std::shared_ptr<HeldLease> LeaseKeeper::watch(const store::Lease& lease,
                                              std::chrono::steady_clock::time_point claimed) {
  auto held = std::make_shared<HeldLease>(lease, lease_, claimed);
  const std::scoped_lock lock(mutex_);
  held_.push_back(held);
  return held;
}

void LeaseKeeper::beat() {
  std::vector<std::shared_ptr<HeldLease>> living;
  {
    const std::scoped_lock lock(mutex_);
    std::erase_if(held_, [](const auto& weak) { return weak.expired(); });
    for (const auto& weak : held_) {
      if (auto held = weak.lock()) living.push_back(std::move(held));
    }
  }
  for (const auto& held : living)
    renew(*held);
}

void LeaseKeeper::renew(HeldLease& held) {
  const auto began = clock_.steady_now();
  try {
    auto transaction = heartbeat_.begin();
    if (!store::jobs::renew(transaction, held.lease(), lease_, held.progress())) {
      held.mark_lost();
      return;
    }
    transaction.commit();
    held.renewed(began);
  } catch (const Failure& failure) {
    // The supervisor sees by the time alone that nothing was renewed.
    log::warn("lease_not_renewed", "job={} cause={}", held.lease().job, failure.cause());
  }
}

}  // namespace rightful::queue
