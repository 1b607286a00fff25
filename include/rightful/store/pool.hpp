/// @file
/// The connections to the state database, shared by the threads of one process. The only source of
/// transactions.
#pragma once

#include <cstddef>
#include <memory>

#include "rightful/store/connection_settings.hpp"
#include "rightful/store/transaction.hpp"

namespace rightful::store {

struct PoolFacts {
  std::size_t open = 0;
  std::size_t idle = 0;
  std::size_t waiting = 0;  ///< threads inside begin()
};

/// Opens connections when they are needed, never more than `size`.
///
/// Owns     the connections; `recorder` must outlive the pool. Transactions must end before the
///          pool. Threads any; one mutex guards the list. Errors never reconnects inside a
///          transaction. A connection that was lost while idle is replaced in begin(), before the
///          first statement; all other idle ones are thrown away with it (the server restarted or
///          failed over).
class Pool {
 public:
  /// Opens nothing yet. @param size  1 to 1000. @param recorder  where facts go; nullptr = record()
  /// is forbidden.
  Pool(ConnectionSettings settings, std::size_t size, EventRecorder* recorder);
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  Pool(Pool&&) = delete;
  Pool& operator=(Pool&&) = delete;
  ~Pool();

  /// Blocks while all connections are in use. The server hears of it with the first statement.
  /// Errors  Failure Later `pool_exhausted` after `acquire_timeout`, or `database_lost` when no
  /// connection can be opened.
  [[nodiscard]] Transaction begin(Isolation isolation = Isolation::ReadCommitted);

  /// Returns when the database has answered. Errors  as begin() and Transaction::run.
  void ask();

  /// Closes what is idle: after a failover, and before a database is dropped.
  void close_idle();

  [[nodiscard]] PoolFacts facts() const;
  [[nodiscard]] const ConnectionSettings& settings() const noexcept;

 private:
  struct Impl;

  std::unique_ptr<Impl> impl_;
};

}  // namespace rightful::store
