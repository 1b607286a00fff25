/// @file
/// What stands between a verified package and its release: its `package.verified` leaf is covered
/// by a signed checkpoint, or nothing leaves.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

#include "rightful/core/clock.hpp"
#include "rightful/store/event_recorder.hpp"

namespace rightful::store {
class LedgerPressure;
class Pool;
}  // namespace rightful::store

namespace rightful::exporting {

/// Threads  any, several at once.
/// Errors   Failure Later `ledger_frozen`, `ledger_full`, `ledger_not_covering`; DatabaseFailure.
class ReleaseGate {
 public:
  virtual ~ReleaseGate() = default;

  /// The newest signed checkpoint of the live log, which the package carries: the exact bytes of
  /// its note. Asked before anything is collected, so that no work is done for a package that could
  /// not be released: a frozen log and an outbox that is full are errors, and so is a new log
  /// that has signed nothing after ten seconds.
  [[nodiscard]] virtual std::string newest_checkpoint() = 0;

  /// Waits until a signed checkpoint covers the last of these leaves, at most ten seconds.
  /// @param leaves  of a commit that is known to have happened.
  /// @return the size of that checkpoint; nothing when `stop` was requested meanwhile.
  [[nodiscard]] virtual std::optional<std::uint64_t> wait_until_covered(
      const std::optional<store::CommittedLeaves>& leaves, const std::stop_token& stop) = 0;
};

/// The gate of the product. No setting opens it, and no row in the database does: the covering
/// checkpoint carries the signature of one of the log's keys.
///
/// Owns     nothing; everything given must outlive it.
class LedgerGate final : public ReleaseGate {
 public:
  LedgerGate(store::Pool& pool, store::LedgerPressure& pressure, Clock& clock)
      : pool_(pool), pressure_(pressure), clock_(clock) {}

  [[nodiscard]] std::string newest_checkpoint() override;
  /// `leaves` is not empty (checked, RIGHTFUL_CHECK): the pool has a recorder.
  [[nodiscard]] std::optional<std::uint64_t> wait_until_covered(
      const std::optional<store::CommittedLeaves>& leaves, const std::stop_token& stop) override;

 private:
  void demand_calm();

  store::Pool& pool_;
  store::LedgerPressure& pressure_;
  Clock& clock_;
};

}  // namespace rightful::exporting
