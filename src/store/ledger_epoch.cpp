#include "store/ledger_epoch.hpp"

#include <utility>

#include "rightful/core/check.hpp"

namespace rightful::store {

LedgerEpoch::LedgerEpoch(std::int64_t log_id,
                         ledger::Writer writer,
                         std::uint32_t span,
                         std::chrono::steady_clock::time_point now)
    : log_id_(log_id), writer_(std::move(writer)), window_(span), pace_(span), last_alive_(now) {
  window_.resolve(window_.take(1));  // writer.start
}

// Free numbers keep the lowest unresolved number down. While something is in flight its end may
// help; else nothing would ever change.
bool LedgerEpoch::holes_block_everything() const {
  return window_.in_flight_count() == 0 && window_.free_count() > 0 && !filling_;
}

// The pace decides when a commit may begin, and not how large it is: else a large one would be
// overtaken for ever.
bool LedgerEpoch::has_room_behind(std::size_t before, std::size_t count) const {
  return window_.can_take(before + count) && window_.in_flight_count() + before < pace_.allowed();
}

bool LedgerEpoch::has_room_behind_waiters(std::size_t count) const {
  std::size_t before = 0;
  for (const Waiter* waiter : waiters_)
    before += waiter->count;
  return has_room_behind(before, count);
}

/// A place in the queue, left on every way out.
class LedgerEpoch::Place {
 public:
  Place(LedgerEpoch& epoch, std::unique_lock<std::mutex>& lock, std::size_t count)
      : epoch_(epoch), lock_(lock), waiter_{.count = count, .wake = {}} {
    place_ = epoch_.waiters_.insert(epoch_.waiters_.end(), &waiter_);
  }

  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  Place(Place&&) = delete;
  Place& operator=(Place&&) = delete;

  // Whoever stood behind it may now have room.
  ~Place() {
    if (!lock_.owns_lock()) lock_.lock();
    epoch_.waiters_.erase(place_);
    epoch_.after_change();
  }

  /// @return false when `end` came first.
  [[nodiscard]] bool wait_until(std::chrono::steady_clock::time_point end) {
    return waiter_.wake.wait_until(lock_, end, [this] {
      return epoch_.abandoned_ || epoch_.closed_ || can_take() || epoch_.holes_block_everything();
    });
  }

  [[nodiscard]] bool can_take() const {
    return waiter_.is_called && epoch_.has_room_behind(0, waiter_.count);
  }

