/// @file
/// One command, measured from outside: wall, CPU and peak memory, the same way for ours and for the
/// peers.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "rightful/core/subprocess.hpp"

namespace rightful::bench {

class Progress;

/// A command; several when the same result takes them, one after the other, their times added.
struct Contender {
  std::string name;
  std::vector<std::vector<std::string>> commands;  ///< each: program first
  std::filesystem::path directory;                 ///< where they run
  std::filesystem::path output;                    ///< file or folder; each run finds none
};

struct Measurement {
  std::string name;
  double wall_s = 0;
  double cpu_s = 0;
  double peak_mib = 0;
  std::uintmax_t output_bytes = 0;  ///< 0 for a folder
  std::uint64_t read_from_disk_kib = 0;
};

/// Errors  Failure when it fails, or when the user has asked for the end.
[[nodiscard]] Measurement measure_once(const Contender& contender);

/// Its peak memory is the largest that any run saw, its reads from the disk are those of all.
[[nodiscard]] Measurement median_by_wall(std::vector<Measurement> runs);

/// Runs all contenders in turn, `rounds` times (A B C A B C …, so that a slow moment hits all), and
/// gives the median of each by wall time. Errors  Failure when one of them fails, or when the user
/// has asked for the end.
[[nodiscard]] std::vector<Measurement> measure_in_turn(const std::vector<Contender>& contenders,
                                                       int rounds,
                                                       Progress& progress);

/// One run of this program in another mode. @return what it printed. Errors  Failure with its
/// words.
std::string run_apart(const std::vector<std::string>& command);

[[nodiscard]] double median(std::vector<double> values);

}  // namespace rightful::bench
