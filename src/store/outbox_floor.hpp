/// @file
/// Below which number the outbox has nothing more to come. Without it, a reader's snapshot that is
/// held for long makes every batch step over all rows that were ever taken meanwhile.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace rightful::store {

class BulkSession;

/// Safe, because it waits for the transactions themselves: who holds a number up to `last` holds
/// the lock of an INSERT into the outbox when `last` is read, or has ended; an INSERT takes the
/// lock before the number and keeps it. When all of these have ended, and a batch that began
/// afterwards has taken everything up to `last`, nothing at or below it can appear any more. One
/// batch a minute looks at everything nevertheless: for rows that somebody put there under a number
/// of their own. All this holds for one server: a standby that was promoted, or a backup, gives
/// numbers out again that were taken elsewhere.
///
/// Threads  one at a time.
class OutboxFloor {
 public:
  /// Inside the batch's transaction, before it takes rows. @return nothing at or below it can come.
  [[nodiscard]] std::int64_t before_batch(BulkSession& session,
                                          std::chrono::steady_clock::time_point now);
  /// @param highest  number that the batch took, or empty. @param took_all  no row was left over.
  void after_commit(std::optional<std::int64_t> highest, bool took_all);
  /// The server may be another one.
  void forget();

 private:
  /// Numbers of ours begin at 1; others may have put rows under any.
  static constexpr std::int64_t kBelowAll = std::numeric_limits<std::int64_t>::min();

  struct Candidate {
    std::int64_t last;
    std::vector<std::string> inserting;
    bool is_closed = false;  ///< all of them have ended before the batch that runs now
  };

  std::string server_;  ///< queries::kInstance of the last batch
  std::int64_t floor_ = kBelowAll;
  std::int64_t taken_ = 0;
  std::optional<Candidate> candidate_;
  std::optional<std::chrono::steady_clock::time_point> asked_at_;
  std::optional<std::chrono::steady_clock::time_point> swept_at_;
};

}  // namespace rightful::store
