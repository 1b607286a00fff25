#include "store/session_shelf.hpp"

#include <utility>

#include "rightful/core/check.hpp"

namespace rightful::store {
namespace {

constexpr std::size_t kMaxPoolSize = 1000;

/// Gives a slot back unless a session has come to fill it.
template <class Drop>
class SlotGuard {
 public:
  explicit SlotGuard(Drop drop) : drop_(std::move(drop)) {}

  SlotGuard(const SlotGuard&) = delete;
  SlotGuard& operator=(const SlotGuard&) = delete;
  SlotGuard(SlotGuard&&) = delete;
  SlotGuard& operator=(SlotGuard&&) = delete;

  ~SlotGuard() {
    if (is_armed_) drop_();
  }

  void keep() noexcept { is_armed_ = false; }

 private:
  Drop drop_;
  bool is_armed_ = true;
};

}  // namespace

SessionShelf::SessionShelf(ConnectionSettings settings, std::size_t size)
    : settings_(std::move(settings)), size_(size) {
  RIGHTFUL_CHECK(size >= 1 && size <= kMaxPoolSize);
  idle_.reserve(size);
}

std::unique_ptr<Session> SessionShelf::take_slot() {
  std::unique_lock lock(mutex_);
  ++waiting_;
  const bool is_free = freed_.wait_for(
      lock, settings_.acquire_timeout, [this] { return !idle_.empty() || taken_ < size_; });
  --waiting_;
  if (!is_free) {
    throw DatabaseFailure(
        Retry::Later, "pool_exhausted", "all connections to the database are in use", {});
  }
  ++taken_;
  if (idle_.empty()) return nullptr;
  auto session = std::move(idle_.back());
  idle_.pop_back();
  return session;
}

void SessionShelf::drop_slot() noexcept {
  {
    const std::lock_guard lock(mutex_);
    --taken_;
  }
  freed_.notify_one();
}

std::unique_ptr<Session> SessionShelf::take_begun(Isolation isolation) {
  auto session = take_slot();
  SlotGuard guard([this] { drop_slot(); });
  // Lost while it lay idle: so were the others, most likely. Nothing was sent yet, a new one may
  // take its place.
  if (session && !session->is_connected()) {
    session.reset();
    close_idle();
  }
  if (!session) session = std::make_unique<Session>(settings_);
  session->begin(isolation, settings_);
  guard.keep();
  return session;
}

void SessionShelf::give_back(std::unique_ptr<Session> session) noexcept {
  {
    const std::lock_guard lock(mutex_);
    --taken_;
    if (session->is_usable()) idle_.push_back(std::move(session));  // capacity was reserved
  }
  freed_.notify_one();
}

void SessionShelf::close_idle() {
  std::vector<std::unique_ptr<Session>> closing;
  closing.reserve(size_);
  {
    const std::lock_guard lock(mutex_);
    closing.swap(idle_);
    idle_.reserve(size_);
  }
}

PoolFacts SessionShelf::facts() const {
  const std::lock_guard lock(mutex_);
  return {.open = idle_.size() + taken_, .idle = idle_.size(), .waiting = waiting_};
}

}  // namespace rightful::store
