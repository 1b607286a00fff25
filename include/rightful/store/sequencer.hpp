/// @file
/// Moves leaves from the outbox into the tree: one call, one batch, one transaction. Does not sign
/// or publish: that is the publisher.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "rightful/core/clock.hpp"
#include "rightful/core/random.hpp"
#include "rightful/crypto/server_keys.hpp"
#include "rightful/ledger/writer.hpp"
#include "rightful/store/connection_settings.hpp"

namespace rightful::store {

struct SequencerSettings {
  std::int64_t log_id = 1;
  ledger::Build build;
  std::size_t batch_rows = 1024;  ///< at most so many rows of the outbox in one transaction
  unsigned threads = 2;           ///< that check signatures
  std::chrono::seconds heartbeat_every{300};
  /// All hashes against the head, queries' projection against the bodies.
  std::chrono::seconds check_every{std::chrono::hours(24)};
};

enum class BatchState : std::uint8_t {
  Done,   ///< looked at the outbox; may have found nothing
  Busy,   ///< another sequencer works on this log now
  Sealed  ///< the log has its last leaf; nothing more will come
};

struct BatchResult {
  BatchState state = BatchState::Done;
  std::size_t rows = 0;    ///< taken from the outbox
  std::size_t leaves = 0;  ///< appended, the sequencer's own among them
  std::size_t rejected =
      0;                   ///< rows that were no leaves of this log: `log.rejected` in their place
  std::size_t gaps = 0;    ///< `log.gap` written
  std::uint64_t size = 0;  ///< of the tree, when the batch was committed
  bool is_full = false;    ///< more rows may wait: call again at once
};

/// One per process that sequences a log; any number of processes may run one, each batch is done by
/// one of them. Everything that it must know is in the database, under the lock on the log's head:
/// a process that dies, or does not know what became of its COMMIT, loses nothing.
///
///   Sequencer sequencer(connection, {.log_id = 1, .build = build}, keys, clock, random);
///   for (;;) { if (!sequencer.run_batch().is_full) wait 50 ms, rising to 200 ms; … }
///   sequencer.stop();
///
/// Format   ledger.md sections 3, 4 and 7; docs/formats/ledger-leaf.md
/// Owns     one connection, its threads, and the key of its own writer's epoch. `keys`, `clock` and
///          `random` must outlive it.
/// Threads  one at a time.
/// Errors   DatabaseFailure: nothing was done, or (`commit_in_doubt`) nobody knows; call again.
///          Failure Never `ledger_damaged`: head, entries or writers of the log do not fit
///          together, `ledger_no_genesis`: the log's first leaf is not in the outbox. Then the log
///          stands still until somebody has looked; where it is the queries' table alone, it is
///          made anew, again after ten minutes when that did not help.
/// Cost     two batches of leaves in memory (at most 16 MiB), 10,000 leaves a second and more.
class Sequencer {
 public:
  Sequencer(ConnectionSettings settings,
            SequencerSettings facts,
            const crypto::ServerKeys& keys,
            const Clock& clock,
            Random& random);
  Sequencer(const Sequencer&) = delete;
  Sequencer& operator=(const Sequencer&) = delete;
  /// Does not stop: an epoch that is not stopped reads as a crash.
  ~Sequencer();

  /// Takes what waits, lowest number first. Checks every leaf and its number; writes entries,
  /// bodies, lookup rows and head, or nothing. Its own leaves stand in the same transaction:
  /// `log.rejected` and `log.gap` where they belong, `log.heartbeat` and `log.checked` when they
  /// are due.
  BatchResult run_batch();

  /// The orderly end: `writer.stop` for its own epoch, if that has begun. Idempotent; run_batch()
  /// is not legal afterwards. A database that does not answer is logged.
  void stop() noexcept;

 private:
  struct Impl;

  std::unique_ptr<Impl> impl_;
};

/// Writes `ledger.lookup` of one log anew from its bodies, in steps of some thousand entries, each
/// a transaction. Erased bodies have no row. Runs beside a sequencer.
/// @return how many rows were written. Errors  DatabaseFailure; Failure Never `ledger_damaged`.
std::uint64_t rebuild_lookup(const ConnectionSettings& settings, std::int64_t log_id);

}  // namespace rightful::store
