/// @file
/// One epoch of this process's writer: its key, and the numbers that its commits hold.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "rightful/core/clock.hpp"
#include "rightful/ledger/window.hpp"
#include "rightful/ledger/writer.hpp"
#include "rightful/store/event_recorder.hpp"

#include "store/commit_pace.hpp"

namespace rightful::store {

using LeafNumbers = std::vector<std::uint64_t>;

/// Threads  any; one mutex guards everything that changes.
class LedgerEpoch {
 public:
  /// Its `writer.start` (n = 0) is committed.
  LedgerEpoch(std::int64_t log_id,
              ledger::Writer writer,
              std::uint32_t span,
              std::chrono::steady_clock::time_point now);

  [[nodiscard]] std::int64_t log_id() const noexcept { return log_id_; }

  [[nodiscard]] const ledger::Writer& writer() const noexcept { return writer_; }

  /// Waits while the window is full, or enough is in flight for a sequencer that is behind; who
  /// came first is served first. When free numbers are all that keeps the window full, `fill_holes`
  /// is called, by one thread at a time and without the lock.
  /// @param count  at most the span (checked, RIGHTFUL_CHECK).
  /// @return empty when the epoch was abandoned or closed meanwhile, or `limit` has passed.
  [[nodiscard]] std::optional<LeafNumbers> take(std::size_t count,
                                                std::chrono::milliseconds limit,
                                                const std::function<void()>& fill_holes);
  /// @return empty when the window has no room now, or the epoch was abandoned or closed.
  [[nodiscard]] std::optional<LeafNumbers> try_take(std::size_t count);
  void settle(const LeafNumbers& numbers, CommitFate fate) noexcept;
  /// The sequencer has come to number `next`. @return how many may be in flight from now on, when
  /// that has changed.
  std::optional<std::size_t> follow_sequencer(std::uint64_t next,
                                              std::chrono::steady_clock::time_point now);
  /// Nobody knows how far it is: nobody is held back.
  void lose_sequencer();

  /// True after a commit whose end nobody knows: start another epoch.
  [[nodiscard]] bool is_abandoned() const;
  /// Abandoned or closed: take() gives nothing any more.
  [[nodiscard]] bool is_over() const;
  /// close() was called: it waits, or the epoch is over.
  [[nodiscard]] bool is_closing() const;
  [[nodiscard]] std::size_t free_count() const;
  /// Threads that wait inside take().
  [[nodiscard]] std::size_t waiting_count() const;

  /// What an orderly end has still to say goes by this alone. The epoch must outlive it.
  class End {
   public:
    End(const End&) = delete;
    End& operator=(const End&) = delete;
    End(End&&) noexcept = default;
    End& operator=(End&&) = delete;
    ~End() = default;

    /// @return empty when the window has no room, or the epoch was abandoned.
    [[nodiscard]] std::optional<LeafNumbers> try_take(std::size_t count);

   private:
    friend class LedgerEpoch;

    explicit End(LedgerEpoch& epoch) : epoch_(epoch) {}

    LedgerEpoch& epoch_;
  };

  /// Lets no take() and no try_take() through any more, once nothing is in flight.
  /// @return the end, to the first who closes. Empty when commits are still in flight after
  /// `limit`, or the epoch was abandoned or closed before.
  [[nodiscard]] std::optional<End> close(std::chrono::milliseconds limit);

  /// What an abandoned epoch can still say: which of its numbers are known to be committed.
  struct LastWord {
    std::uint64_t n;
    std::uint64_t upto;
  };

  /// The same number until spend_last_word(). @return empty when the epoch goes on, when no number
  /// is left, or when its orderly end has begun: `writer.stop` may be there.
  [[nodiscard]] std::optional<LastWord> last_word();
  /// Whether it was committed is not known, so nobody uses its number again.
  void spend_last_word();

  /// What `writer.alive` would say now, when it is due.
  [[nodiscard]] std::optional<std::uint64_t> due_alive(std::chrono::steady_clock::time_point now,
                                                       std::chrono::seconds every,
                                                       std::uint64_t after_leaves) const;
  void alive_written(std::chrono::steady_clock::time_point now);

 private:
  class Place;

  /// A thread inside take() that waits.
  struct Waiter {
    std::size_t count;
    std::condition_variable wake;
    bool is_called = false;  ///< there was room for it and for all before it
  };

  [[nodiscard]] bool holes_block_everything() const;
  [[nodiscard]] bool has_room_behind(std::size_t before, std::size_t count) const;
  [[nodiscard]] bool has_room_behind_waiters(std::size_t count) const;
  [[nodiscard]] std::optional<LeafNumbers> take_if_room(std::size_t count);
  void fill(const std::function<void()>& fill_holes);
  void after_change();
  void call_waiters();

  const std::int64_t log_id_;
  const ledger::Writer writer_;
  mutable std::mutex mutex_;
  std::list<Waiter*> waiters_;  ///< in the order in which they came
  std::condition_variable closed_or_abandoned_;
  ledger::WriterWindow window_;
  CommitPace pace_;
  bool abandoned_ = false;
  bool closing_ = false;  ///< somebody waits, or has waited, in close()
  bool closed_ = false;
  bool is_quiet_ = false;  ///< closed with nothing in flight, and no End was given away yet
  bool ending_ = false;    ///< an End was given away
  bool filling_ = false;
  std::optional<std::uint64_t> last_number_;
  std::uint64_t leaves_since_alive_ = 0;
  std::chrono::steady_clock::time_point last_alive_;
};

/// What Transaction holds until its leaves are committed with it.
class StagedLeaves final : public StagedEvents {
 public:
  StagedLeaves(std::shared_ptr<LedgerEpoch> epoch,
               LeafNumbers numbers,
               const Sql& statement,
               std::vector<Value> values)
      : epoch_(std::move(epoch)),
        numbers_(std::move(numbers)),
        statement_(statement),
        values_(std::move(values)) {}

  [[nodiscard]] const Sql& statement() const noexcept override { return statement_; }

  [[nodiscard]] std::span<const Value> values() const noexcept override { return values_; }

  [[nodiscard]] std::optional<CommittedLeaves> leaves() const override {
    return CommittedLeaves{epoch_->log_id(), epoch_->writer().id(), numbers_};
  }

  void settle(CommitFate fate) noexcept override { epoch_->settle(numbers_, fate); }

 private:
  std::shared_ptr<LedgerEpoch> epoch_;
  LeafNumbers numbers_;
  const Sql& statement_;
  std::vector<Value> values_;
};

}  // namespace rightful::store
