/// @file
/// The seam between a transaction and the ledger: how facts become rows of the outbox inside the
/// commit. Implemented by LedgerWriter; tests put a collecting one in its place.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "rightful/ledger/event_fields.hpp"
#include "rightful/store/sql.hpp"
#include "rightful/store/value.hpp"

namespace rightful::ledger {
class Event;
}

namespace rightful::store {

class Transaction;

/// What became of a COMMIT.
enum class CommitFate : std::uint8_t {
  Committed,
  RolledBack,
  Unknown  ///< the connection broke, and the server cannot tell any more (restarted from a backup,
           ///< promoted)
};

/// Where the leaves of one commit are found in the log, once the sequencer has taken them: writer
/// and number are signed into each, its index comes later.
struct CommittedLeaves {
  std::int64_t log_id;
  ledger::WriterId writer;
  std::vector<std::uint64_t> numbers;  ///< in the order in which the facts were recorded
};

/// Leaves that go into the outbox with the COMMIT of one open transaction.
class StagedEvents {
 public:
  virtual ~StagedEvents() = default;

  /// Writes them; gives one row at least, with `pg_current_xact_id()` as text in the column
  /// `transaction_id`: what a commit in doubt is asked about.
  [[nodiscard]] virtual const Sql& statement() const noexcept = 0;
  [[nodiscard]] virtual std::span<const Value> values() const noexcept = 0;

  /// Asked before settle(). Empty where no log takes them (tests).
  [[nodiscard]] virtual std::optional<CommittedLeaves> leaves() const { return std::nullopt; }

  /// Called exactly once, when the end is known. Committed: the numbers are resolved. RolledBack:
  /// they are free again. Unknown: the writer abandons its epoch and starts a new one (ledger.md
  /// section 4).
  virtual void settle(CommitFate fate) noexcept = 0;
};

/// Threads  called from any thread, from several at once.
class EventRecorder {
 public:
  virtual ~EventRecorder() = default;

  /// Called by Transaction::commit() as its last step before COMMIT, never with an empty list.
  /// Takes numbers, encodes and signs; what it asks of the database it runs in `transaction`. When
  /// it throws it has given back what it took.
  [[nodiscard]] virtual std::unique_ptr<StagedEvents> stage(
      Transaction& transaction, std::span<const ledger::Event> events) = 0;
};

}  // namespace rightful::store
