/// @file
/// Randomness from outside the process, fit for keys.
#pragma once

#include <cstddef>
#include <span>

namespace rightful {

/// Threads  may be called from any thread.
class Random {
 public:
  virtual ~Random() = default;

  virtual void fill(std::span<std::byte> bytes) = 0;
};

/// getrandom(2). Errors  Failure if the kernel refuses.
class SystemRandom final : public Random {
 public:
  void fill(std::span<std::byte> bytes) override;
};

}  // namespace rightful
