#include "rightful/core/log.hpp"

#include <gtest/gtest.h>

#include "tests/support/result_matchers.hpp"

namespace rightful {
namespace {

using testing::IsError;

TEST(Log, WritesOneLineWithEventAndFields) {
  const auto id = RequestId::parse("0123abcd-0123-4567-89ab-0123456789ab").value();

  ::testing::internal::CaptureStderr();
  log::warn("lease_lost", "request={} attempt={}", id, 2);
  const std::string text = ::testing::internal::GetCapturedStderr();

  EXPECT_TRUE(text.ends_with(
      "Z level=warning event=lease_lost request=0123abcd-0123-4567-89ab-0123456789ab attempt=2\n"))
      << text;
}

TEST(Log, KeepsQuietBelowTheLevel) {
  log::set_level(log::Level::Error);

  ::testing::internal::CaptureStderr();
  log::info("quiet");
  const std::string text = ::testing::internal::GetCapturedStderr();
  log::set_level(log::Level::Info);

  EXPECT_EQ(text, "");
}

TEST(Log, KnowsFourLevels) {
  EXPECT_EQ(log::parse_level("warn").value(), log::Level::Warn);
  EXPECT_THAT(log::parse_level("loud"), IsError(ErrorCode::InvalidArgument));
}

}  // namespace
}  // namespace rightful
