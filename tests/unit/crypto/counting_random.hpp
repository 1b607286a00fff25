/// @file
/// Bytes that count up, so that a test can say what a "random" value will be.
#pragma once

#include "rightful/core/random.hpp"

namespace rightful::testing {

class CountingRandom final : public Random {
 public:
  void fill(std::span<std::byte> bytes) override {
    for (std::byte& byte : bytes)
      byte = static_cast<std::byte>(next_++ & 0xFFU);
  }

 private:
  unsigned next_ = 0;
};

}  // namespace rightful::testing
