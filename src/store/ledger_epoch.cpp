#include "store/ledger_epoch.hpp"

#include <utility>

namespace rightful::store {

LedgerEpoch::LedgerEpoch(std::int64_t log_id,
                         ledger::Writer writer,
                         std::uint32_t span,
                         std::chrono::steady_clock::time_point now)
    : log_id_(log_id), writer_(std::move(writer)), window_(span), last_alive_(now) {
  window_.resolve(window_.take(1));  // writer.start
}

// Free numbers keep the lowest unresolved number down. While something is in flight its end may
// help; else nothing would ever change.
bool LedgerEpoch::holes_block_everything() const {
  return window_.in_flight_count() == 0 && window_.free_count() > 0 && !filling_;
}

std::optional<LeafNumbers> LedgerEpoch::take(std::size_t count,
                                             std::chrono::milliseconds limit,
                                             const std::function<void()>& fill_holes) {
  std::unique_lock lock(mutex_);
  const auto end = std::chrono::steady_clock::now() + limit;
  for (;;) {
    const bool something_changed = changed_.wait_until(lock, end, [&] {
      return abandoned_ || closed_ || window_.can_take(count) || holes_block_everything();
    });
    if (abandoned_ || closed_ || !something_changed) return std::nullopt;
    if (window_.can_take(count)) return window_.take(count);
    filling_ = true;
    lock.unlock();
    fill(fill_holes);
    lock.lock();
  }
}

// Without the lock; `filling_` ends on every way out.
void LedgerEpoch::fill(const std::function<void()>& fill_holes) {
  // NOLINTNEXTLINE(cppcoreguidelines-special-member-functions): local, nobody copies it
  struct EndFilling {
    LedgerEpoch& epoch;

    ~EndFilling() {
      const std::lock_guard lock(epoch.mutex_);
      epoch.filling_ = false;
      epoch.changed_.notify_all();
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
  changed_.notify_all();
}

bool LedgerEpoch::is_abandoned() const {
  const std::lock_guard lock(mutex_);
  return abandoned_;
}

bool LedgerEpoch::is_over() const {
  const std::lock_guard lock(mutex_);
  return abandoned_ || closed_;
}

std::size_t LedgerEpoch::free_count() const {
  const std::lock_guard lock(mutex_);
  return window_.free_count();
}

std::optional<LedgerEpoch::End> LedgerEpoch::close(std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  const bool is_quiet = changed_.wait_for(lock, limit, [this] {
    return abandoned_ || closed_ || (window_.in_flight_count() == 0 && !filling_);
  });
  const bool is_first = !std::exchange(closed_, true);
  changed_.notify_all();
  if (!is_quiet || abandoned_ || !is_first) return std::nullopt;
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
