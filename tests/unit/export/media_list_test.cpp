#include "export/media_list.hpp"

#include <filesystem>

#include <gtest/gtest.h>

#include "rightful/archive/inner_zip_writer.hpp"
#include "rightful/core/random.hpp"

#include "tests/support/result_matchers.hpp"
#include "tests/unit/export/example.hpp"

namespace rightful::exporting {
namespace {

TEST(MediaEnding, KeepsWellKnownPassiveKinds) {
  EXPECT_EQ(ending_of("anna/2024/voice.WAV"), "wav");
  EXPECT_EQ(ending_of("a.b/c.Jpeg"), "jpeg");
  EXPECT_EQ(media_kind_of("opus"), MediaKind::Audio);
  EXPECT_EQ(media_kind_of("webm"), MediaKind::Video);
  EXPECT_EQ(media_kind_of("png"), MediaKind::Image);
}

TEST(MediaEnding, MakesEverythingElseHarmless) {
  for (const std::string_view reference : {"a.exe",
                                           "a.html",
                                           "a.svg",
                                           "a.js",
                                           "a.lnk",
                                           "a",
                                           "",
                                           "a.",
                                           "a.wav ",
                                           "a.wav/x",
                                           "x.wav\n",
                                           "a.\xC3\xA9"}) {
    EXPECT_EQ(ending_of(reference), "bin") << reference;
  }
}

TEST(MediaName, IsAllowedInAPackage) {
  const std::string longest_dataset(64, 'x');

  const std::string name = media_name(longest_dataset, 1'234'567, "wav");

  EXPECT_EQ(media_name("voice", 7, "wav"), "media/voice/000007.wav");
  EXPECT_THAT(archive::check_entry_name(name), rightful::testing::IsOk());
}

TEST(MediaList, GivesBackWhatWasAdded) {
  SystemRandom random;
  const auto catalog = testing::example_catalog();
  const auto& dataset = catalog.datasets().front();
  MediaList list(
      {.directory = std::filesystem::temp_directory_path(), .random = random, .memory_bytes = 64});
  const std::string odd("anna/\x01\n\"weird\".wav");

  const std::string first = list.add({&dataset, &dataset.fields[1], 1, "anna/1.mp3"}, 0, 1);
  for (std::uint64_t i = 2; i <= 300; ++i)
    list.add({&dataset, &dataset.fields[1], i, odd}, 0, i);

  MediaList::Reader reader(list, catalog);
  const auto got = reader.next();
  ASSERT_TRUE(got.has_value());
  EXPECT_EQ(got->entry_name, first);
  EXPECT_EQ(got->object.reference, "anna/1.mp3");
  EXPECT_EQ(got->object.field, &dataset.fields[1]);
  for (std::uint64_t i = 2; i <= 300; ++i) {
    const auto next = reader.next();
    ASSERT_TRUE(next.has_value());
    EXPECT_EQ(next->object.reference, odd);
    EXPECT_EQ(next->object.record, i);
  }
  EXPECT_FALSE(reader.next().has_value());
  EXPECT_EQ(list.size(), 300U);
}

}  // namespace
}  // namespace rightful::exporting
