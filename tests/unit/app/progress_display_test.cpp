#include "app/progress_display.hpp"

#include <algorithm>
#include <sstream>

#include <gmock/gmock.h>

namespace rightful::app {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

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
  SystemClock clock;
  ProgressDisplay display({.out = out, .err = err, .is_err_terminal = true}, clock, {"one"});

  display.update(0, 0.5, "half");
  display.update(0, 0.1, "again");

  EXPECT_THAT(err.str(), HasSubstr(" 50 %  again"));
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
