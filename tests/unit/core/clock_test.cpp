#include "rightful/core/clock.hpp"

#include <thread>

#include <gtest/gtest.h>

#include "tests/support/result_matchers.hpp"

namespace rightful {
namespace {

using testing::IsError;
using namespace std::chrono_literals;

TEST(Rfc3339, FormatsMilliseconds) {
  EXPECT_EQ(format_rfc3339(Instant{}), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(format_rfc3339(Instant{} + 1999us), "1970-01-01T00:00:00.001Z");
  EXPECT_EQ(format_rfc3339(Instant{} - 1us), "1969-12-31T23:59:59.999Z");
}

TEST(Rfc3339, ReadsOffsetsAndFractions) {
  const Instant noon = parse_rfc3339("2024-02-29T12:00:00Z").value();

  EXPECT_EQ(parse_rfc3339("2024-02-29T14:00:00+02:00").value(), noon);
  EXPECT_EQ(parse_rfc3339("2024-02-29T06:30:00.5-05:30").value(), noon + 500ms);
  EXPECT_EQ(parse_rfc3339("2024-02-29T12:00:00.000001Z").value(), noon + 1us);
}

TEST(Rfc3339, RefusesEverythingElse) {
  for (const std::string_view text : {"",
                                      "2024-02-29",
                                      "2024-02-29T12:00:00",
                                      "2023-02-29T12:00:00Z",
                                      "2024-02-29T24:00:00Z",
                                      "2024-02-29T12:60:00Z",
                                      "2024-06-30T23:59:60Z",
                                      "2024-02-29 12:00:00Z",
                                      "2024-02-29T12:00:00.Z",
                                      "2024-02-29T12:00:00.1234567Z",
                                      "2024-02-29T12:00:00z",
                                      "2024-02-29T12:00:00+0200",
                                      "2024-02-29T12:00:00+25:00",
                                      "0000-01-01T00:00:00+00:01",
                                      "9999-12-31T23:59:59-00:01",
                                      "2024-02-29T12:00:00Z "}) {
    EXPECT_THAT(parse_rfc3339(text), IsError(ErrorCode::InvalidArgument)) << text;
  }
}

TEST(SystemClock, WaitEndsWhenStopIsRequested) {
  SystemClock clock;
  std::stop_source stop;
  std::jthread stopper([&] { stop.request_stop(); });

  EXPECT_TRUE(clock.wait_for(stop.get_token(), 60s));
}

TEST(SystemClock, WaitEndsByItself) {
  SystemClock clock;

  EXPECT_FALSE(clock.wait_for(std::stop_token(), 1ms));
}

}  // namespace
}  // namespace rightful
