#include "app/progress_display.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <fmt/format.h>

namespace rightful::app {

namespace {

using namespace std::chrono_literals;

constexpr int kBarColumns = 24;
constexpr auto kPlainInterval = 5s;
constexpr auto kFrameInterval = 50ms;
constexpr double kPlainStep = 0.25;

std::string bar(double share) {
  const int full = static_cast<int>(std::lround(share * kBarColumns));
  std::string text;
  for (int i = 0; i < kBarColumns; ++i) {
    text += i < full ? "█" : "░";
  }
  return text;
}

}  // namespace

ProgressDisplay::ProgressDisplay(Console console,
                                 Clock& clock,
                                 std::vector<std::string> names,
                                 OffTerminal off_terminal)
    : console_(console), clock_(clock), off_terminal_(off_terminal) {
  for (std::string& name : names) {
    rows_.push_back({.name = std::move(name), .words = {}});
  }
}

void ProgressDisplay::update(std::size_t row, double share, std::string words) {
  const std::lock_guard lock(mutex_);
  Row& target = rows_.at(row);
  if (target.is_finished) return;
  target.share = std::clamp(std::max(share, target.share), 0.0, 1.0);
  target.words = std::move(words);
  const auto now = clock_.steady_now();
  if (console_.is_err_terminal) {
    // The first frame shows every row; after it a row that is new to the screen is not held back.
    if (is_drawn_ && target.is_drawn && now - drawn_at_ < kFrameInterval) return;
    target.is_drawn = true;
    drawn_at_ = now;
    redraw();
    return;
  }
  if (off_terminal_ == OffTerminal::Nothing) return;
  if (target.share >= target.printed_share + kPlainStep ||
      now - target.printed_at >= kPlainInterval) {
    target.printed_share = target.share;
    target.printed_at = now;
    print_line(target);
  }
}

void ProgressDisplay::update_bytes(std::size_t row, std::uint64_t done, std::uint64_t total) {
  const double share = total == 0 ? 1 : static_cast<double>(done) / static_cast<double>(total);
  update(row, share, fmt::format("{} of {}", human_size(done), human_size(total)));
}

void ProgressDisplay::finish(std::size_t row, std::string words) {
  const std::lock_guard lock(mutex_);
  Row& target = rows_.at(row);
  target.is_finished = true;
  target.share = 1;
  target.words = std::move(words);
  if (console_.is_err_terminal) {
    redraw();
  } else if (off_terminal_ == OffTerminal::Lines) {
    print_line(target);
  }
}

void ProgressDisplay::redraw() {
  std::string frame;
  if (is_drawn_) frame += fmt::format("\x1b[{}A", rows_.size());
  for (const Row& row : rows_) {
    frame += fmt::format("\r\x1b[K  {:<14} {} {:>3.0f} %  {}\n",
                         row.name,
                         bar(row.share),
                         row.share * 100,
                         row.words);
  }
  console_.err << frame << std::flush;
  is_drawn_ = true;
}

void ProgressDisplay::print_line(Row& row) {
  console_.err << fmt::format("  {:<14} {:>3.0f} %  {}\n", row.name, row.share * 100, row.words)
               << std::flush;
}

std::string human_size(std::uint64_t bytes) {
  static constexpr std::array<std::string_view, 5> kUnits = {"kB", "MB", "GB", "TB", "PB"};
  if (bytes < 1000) return fmt::format("{} B", bytes);
  auto value = static_cast<double>(bytes) / 1000;
  std::size_t unit = 0;
  while (value >= 999.95 && unit + 1 < kUnits.size()) {
    value /= 1000;
    ++unit;
  }
  return fmt::format("{:.1f} {}", value, kUnits.at(unit));
}

std::string human_count(std::uint64_t count) {
  std::string digits = std::to_string(count);
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, 1, ',');
  }
  return digits;
}

}  // namespace rightful::app
