#include "rightful/ledger/window.hpp"

#include <algorithm>
#include <bit>

#include "rightful/core/check.hpp"

namespace rightful::ledger {

WriterWindow::WriterWindow(std::uint32_t span) : span_(span) {
  RIGHTFUL_CHECK(span >= 1 && span <= kMaxSpan);
}

std::uint64_t WriterWindow::lowest_unresolved() const noexcept {
  std::uint64_t lowest = next_;
  if (!free_.empty()) lowest = std::min(lowest, *free_.begin());
  if (!in_flight_.empty()) lowest = std::min(lowest, *in_flight_.begin());
  return lowest;
}

bool WriterWindow::can_take(std::size_t count) const noexcept {
  if (count > span_) return false;  // also keeps the sum below from overflowing
  if (count <= free_.size()) return true;
  // Taking changes the lowest unresolved number only when nothing is unresolved: it is then `next_`
  // before and after.
  return next_ + (count - free_.size()) <= lowest_unresolved() + span_;
}

std::vector<std::uint64_t> WriterWindow::take(std::size_t count) {
  RIGHTFUL_CHECK(can_take(count));
  std::vector<std::uint64_t> numbers;
  numbers.reserve(count);
  while (numbers.size() < count) {
    if (free_.empty()) {
      numbers.push_back(next_++);
    } else {
      numbers.push_back(*free_.begin());
      free_.erase(free_.begin());
    }
  }
  in_flight_.insert(numbers.begin(), numbers.end());
  return numbers;
}

void WriterWindow::end_flight(const std::vector<std::uint64_t>& numbers) {
  for (const std::uint64_t number : numbers)
    RIGHTFUL_CHECK(in_flight_.erase(number) == 1);
}

void WriterWindow::resolve(const std::vector<std::uint64_t>& numbers) {
  end_flight(numbers);
}

void WriterWindow::release(const std::vector<std::uint64_t>& numbers) {
  end_flight(numbers);
  free_.insert(numbers.begin(), numbers.end());
}

ReaderWindow::ReaderWindow(std::uint32_t span, std::uint64_t base, std::uint64_t seen)
    : span_(span), base_(base), seen_(seen) {
  RIGHTFUL_CHECK(span >= 1 && span <= kMaxSpan);
}

void ReaderWindow::advance() noexcept {
  const int run = std::countr_one(seen_);
  base_ += static_cast<std::uint64_t>(run);
  seen_ = run == 64 ? 0 : seen_ >> static_cast<unsigned>(run);
}

void ReaderWindow::move_base(std::uint64_t new_base) noexcept {
  const std::uint64_t shift = new_base - base_;
  seen_ = shift >= 64 ? 0 : seen_ >> shift;
  base_ = new_base;
}

void ReaderWindow::give_up_below(std::uint64_t n) noexcept {
  if (n <= base_) return;
  move_base(n);
  advance();
}

NumberFinding ReaderWindow::meet(std::uint64_t n) {
  if (n < base_) return NumberFinding::Replay;
  const bool is_gap = n >= base_ + span_;
  // What lies more than a span below `n` can no longer come.
  if (is_gap) move_base(n - span_ + 1);
  const std::uint64_t bit = std::uint64_t{1} << (n - base_);
  if ((seen_ & bit) != 0) return NumberFinding::Replay;
  seen_ |= bit;
  advance();
  return is_gap ? NumberFinding::Gap : NumberFinding::Fits;
}

}  // namespace rightful::ledger
