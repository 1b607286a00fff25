#include "app/byte_search.hpp"

#include <gmock/gmock.h>

#include "tests/unit/app/temporary_folder.hpp"

namespace rightful::app {
namespace {

using rightful::testing::TemporaryFolder;
using ::testing::ElementsAre;

TEST(ByteSearch, FindsWhatStandsInAnyFile) {
  const TemporaryFolder folder;
  folder.write("a/one", "nothing here");
  folder.write("a/b/two", std::string("\0\xFFneedle\0", 9));

  const auto report = search_bytes(folder.path(), {"needle", "thread", "here"});

  EXPECT_EQ(report.files, 2U);
  EXPECT_EQ(report.bytes, 21U);
  EXPECT_THAT(report.files_with, ElementsAre(1, 0, 1));
  EXPECT_EQ(report.files_with_any, 2U);
}

TEST(ByteSearch, FindsWhatLiesAcrossTheEdgeOfAChunk) {
  const TemporaryFolder folder;
  constexpr std::size_t kChunk = std::size_t{1} << 20U;
  for (std::size_t shift = 0; shift <= 6; ++shift) {
    folder.write("file", std::string(kChunk - shift, '.') + "needle" + std::string(kChunk, '.'));

    EXPECT_EQ(search_bytes(folder.path(), {"needle"}).files_with_any, 1U) << shift;
  }
}

TEST(ByteSearch, DoesNotFollowLinks) {
  const TemporaryFolder folder;
  const TemporaryFolder outside;
  outside.write("file", "needle");
  std::filesystem::create_directory_symlink(outside.path(), folder.path() / "link");
  std::filesystem::create_symlink(outside.path() / "file", folder.path() / "file");

  EXPECT_EQ(search_bytes(folder.path(), {"needle"}).files, 0U);
}

}  // namespace
}  // namespace rightful::app
