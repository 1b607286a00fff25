/// @file
/// The sessions of a pool: how many there are, which are free, who waits. No SQL.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "rightful/store/pool.hpp"

#include "store/session.hpp"

namespace rightful::store {

/// Threads  any; `mutex_` guards all members below it.
class SessionShelf {
 public:
  SessionShelf(ConnectionSettings settings, std::size_t size);

  /// A session that answered BEGIN just now. Errors  as Pool::begin.
  [[nodiscard]] std::unique_ptr<Session> take_begun(Isolation isolation);
  /// Every taken session comes back; one that is not usable is closed here.
  void give_back(std::unique_ptr<Session> session) noexcept;
  void close_idle();

  [[nodiscard]] PoolFacts facts() const;

  [[nodiscard]] const ConnectionSettings& settings() const noexcept { return settings_; }

 private:
  /// An idle session, or null = the caller may open one. Counts it as taken.
  [[nodiscard]] std::unique_ptr<Session> take_slot();
  void drop_slot() noexcept;

  const ConnectionSettings settings_;
  const std::size_t size_;

  mutable std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<std::unique_ptr<Session>> idle_;
  std::size_t taken_ = 0;
  std::size_t waiting_ = 0;
};

}  // namespace rightful::store