 private:
  LedgerEpoch& epoch_;
  std::unique_lock<std::mutex>& lock_;
  Waiter waiter_;
  std::list<Waiter*>::iterator place_;
};

std::optional<LeafNumbers> LedgerEpoch::take(std::size_t count,
                                             std::chrono::milliseconds limit,
                                             const std::function<void()>& fill_holes) {
  RIGHTFUL_CHECK(count <= window_.span());
  std::unique_lock lock(mutex_);
  if (abandoned_ || closed_) return std::nullopt;
  if (has_room_behind_waiters(count)) return window_.take(count);
  const auto end = std::chrono::steady_clock::now() + limit;
  Place place(*this, lock, count);
  while (place.wait_until(end)) {
    if (abandoned_ || closed_) break;
    if (place.can_take()) return window_.take(count);
    filling_ = true;
    lock.unlock();
    fill(fill_holes);
    lock.lock();
  }
  return std::nullopt;
}

// With the lock. Who wants to end the epoch goes before those who wait for a number of it.
void LedgerEpoch::after_change() {
  if (closing_ && !closed_ && window_.in_flight_count() == 0 && !filling_) {
    closed_ = true;
    is_quiet_ = true;
  }
  if (abandoned_ || closed_) {
    closed_or_abandoned_.notify_all();
    for (Waiter* waiter : waiters_)
      waiter->wake.notify_one();
  } else {
    call_waiters();
  }
}

// Threads for which there is no room sleep on: woken for nothing, many clients would get in each
// other's way.
void LedgerEpoch::call_waiters() {
  std::size_t before = 0;
  for (Waiter* waiter : waiters_) {
    waiter->is_called = has_room_behind(before, waiter->count);
    if (waiter->is_called) waiter->wake.notify_one();
    before += waiter->count;
  }
  if (!waiters_.empty() && holes_block_everything()) waiters_.front()->wake.notify_one();
}

// Without the lock; `filling_` ends on every way out.
void LedgerEpoch::fill(const std::function<void()>& fill_holes) {
  // NOLINTNEXTLINE(cppcoreguidelines-special-member-functions): local, nobody copies it
  struct EndFilling {
    LedgerEpoch& epoch;

    ~EndFilling() {
      const std::lock_guard lock(epoch.mutex_);
      epoch.filling_ = false;
      epoch.after_change();
    }
  };

  const EndFilling end{*this};
  fill_holes();
}

std::optional<LeafNumbers> LedgerEpoch::try_take(std::size_t count) {
  const std::lock_guard lock(mutex_);
  if (closed_) return std::nullopt;
  return take_if_room(count);
}

std::optional<LeafNumbers> LedgerEpoch::End::try_take(std::size_t count) {
  const std::lock_guard lock(epoch_.mutex_);
  return epoch_.take_if_room(count);
}

// With the lock.
std::optional<LeafNumbers> LedgerEpoch::take_if_room(std::size_t count) {
  if (abandoned_ || !window_.can_take(count)) return std::nullopt;
  return window_.take(count);
}

void LedgerEpoch::settle(const LeafNumbers& numbers, CommitFate fate) noexcept {
  const std::lock_guard lock(mutex_);
  switch (fate) {
    case CommitFate::Committed:
      window_.resolve(numbers);
      leaves_since_alive_ += numbers.size();
      break;
    case CommitFate::RolledBack:
      window_.release(numbers);
      break;
    case CommitFate::Unknown:
      // The numbers stay open for ever, which a reader takes for the end of a crashed process.
      abandoned_ = true;
      break;
  }
  after_change();
}

std::optional<std::size_t> LedgerEpoch::follow_sequencer(
    std::uint64_t next, std::chrono::steady_clock::time_point now) {
  const std::lock_guard lock(mutex_);
  const std::size_t before = pace_.allowed();
  pace_.look(window_.lowest_unresolved(), next, now);
  after_change();
  if (pace_.allowed() == before) return std::nullopt;
  return pace_.allowed();
}

void LedgerEpoch::lose_sequencer() {
  const std::lock_guard lock(mutex_);
  pace_.forget();
  after_change();
}

bool LedgerEpoch::is_abandoned() const {
  const std::lock_guard lock(mutex_);
  return abandoned_;
}

bool LedgerEpoch::is_over() const {
  const std::lock_guard lock(mutex_);
  return abandoned_ || closed_;
}

bool LedgerEpoch::is_closing() const {
  const std::lock_guard lock(mutex_);
  return closing_;
}

std::size_t LedgerEpoch::free_count() const {
  const std::lock_guard lock(mutex_);
  return window_.free_count();
}

std::size_t LedgerEpoch::waiting_count() const {
  const std::lock_guard lock(mutex_);
  return waiters_.size();
}

std::optional<LedgerEpoch::End> LedgerEpoch::close(std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  closing_ = true;
  after_change();
  closed_or_abandoned_.wait_for(lock, limit, [this] { return abandoned_ || closed_; });
  closed_ = true;
  after_change();
  if (abandoned_ || !std::exchange(is_quiet_, false)) return std::nullopt;
  ending_ = true;
  return End(*this);
}

std::optional<LedgerEpoch::LastWord> LedgerEpoch::last_word() {
  const std::lock_guard lock(mutex_);
  if (!abandoned_ || ending_) return std::nullopt;
  if (!last_number_ && window_.can_take(1)) last_number_ = window_.take(1).front();
  if (!last_number_) return std::nullopt;
  return LastWord{.n = *last_number_, .upto = window_.lowest_unresolved()};
}

void LedgerEpoch::spend_last_word() {
  const std::lock_guard lock(mutex_);
  last_number_.reset();
}

std::optional<std::uint64_t> LedgerEpoch::due_alive(std::chrono::steady_clock::time_point now,
                                                    std::chrono::seconds every,
                                                    std::uint64_t after_leaves) const {
  const std::lock_guard lock(mutex_);
  if (now - last_alive_ < every && leaves_since_alive_ < after_leaves) return std::nullopt;
  return window_.lowest_unresolved();
}

void LedgerEpoch::alive_written(std::chrono::steady_clock::time_point now) {
  const std::lock_guard lock(mutex_);
  leaves_since_alive_ = 0;
  last_alive_ = now;
}

}  // namespace rightful::store
