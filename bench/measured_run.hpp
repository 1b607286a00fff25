/// @file
/// One command, measured from outside: wall, CPU and peak memory, the same way for ours and for the
/// peers.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "rightful/core/subprocess.hpp"

namespace rightful::bench {

struct Contender {
  std::string name;
  std::vector<std::string> command;  ///< program first
  std::filesystem::path directory;   ///< where it runs
  std::filesystem::path output;      ///< removed before each run
};

struct Measurement {
  std::string name;
  double wall_s = 0;
  double cpu_s = 0;
  double peak_mib = 0;
  std::uintmax_t output_bytes = 0;
};

/// Runs all contenders in turn, `rounds` times (A B C A B C …, so that a slow moment hits all), and
/// gives the median of each by wall time. Errors  Failure when one of them fails.
[[nodiscard]] std::vector<Measurement> measure_in_turn(const std::vector<Contender>& contenders,
                                                       int rounds);

}  // namespace rightful::bench
