// Names of files of a log: one form each, and no way out.

#include "rightful/ledger/log_path.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rightful/ledger/tree.hpp"

#include "tests/support/result_matchers.hpp"

namespace rightful::ledger::testing {
namespace {

using rightful::testing::IsError;
using rightful::testing::IsOk;

TEST(LogPath, WritesTheFormsOfTlogTiles) {
  EXPECT_EQ(LogPath::checkpoint().text(), "checkpoint");
  EXPECT_EQ(LogPath::saved_checkpoint(257).text(), "checkpoints/257");
  EXPECT_EQ(LogPath::hash_tile(0, 0, 1).text(), "tile/0/000.p/1");
  EXPECT_EQ(LogPath::hash_tile(1, 999, 256).text(), "tile/1/999");
  EXPECT_EQ(LogPath::hash_tile(0, 1000, 256).text(), "tile/0/x001/000");
  EXPECT_EQ(LogPath::hash_tile(0, 1234067, 255).text(), "tile/0/x001/x234/067.p/255");
  EXPECT_EQ(LogPath::entry_bundle(1234067, 256).text(), "tile/entries/x001/x234/067");
  EXPECT_EQ(LogPath::entry_bundle(7, 9).text(), "tile/entries/007.p/9");
}

TEST(LogPath, ReadsWhatItWrites) {
  const std::uint64_t last = kMaxTreeSize >> 8U;
  for (const LogPath& path : {LogPath::checkpoint(),
                              LogPath::saved_checkpoint(0),
                              LogPath::saved_checkpoint(kMaxTreeSize),
                              LogPath::hash_tile(0, 0, 256),
                              LogPath::hash_tile(0, last, 255),
                              LogPath::hash_tile(7, 0, 127),
                              LogPath::hash_tile(3, 1000, 256),
                              LogPath::entry_bundle(999'999, 255),
                              LogPath::entry_bundle(last, 256)}) {
    const auto parsed = LogPath::parse(path.text());

    ASSERT_THAT(parsed, IsOk()) << path.text();
    EXPECT_EQ(*parsed, path);
  }
}

TEST(LogPath, KnowsKindLevelIndexAndWidth) {
  const auto tile = LogPath::parse("tile/2/x001/234.p/5").value();
  const auto bundle = LogPath::parse("tile/entries/003").value();

  EXPECT_EQ(tile.kind(), LogFileKind::HashTile);
  EXPECT_EQ(tile.level(), 2U);
  EXPECT_EQ(tile.index(), 1234U);
  EXPECT_EQ(tile.width(), 5U);
  EXPECT_EQ(tile.max_size_bytes(), 5U * 32);
  EXPECT_EQ(bundle.kind(), LogFileKind::EntryBundle);
  EXPECT_EQ(bundle.width(), 256U);
  EXPECT_EQ(bundle.max_size_bytes(), 256U * 4098);
}

TEST(LogPath, RefusesEveryOtherText) {
  for (const std::string_view text : {"",
                                      "/",
                                      ".",
                                      "..",
                                      "/checkpoint",
                                      "./checkpoint",
                                      "checkpoint/",
                                      "Checkpoint",
                                      "checkpoints",
                                      "checkpoints/",
                                      "checkpoints/01",
                                      "checkpoints/-1",
                                      "checkpoints/9223372036854775808",
                                      "checkpoints/99999999999999999999",
                                      "checkpoints/../checkpoint",
                                      "checkpoints/1/2",
                                      "tile",
                                      "tile/",
                                      "tile/0",
                                      "tile/0/",
                                      "tile/0/0",
                                      "tile/0/00",
                                      "tile/0/0000",
                                      "tile/0/00a",
                                      "tile/0/-01",
                                      "tile/0/..",
                                      "tile/0/../../000",
                                      "tile/../../etc/000",
                                      "tile//000",
                                      "tile/0//000",
                                      "tile/00/000",
                                      "tile/8/000",
                                      "tile/-1/000",
                                      "tile/x/000",
                                      "tile/0/x000/000",
                                      "tile/0/001/000",
                                      "tile/0/x001/x000",
                                      "tile/0/x001",
                                      "tile/0/xx01/000",
                                      "tile/0/000.p",
                                      "tile/0/000.p/",
                                      "tile/0/000.p/0",
                                      "tile/0/000.p/01",
                                      "tile/0/000.p/256",
                                      "tile/0/000.p/1/",
                                      "tile/0/000.p/1.p/1",
                                      "tile/0/000/1",
                                      "tile/0/x001.p/1/000",
                                      "tile/7/001",
                                      "tile/0/x036/x028/x797/x018/x963/968",
                                      "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
                                      "tile/entry/000",
                                      "tile/entries",
                                      "tile/entries/000.p/300",
                                      "tile/0/000 ",
                                      "tile/0/000\n"}) {
    EXPECT_THAT(LogPath::parse(text), IsError(ErrorCode::InvalidArgument)) << text;
  }
  EXPECT_THAT(LogPath::parse(std::string_view("checkpoint\0", 11)),
              IsError(ErrorCode::InvalidArgument));
}

TEST(LogPathDeathTest, NamesOnlyTilesThatATreeCanHave) {
  EXPECT_DEATH(static_cast<void>(LogPath::hash_tile(8, 0, 1)), "is_possible");
  EXPECT_DEATH(static_cast<void>(LogPath::hash_tile(0, 0, 0)), "is_possible");
  EXPECT_DEATH(static_cast<void>(LogPath::hash_tile(0, 0, 257)), "is_possible");
  EXPECT_DEATH(static_cast<void>(LogPath::saved_checkpoint(kMaxTreeSize + 1)), "kMaxTreeSize");
}

}  // namespace
}  // namespace rightful::ledger::testing
