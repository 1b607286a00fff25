#include "app/demo_place.hpp"

#include <gmock/gmock.h>

#include "tests/support/result_matchers.hpp"
#include "tests/unit/app/temporary_folder.hpp"

namespace rightful::app {
namespace {

using rightful::testing::content_of;
using rightful::testing::IsError;
using rightful::testing::IsOk;
using rightful::testing::TemporaryFolder;

TEST(DemoPlace, TouchesNothingThatIsNotADemo) {
  const TemporaryFolder folder;
  const auto letter = folder.write("state/letter.txt", "dear");

  EXPECT_THAT(DemoPlace::prepare(folder.path()), IsError(ErrorCode::Conflict));

  EXPECT_EQ(content_of(letter), "dear");
}

TEST(DemoPlace, IsHeldByOneDemoAtATime) {
  const TemporaryFolder folder;
  auto first = DemoPlace::prepare(folder.path());
  ASSERT_THAT(first, IsOk());

  EXPECT_THAT(DemoPlace::prepare(folder.path()), IsError(ErrorCode::Conflict));
}

TEST(DemoPlace, BeginsAnewAndKeepsTheKeys) {
  const TemporaryFolder folder;
  static_cast<void>(DemoPlace::prepare(folder.path()));
  folder.write("state/old", "x");
  folder.write("company/old", "x");
  const auto key = folder.write("keys/service", "k");

  const auto again = DemoPlace::prepare(folder.path());

  ASSERT_THAT(again, IsOk());
  EXPECT_TRUE(std::filesystem::is_empty(again->state()));
  EXPECT_TRUE(std::filesystem::is_empty(again->company()));
  EXPECT_EQ(content_of(key), "k");
}

}  // namespace
}  // namespace rightful::app
