#include "lifecycle/sign_in_throttle.hpp"

#include <algorithm>

namespace rightful::lifecycle {

std::int64_t counted_failures(std::int64_t failures,
                              Instant last_failure_at,
                              Instant now) noexcept {
  return now - last_failure_at > kThrottleMemory ? 0 : failures;
}

std::chrono::seconds throttle_left(std::int64_t failures,
                                   Instant last_failure_at,
                                   Instant now) noexcept {
  if (counted_failures(failures, last_failure_at, now) < kFreeTries) return std::chrono::seconds(0);
  const std::int64_t doublings = std::min<std::int64_t>(failures - kFreeTries, 10);
  const auto pause = std::min(std::chrono::seconds(std::int64_t{1} << doublings), kLongestThrottle);
  // A clock that was set back must not lengthen the pause.
  const auto left = std::min<Instant::duration>(last_failure_at + pause - now, pause);
  return std::max(std::chrono::ceil<std::chrono::seconds>(left), std::chrono::seconds(0));
}

}  // namespace rightful::lifecycle
