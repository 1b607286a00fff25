/// @file
/// What is running now, for whoever waits: one changing line on a terminal, a line each where the
/// output is a file.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace rightful::bench {

/// Writes to standard error; results go to standard output. Threads  one.
class Progress {
 public:
  Progress();

  /// A new part of the run: `V: 1,700 recordings …`.
  void begin(std::string_view part);
  void show(std::string_view step, int round, int rounds);
  /// For what changes often: into a file goes a line every five seconds.
  void show(std::string_view step);
  /// Takes the line away.
  void clear();

 private:
  void put(const std::string& line);

  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point shown_;
  bool is_terminal_;
  std::string part_;
};

}  // namespace rightful::bench
