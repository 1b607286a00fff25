/// @file
/// The ledger's writer of this process: puts signed leaves into the outbox, in the transaction that
/// makes the fact true. Does not build the tree: that is the sequencer.
#pragma once

#include <chrono>
#include <memory>
#include <span>

#include "rightful/core/clock.hpp"
#include "rightful/core/random.hpp"
#include "rightful/core/result.hpp"
#include "rightful/crypto/server_keys.hpp"
#include "rightful/ledger/window.hpp"
#include "rightful/ledger/writer.hpp"
#include "rightful/store/connection_settings.hpp"
#include "rightful/store/event_recorder.hpp"

namespace rightful::store {

/// Opens the log of a new installation: one transaction writes its row, its empty head and
/// `log.genesis` as the first row of the outbox. Where an open log exists, checks that it belongs
/// to `keys` and changes nothing. Run it after migrate() and before the first LedgerWriter.
///
/// @param origin  name of a new log; an existing one keeps its own.
/// @return Conflict when the open log was enrolled by another key.
/// Errors  DatabaseFailure.
[[nodiscard]] Result<void> open_ledger(const ConnectionSettings& settings,
                                       const ledger::Origin& origin,
                                       const crypto::ServerKeys& keys,
                                       const Clock& clock,
                                       Random& random);

struct LedgerWriterSettings {
  ledger::WriterRole role;
  ledger::Build build;
  std::uint32_t span = ledger::kDefaultSpan;  ///< 1 to 64: also the most leaves in one commit
  std::chrono::milliseconds number_wait{10'000};
  std::chrono::seconds alive_every{300};
  std::uint64_t alive_after_leaves = 1000;
};

/// One per process that changes state, made before the Pool that it records for.
///
///   LedgerWriter ledger(connection, {.role = "serve", .build = build}, keys, clock, random);
///   RIGHTFUL_TRY(ledger.start());            // writer.start is committed before any other leaf
///   Pool pool(connection, 16, &ledger);
///   … ledger.keep_alive() every second or so, from one loop …
///   ledger.stop();                           // after the last transaction: writer.void,
///   writer.stop
///
/// Owns     three connections, for the leaves about itself. `keys`, `clock` and `random`
///          must outlive it.
/// Threads  any; one mutex guards epoch and window. A commit waits while the window is full, and
///          makes way while leaves of this process wait long for the sequencer.
/// Errors   DatabaseFailure as the transaction itself; Failure Later `ledger_busy` when no number
///          came free in time, Never `too_many_events` for more than `span` in one commit, Later
///          `ledger_stopped` after stop().
/// Secrets  subject keys are unwrapped for one commit and wiped; nothing of them is cached.
class LedgerWriter final : public EventRecorder {
 public:
  LedgerWriter(ConnectionSettings settings,
               LedgerWriterSettings facts,
               const crypto::ServerKeys& keys,
               const Clock& clock,
               Random& random);
  LedgerWriter(const LedgerWriter&) = delete;
  LedgerWriter& operator=(const LedgerWriter&) = delete;
  /// Does not stop: an epoch that is not stopped reads as a crash, which is what it then was.
  ~LedgerWriter() override;

  /// Begins the first epoch. Legal once.
  /// @return NotFound when no log is open (open_ledger), Conflict when it was enrolled by another
  /// key. Errors  DatabaseFailure.
  [[nodiscard]] Result<void> start();

  /// Looks how far the sequencer is, and lets so many commit at once that it keeps up. Writes
  /// `writer.alive` when it is due: every 5 minutes and every 1,000 leaves.
  /// Does nothing before start() and after stop(), which may come in the middle of it.
  /// Errors  DatabaseFailure; the next call tries again.
  void keep_alive();

  /// Orderly end: waits for commits in flight (at most `number_wait`), fills free numbers with
  /// `writer.void`, ends with `writer.stop`. Idempotent, legal before start(). A database that does
  /// not answer is logged; the epoch then ends like a crash.
  void stop() noexcept;

  [[nodiscard]] std::unique_ptr<StagedEvents> stage(Transaction& transaction,
                                                    std::span<const ledger::Event> events) override;

 private:
  struct Impl;

  std::unique_ptr<Impl> impl_;
};

}  // namespace rightful::store
