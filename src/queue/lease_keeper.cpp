#include "rightful/queue/lease_keeper.hpp"

#include <vector>

#include "rightful/core/failure.hpp"
#include "rightful/core/log.hpp"
#include "rightful/store/pool.hpp"
#include "rightful/store/transaction.hpp"

namespace rightful::queue {

namespace {

/// How old the counts that a waiting person sees may be.
constexpr std::chrono::milliseconds kLook{250};

}  // namespace

HeldLease::HeldLease(store::Lease lease,
                     std::chrono::seconds duration,
                     std::chrono::steady_clock::time_point claimed)
    : lease_(std::move(lease)),
      patience_(std::chrono::steady_clock::duration(duration) * 2 / 3),
      renewed_at_(claimed),
      tried_at_(claimed) {}

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

bool HeldLease::is_due(std::chrono::steady_clock::time_point now,
                       std::chrono::steady_clock::duration every) const {
  const std::scoped_lock lock(mutex_);
  if (lost_) return false;
  const bool has_news = renewed_at_ == tried_at_ && progress_ != written_;
  return has_news || now - tried_at_ >= every;
}

store::JobProgress HeldLease::begin_renewal(std::chrono::steady_clock::time_point now) {
  const std::scoped_lock lock(mutex_);
  tried_at_ = now;
  return progress_;
}

void HeldLease::renewed(std::chrono::steady_clock::time_point began,
                        const store::JobProgress& written) {
  const std::scoped_lock lock(mutex_);
  renewed_at_ = began;
  written_ = written;
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
    while (!clock_.wait_for(stop, kLook))
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
  const auto every = std::chrono::steady_clock::duration(lease_) / 4;
  for (const auto& held : living) {
    if (held->is_due(clock_.steady_now(), every)) renew(*held);
  }
}

void LeaseKeeper::renew(HeldLease& held) {
  const auto began = clock_.steady_now();
  const auto progress = held.begin_renewal(began);
  try {
    auto transaction = heartbeat_.begin();
    if (!store::jobs::renew(transaction, held.lease(), lease_, progress)) {
      held.mark_lost();
      return;
    }
    transaction.commit();
    held.renewed(began, progress);
  } catch (const Failure& failure) {
    // The supervisor sees by the time alone that nothing was renewed.
    log::warn("lease_not_renewed", "job={} cause={}", held.lease().job, failure.cause());
  }
}

}  // namespace rightful::queue
