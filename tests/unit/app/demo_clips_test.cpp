#include "app/demo_clips.hpp"

#include <gmock/gmock.h>

namespace rightful::app {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(DemoClips, MakesAGifThatCarriesItsComment) {
  const Bytes clip = make_clip(7, "a comment");
  const std::string_view text = as_text(clip);

  EXPECT_THAT(text, StartsWith("GIF89a"));
  EXPECT_THAT(text, HasSubstr("a comment"));
  EXPECT_THAT(text, EndsWith("\x3B"));
}

TEST(DemoClips, MakesTheSameClipForTheSameNumber) {
  EXPECT_EQ(make_clip(7, "x"), make_clip(7, "x"));
  EXPECT_NE(make_clip(7, "x"), make_clip(8, "x"));
}

}  // namespace
}  // namespace rightful::app
