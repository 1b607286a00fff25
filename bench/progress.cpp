#include "bench/progress.hpp"

#include <unistd.h>

#include <cstdio>

#include <fmt/format.h>

namespace rightful::bench {
namespace {

constexpr std::chrono::seconds kBetweenLines{5};

}  // namespace

Progress::Progress() : is_terminal_(::isatty(STDERR_FILENO) == 1) {}

void Progress::begin(std::string_view part) {
  part_ = part;
  shown_ = {};
  show("preparing");
}

void Progress::show(std::string_view step, int round, int rounds) {
  put(fmt::format("{}, round {} of {}", step, round, rounds));
}

void Progress::show(std::string_view step) {
  const auto now = std::chrono::steady_clock::now();
  if (!is_terminal_ && now - shown_ < kBetweenLines) return;
  shown_ = now;
  put(std::string(step));
}

void Progress::clear() {
  if (is_terminal_) fmt::print(stderr, "\r\033[K");
}

void Progress::put(const std::string& line) {
  const auto elapsed =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - started_);
  fmt::print(stderr,
             "{}[{:3} s] {}: {}{}",
             is_terminal_ ? "\r\033[K" : "",
             elapsed.count(),
             part_,
             line,
             is_terminal_ ? "" : "\n");
  std::fflush(stderr);
}

}  // namespace rightful::bench
