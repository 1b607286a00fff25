#include "app/progress_display.hpp"

#include <algorithm>
#include <sstream>

#include <gmock/gmock.h>

namespace rightful::app {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// Moves by hand.
class StepClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override { return {}; }

  [[nodiscard]] std::chrono::steady_clock::time_point steady_now() const override { return now_; }

  bool wait_for(std::stop_token /*stop*/, std::chrono::milliseconds time) override {
    now_ += time;
    return false;
  }

 private:
  std::chrono::steady_clock::time_point now_ = std::chrono::steady_clock::now();
};

TEST(ProgressDisplay, PrintsFewPlainLinesWithoutATerminal) {
  std::ostringstream out;
  std::ostringstream err;
  SystemClock clock;
  ProgressDisplay display({.out = out, .err = err, .is_err_terminal = false}, clock, {"export"});

  for (int i = 0; i <= 100; ++i) {
    display.update(0, i / 100.0, "working");
  }
  display.finish(0, "done");

  const std::string text = err.str();
  EXPECT_LE(std::ranges::count(text, '\n'), 7);
  EXPECT_THAT(text, HasSubstr("done"));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_EQ(out.str(), "");
}

TEST(ProgressDisplay, RedrawsAllRowsOnATerminal) {
  std::ostringstream out;
  std::ostringstream err;
  SystemClock clock;
  ProgressDisplay display({.out = out, .err = err, .is_err_terminal = true}, clock, {"one", "two"});

  display.update(0, 0.5, "half");
  display.update(1, 0.25, "quarter");

  EXPECT_THAT(err.str(), HasSubstr("\x1b[2A"));
  EXPECT_THAT(err.str(), HasSubstr(" 50 %  half"));
}

TEST(ProgressDisplay, NeverGoesBack) {
  std::ostringstream out;
  std::ostringstream err;
  StepClock clock;
  ProgressDisplay display({.out = out, .err = err, .is_err_terminal = true}, clock, {"one"});

  display.update(0, 0.5, "half");
  static_cast<void>(clock.wait_for({}, std::chrono::milliseconds(60)));
  display.update(0, 0.1, "again");

  EXPECT_THAT(err.str(), HasSubstr(" 50 %  again"));
}

TEST(ProgressDisplay, DrawsTwentyTimesASecondAtMost) {
  std::ostringstream out;
  std::ostringstream err;
  StepClock clock;
  ProgressDisplay display({.out = out, .err = err, .is_err_terminal = true}, clock, {"one"});

  for (std::uint64_t i = 0; i <= 1000; ++i) {
    display.update_bytes(0, i * 1000, 1'000'000);
    static_cast<void>(clock.wait_for({}, std::chrono::milliseconds(1)));
  }
  display.finish(0, "done");

  EXPECT_LE(std::ranges::count(err.str(), '\n'), 23);
  EXPECT_THAT(err.str(), HasSubstr(" 50 %  500.0 kB of 1.0 MB"));
  EXPECT_THAT(err.str(), HasSubstr("100 %  done"));
}

TEST(ProgressDisplay, IsSilentOffATerminalWhenToldSo) {
  std::ostringstream out;
  std::ostringstream err;
  StepClock clock;
  ProgressDisplay display(
      {.out = out, .err = err, .is_err_terminal = false}, clock, {"one"}, OffTerminal::Nothing);

  display.update_bytes(0, 1, 2);
  display.finish(0, "done");

  EXPECT_EQ(out.str() + err.str(), "");
}

TEST(ProgressDisplay, WritesSizesAndCountsForPeople) {
  EXPECT_EQ(human_size(0), "0 B");
  EXPECT_EQ(human_size(999), "999 B");
  EXPECT_EQ(human_size(1000), "1.0 kB");
  EXPECT_EQ(human_size(999'949), "999.9 kB");
  EXPECT_EQ(human_size(999'999), "1.0 MB");
  EXPECT_EQ(human_size(104'857'600), "104.9 MB");
  EXPECT_EQ(human_count(0), "0");
  EXPECT_EQ(human_count(999), "999");
  EXPECT_EQ(human_count(1'000), "1,000");
  EXPECT_EQ(human_count(1'234'567), "1,234,567");
}

}  // namespace
}  // namespace rightful::app
