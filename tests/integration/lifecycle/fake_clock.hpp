/// @file
/// A clock that stands until a test moves it.
#pragma once

#include <chrono>
#include <mutex>
#include <stop_token>

#include "rightful/core/clock.hpp"

namespace rightful::testing {

/// Threads  any. Waiting returns at once.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(Instant now) : now_(now) {}

  [[nodiscard]] Instant now() const override {
    const std::scoped_lock lock(mutex_);
    return now_;
  }

  [[nodiscard]] std::chrono::steady_clock::time_point steady_now() const override {
    return std::chrono::steady_clock::now();
  }

  bool wait_for(std::stop_token stop, std::chrono::milliseconds /*duration*/) override {
    return stop.stop_requested();
  }

  void advance(Instant::duration duration) {
    const std::scoped_lock lock(mutex_);
    now_ += duration;
  }

 private:
  mutable std::mutex mutex_;
  Instant now_;
};

}  // namespace rightful::testing
