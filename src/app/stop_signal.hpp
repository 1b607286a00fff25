/// @file
/// SIGTERM and SIGINT as something to wait for, so that a service ends in order.
#pragma once

namespace rightful::app {

/// From construction on the two signals no longer kill the process. One object at a time in a
/// process. Threads  wait() by one; the signal may arrive on any.
class StopSignal {
 public:
  StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;
  /// A further signal kills again.
  ~StopSignal();

  /// Blocks until one arrives, at most `milliseconds`; −1 = for ever. @return true when one has
  /// arrived.
  [[nodiscard]] bool wait(int milliseconds) const;
};

}  // namespace rightful::app
