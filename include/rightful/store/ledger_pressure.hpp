/// @file
/// Whether the ledger keeps up: what may not leave while it does not. Receiving a request,
/// reporting "not mine" and incident steps never ask.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string_view>

#include "rightful/core/clock.hpp"
#include "rightful/store/pool.hpp"

namespace rightful::store {

/// Above it the log is so far behind that nothing more may be released or downloaded
/// (docs/operations.md).
inline constexpr std::uint64_t kOutboxLimit = 100'000;
/// A leaf that waits longer is an alarm.
inline constexpr std::chrono::seconds kOutboxAlarmAge{10};

enum class LedgerTrouble : std::uint8_t {
  Frozen,  ///< the live log takes leaves and signs nothing, or no log is live
  Full     ///< more than kOutboxLimit rows wait in the outbox
};

/// `ledger_frozen`, `ledger_full`: the cause in failures and logs.
[[nodiscard]] std::string_view cause_of(LedgerTrouble trouble) noexcept;

/// Reads the state of the ledger, at most once a second for all callers together.
///
/// Owns     nothing; `pool` and `clock` must outlive it.
/// Threads  any; one mutex guards what was read, and is held while it is read again.
/// Errors   DatabaseFailure: what cannot be read is not taken for good.
class LedgerPressure {
 public:
  LedgerPressure(Pool& pool, const Clock& clock) : pool_(pool), clock_(clock) {}

  /// What was true within the last second; nothing when all is well. Logs, once for each change:
  /// `ledger_frozen`, `ledger_full`, `ledger_behind` (a leaf waits for more than ten seconds) as
  /// errors, and their ends.
  /// Takes a connection of the pool: never call it with a transaction open.
  [[nodiscard]] std::optional<LedgerTrouble> trouble();

 private:
  struct Reading {
    std::optional<LedgerTrouble> trouble;
    bool is_behind = false;
    std::chrono::milliseconds oldest_age{0};
  };

  [[nodiscard]] Reading read();
  void report(const Reading& now) const;

  Pool& pool_;
  const Clock& clock_;
  std::mutex mutex_;  ///< guards the two below
  std::optional<std::chrono::steady_clock::time_point> read_at_;
  Reading last_;
};

}  // namespace rightful::store
