/// @file
/// Time from outside the process, and waiting. Legal dates come from here; leases use the
/// database's clock.
#pragma once

#include <chrono>
#include <stop_token>
#include <string>
#include <string_view>

#include "rightful/core/result.hpp"

namespace rightful {

/// UTC, microseconds: what PostgreSQL's timestamptz holds.
using Instant = std::chrono::sys_time<std::chrono::microseconds>;

/// Threads  all methods may be called from any thread.
class Clock {
 public:
  virtual ~Clock() = default;

  [[nodiscard]] virtual Instant now() const = 0;
  /// For time-outs and speeds: never goes back.
  [[nodiscard]] virtual std::chrono::steady_clock::time_point steady_now() const = 0;
  /// Returns after `duration`, or at once when `stop` is requested; true = stop was requested.
  virtual bool wait_for(std::stop_token stop, std::chrono::milliseconds duration) = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override;
  [[nodiscard]] std::chrono::steady_clock::time_point steady_now() const override;
  bool wait_for(std::stop_token stop, std::chrono::milliseconds duration) override;
};

/// `YYYY-MM-DDTHH:MM:SS.mmmZ` (RFC 3339), milliseconds, truncated.
[[nodiscard]] std::string format_rfc3339(Instant instant);
/// RFC 3339 with `Z` or a numeric offset, 0 to 6 fraction digits, no leap second.
/// @return InvalidArgument for anything else, also for a missing offset.
[[nodiscard]] Result<Instant> parse_rfc3339(std::string_view text);

}  // namespace rightful
