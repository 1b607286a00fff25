/// @file
/// How many commits of a process may be under way at once, so that the sequencer keeps up.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace rightful::store {

/// Clients and sequencer share processors, and nothing else holds clients back: where they get the
/// larger part, the outbox becomes long, and what they commit is published late. So fewer commit at
/// once while leaves wait long, and the sequencer gets what they leave.
///
/// A sequencer that stands still becomes no faster by it: then nobody is held back.
///
/// Threads  one at a time: the owner locks.
class CommitPace {
 public:
  using SteadyTime = std::chrono::steady_clock::time_point;

  /// @param most  leaves in flight where none waits long.
  explicit CommitPace(std::size_t most) : most_(most) {}

  /// How far the sequencer is with this process's leaves; called every second or so.
  /// @param committed  all numbers below are committed.
  /// @param sequenced  the next one that is not in the log.
  void look(std::uint64_t committed, std::uint64_t sequenced, SteadyTime now);
  /// Nobody is held back, and what was seen says nothing any more.
  void forget();

  /// With fewer leaves in flight a commit may begin, 1 to `most`.
  [[nodiscard]] std::size_t allowed() const;

 private:
  struct Look {
    std::uint64_t sequenced;
    SteadyTime at;
  };

  /// One step of the share, from how long leaves wait to how long they may.
  void step_to(double wait_s);

  std::size_t most_;
  double share_ = 1;  ///< of `most`
  std::optional<Look> last_;
};

}  // namespace rightful::store
