/// @file
/// How long a name has to wait after failed tries: a pure function.
#pragma once

#include <chrono>
#include <cstdint>

#include "rightful/core/clock.hpp"

namespace rightful::lifecycle {

inline constexpr std::int64_t kFreeTries = 5;
inline constexpr std::chrono::seconds kLongestThrottle{900};
/// A failure older than this no longer counts.
inline constexpr std::chrono::hours kThrottleMemory{24};

/// The failures that still count at `now`.
[[nodiscard]] std::int64_t counted_failures(std::int64_t failures,
                                            Instant last_failure_at,
                                            Instant now) noexcept;

/// Time until the next try is looked at, rounded up to whole seconds; 0 = now. 1 s after the fifth
/// failure in a row, doubling with each further one up to kLongestThrottle.
[[nodiscard]] std::chrono::seconds throttle_left(std::int64_t failures,
                                                 Instant last_failure_at,
                                                 Instant now) noexcept;

}  // namespace rightful::lifecycle
