/// @file
/// How far things are, for a person who waits: bars that redraw on a terminal, a line now and then
/// everywhere else.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <ostream>
#include <string>
#include <vector>

#include "rightful/core/clock.hpp"

#include "app/terminal.hpp"

namespace rightful::app {

/// What is shown where there is no terminal to draw on.
enum class OffTerminal : std::uint8_t {
  Lines,   ///< a line now and then: for waits of hours
  Nothing  ///< for what a script does and judges by its exit code
};

/// One or several rows, each with a name, a share done and words about it.
///
/// Threads  update() and finish() may be called from any thread; one mutex guards rows and output.
class ProgressDisplay {
 public:
  /// @param names  of the rows, at most 24 columns each.
  ProgressDisplay(Console console,
                  Clock& clock,
                  std::vector<std::string> names,
                  OffTerminal off_terminal = OffTerminal::Lines);
  ~ProgressDisplay() = default;
  ProgressDisplay(const ProgressDisplay&) = delete;
  ProgressDisplay& operator=(const ProgressDisplay&) = delete;

  /// @param share  0 to 1; a share that would go back stays. @param words  one line. A terminal is
  /// drawn on at most twenty times a second.
  void update(std::size_t row, double share, std::string words);
  /// update() with `12.3 MB of 77.3 MB`.
  void update_bytes(std::size_t row, std::uint64_t done, std::uint64_t total);
  /// The row's last word; it is always printed.
  void finish(std::size_t row, std::string words);

 private:
  struct Row {
    std::string name;
    double share = 0;
    std::string words;
    bool is_finished = false;
    bool is_drawn = false;  ///< with words of its own
    double printed_share = -1;
    std::chrono::steady_clock::time_point printed_at{};
  };

  void redraw();
  void print_line(Row& row);

  Console console_;
  Clock& clock_;
  std::mutex mutex_;
  std::vector<Row> rows_;
  OffTerminal off_terminal_;
  bool is_drawn_ = false;
  std::chrono::steady_clock::time_point drawn_at_{};
};

/// `12.3 MB`, `999 B`: decimal units.
[[nodiscard]] std::string human_size(std::uint64_t bytes);
/// `102,345`
[[nodiscard]] std::string human_count(std::uint64_t count);

}  // namespace rightful::app
