/// @file
/// The window rule: which counter numbers of a writer may appear. One side hands numbers out, the
/// other finds what is missing. No numbers are lost, only a little disorder is allowed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <vector>

namespace rightful::ledger {

inline constexpr std::uint32_t kDefaultSpan = 32;
inline constexpr std::uint32_t kMaxSpan = 64;

/// The writer's side. A number is taken inside commit(), resolved when its transaction is known
/// committed, free again when it is known rolled back; free ones are used first; none is taken at
/// or above the lowest unresolved number + span.
///
/// Threads  one at a time: the owner locks.
class WriterWindow {
 public:
  /// @param span  1 to 64 (checked, RIGHTFUL_CHECK).
  explicit WriterWindow(std::uint32_t span);

  /// Can `count` numbers be taken at once? For more than `span` never.
  [[nodiscard]] bool can_take(std::size_t count) const noexcept;
  /// Ascending; can_take(count) holds (checked, RIGHTFUL_CHECK).
  [[nodiscard]] std::vector<std::uint64_t> take(std::size_t count);
  /// The numbers are in flight (checked, RIGHTFUL_CHECK).
  void resolve(const std::vector<std::uint64_t>& numbers);
  void release(const std::vector<std::uint64_t>& numbers);

  /// All numbers below are committed: what `writer.alive` says.
  [[nodiscard]] std::uint64_t lowest_unresolved() const noexcept;

  [[nodiscard]] std::size_t free_count() const noexcept { return free_.size(); }

  [[nodiscard]] std::size_t in_flight_count() const noexcept { return in_flight_.size(); }

  /// The highest number ever taken, plus one.
  [[nodiscard]] std::uint64_t next() const noexcept { return next_; }

  [[nodiscard]] std::uint32_t span() const noexcept { return span_; }

 private:
  void end_flight(const std::vector<std::uint64_t>& numbers);

  std::uint32_t span_;
  std::uint64_t next_ = 0;
  std::set<std::uint64_t> free_;
  std::set<std::uint64_t> in_flight_;
};

enum class NumberFinding : std::uint8_t {
  Fits,
  Replay,  ///< COUNTER_REPLAY: seen before
  Gap      ///< COUNTER_GAP: a number below can no longer come; base moved up
};

/// The reader's side (sequencer, verifier): `base` is the lowest number not seen, bit k of `seen`
/// stands for base + k.
class ReaderWindow {
 public:
  /// @param span  of the writer's `writer.start`; 1 to 64 (checked, RIGHTFUL_CHECK).
  explicit ReaderWindow(std::uint32_t span, std::uint64_t base = 0, std::uint64_t seen = 0);

  /// Meets number `n` in the order of the log.
  NumberFinding meet(std::uint64_t n);

  /// `writer.alive {upto}`: false = ALIVE_GAP, a number below `upto` was never seen.
  [[nodiscard]] bool agrees_with_alive(std::uint64_t upto) const noexcept { return base_ >= upto; }

  /// Numbers below `n` that are missing are expected no more: what a reader does after it has
  /// reported them.
  void give_up_below(std::uint64_t n) noexcept;

  [[nodiscard]] std::uint64_t base() const noexcept { return base_; }

  [[nodiscard]] std::uint64_t seen() const noexcept { return seen_; }

  /// Is every number below `n` seen, and none above? What `writer.stop` at `n` demands.
  [[nodiscard]] bool is_complete_below(std::uint64_t n) const noexcept {
    return base_ == n && seen_ == 0;
  }

 private:
  void advance() noexcept;
  void move_base(std::uint64_t new_base) noexcept;

  std::uint32_t span_;
  std::uint64_t base_;
  std::uint64_t seen_;
};

}  // namespace rightful::ledger
