// A log in a directory: what is published stays, and nothing outside is ever reached.

#include "rightful/ledger/log_directory.hpp"

#include <sys/stat.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rightful/ledger/note.hpp"

#include "tests/support/result_matchers.hpp"
#include "tests/unit/ledger/log_folder.hpp"

namespace rightful::ledger::testing {
namespace {

using rightful::testing::IsError;
using rightful::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

namespace fs = std::filesystem;

class LogDirectories : public ::testing::Test {
 protected:
  [[nodiscard]] std::string text_of(const LogPath& path) {
    const auto bytes = directory_.read(path);
    return bytes ? std::string(as_text(*bytes)) : "error: " + bytes.error().detail;
  }

  [[nodiscard]] std::vector<std::string> names_in(const fs::path& folder) const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder))
      names.push_back(entry.path().filename());
    return names;
  }

  LogFolder folder_;
  LogFolder elsewhere_;
  LogDirectory directory_ = LogDirectory::open(folder_.path()).value();
  const LogPath bundle_ = LogPath::entry_bundle(1234067, 3);
  const LogPath checkpoint_ = LogPath::checkpoint();
};

TEST_F(LogDirectories, KeepsWhatIsPut) {
  ASSERT_THAT(directory_.put(bundle_, as_bytes("content")), IsOk());
  ASSERT_THAT(directory_.flush(), IsOk());

  EXPECT_EQ(text_of(bundle_), "content");
  const fs::path file = folder_.path() / "tile/entries/x001/x234/067.p/3";
  EXPECT_EQ(fs::status(file).permissions(), fs::perms(0640));
  EXPECT_EQ(fs::status(file.parent_path()).permissions(), fs::perms(0750));
  EXPECT_THAT(names_in(file.parent_path()), ElementsAre("3"));
}

TEST_F(LogDirectories, ShowsOthersOnlyWhatIsFlushed) {
  LogDirectory other = LogDirectory::open(folder_.path()).value();
  ASSERT_THAT(directory_.put(bundle_, as_bytes("content")), IsOk());

  EXPECT_EQ(text_of(bundle_), "content");
  EXPECT_THAT(other.read(bundle_), IsError(ErrorCode::NotFound));
  ASSERT_THAT(directory_.flush(), IsOk());
  EXPECT_THAT(other.read(bundle_), IsOk());
}

TEST_F(LogDirectories, FlushKeepsWhatAnotherWriterPut) {
  ASSERT_THAT(directory_.put(bundle_, as_bytes("ours")), IsOk());
  folder_.write(bundle_.text(), "theirs");

  EXPECT_THAT(directory_.flush(), IsError(ErrorCode::Conflict));
  EXPECT_EQ(text_of(bundle_), "theirs");
}

TEST_F(LogDirectories, WhatWasNotFlushedIsGone) {
  {
    LogDirectory other = LogDirectory::open(folder_.path()).value();
    ASSERT_THAT(other.put(bundle_, as_bytes("content")), IsOk());
  }

  EXPECT_THAT(directory_.read(bundle_), IsError(ErrorCode::NotFound));
  EXPECT_THAT(names_in(folder_.path() / "tile/entries/x001/x234/067.p"), ElementsAre());
}

TEST_F(LogDirectories, PublishedFilesStay) {
  ASSERT_THAT(directory_.put(bundle_, as_bytes("content")), IsOk());

  EXPECT_THAT(directory_.put(bundle_, as_bytes("content")), IsOk());
  EXPECT_THAT(directory_.put(bundle_, as_bytes("other")), IsError(ErrorCode::Conflict));
  EXPECT_THAT(directory_.put(bundle_, as_bytes("")), IsError(ErrorCode::Conflict));
  EXPECT_EQ(text_of(bundle_), "content");
}

TEST_F(LogDirectories, CheckpointAndErasedBundlesAreReplaced) {
  ASSERT_THAT(directory_.replace(checkpoint_, as_bytes("first")), IsOk());
  ASSERT_THAT(directory_.replace(checkpoint_, as_bytes("second")), IsOk());
  ASSERT_THAT(directory_.put(bundle_, as_bytes("with a body")), IsOk());
  ASSERT_THAT(directory_.replace(bundle_, as_bytes("without")), IsOk());

  EXPECT_EQ(text_of(checkpoint_), "second");
  EXPECT_EQ(text_of(bundle_), "without");
  EXPECT_DEATH(static_cast<void>(directory_.replace(LogPath::hash_tile(0, 0, 256), {})), "kind");
}

TEST_F(LogDirectories, LeftoversOfAKilledRunDoNotHinder) {
  folder_.write(".checkpoint.new", "half");

  EXPECT_THAT(directory_.replace(checkpoint_, as_bytes("whole")), IsOk());

  EXPECT_EQ(text_of(checkpoint_), "whole");
  EXPECT_THAT(names_in(folder_.path()), ElementsAre("checkpoint"));
}

TEST_F(LogDirectories, DropsPartialsAndWhatAKilledRunLeft) {
  folder_.write("tile/entries/000.p/2", "two");
  folder_.write("tile/entries/000.p/.57.new", "bodies");

  EXPECT_THAT(directory_.drop_partials(LogPath::entry_bundle(0, kTileWidth)), IsOk());

  EXPECT_FALSE(fs::exists(folder_.path() / "tile/entries/000.p"));
}

TEST_F(LogDirectories, SaysWhatIsMissing) {
  EXPECT_THAT(directory_.read(checkpoint_), IsError(ErrorCode::NotFound));
  EXPECT_THAT(directory_.read(bundle_), IsError(ErrorCode::NotFound));
  EXPECT_THAT(LogDirectory::open(folder_.path() / "none"), IsError(ErrorCode::NotFound));
  folder_.write("file", "");
  EXPECT_THAT(LogDirectory::open(folder_.path() / "file"), IsError(ErrorCode::Denied));
}

TEST_F(LogDirectories, ReadsNoMoreThanAFileCanHave) {
  folder_.write("tile/0/000.p/2", std::string(64, 'a'));
  folder_.write("tile/0/000.p/3", std::string(97, 'a'));
  folder_.write("checkpoint", std::string(kMaxNoteSizeBytes + 1, 'a'));

  EXPECT_THAT(directory_.read(LogPath::hash_tile(0, 0, 2)), IsOk());
  EXPECT_THAT(directory_.read(LogPath::hash_tile(0, 0, 3)), IsError(ErrorCode::LimitExceeded));
  EXPECT_THAT(directory_.read(checkpoint_), IsError(ErrorCode::LimitExceeded));
  EXPECT_THAT(directory_.put(LogPath::hash_tile(0, 0, 3), as_bytes(std::string(96, 'a'))),
              IsError(ErrorCode::Conflict));
}

TEST_F(LogDirectories, FollowsNoLinkToAFile) {
  elsewhere_.write("secret", "secret");
  fs::create_symlink(elsewhere_.path() / "secret", folder_.path() / "checkpoint");

  EXPECT_THAT(directory_.read(checkpoint_), IsError(ErrorCode::Denied));
  EXPECT_THAT(directory_.put(checkpoint_, as_bytes("new")), IsError(ErrorCode::Denied));
  EXPECT_THAT(directory_.replace(checkpoint_, as_bytes("new")), IsError(ErrorCode::Denied));
  EXPECT_EQ(fs::file_size(elsewhere_.path() / "secret"), 6U);
}

TEST_F(LogDirectories, FollowsNoLinkOnTheWay) {
  elsewhere_.write("entries/x001/x234/067.p/3", "secret");
  fs::create_symlink(elsewhere_.path(), folder_.path() / "tile");
  fs::create_symlink(elsewhere_.path(), folder_.path() / "checkpoints");

  EXPECT_THAT(directory_.read(bundle_), IsError(ErrorCode::Denied));
  EXPECT_THAT(directory_.put(LogPath::entry_bundle(0, 1), as_bytes("new")),
              IsError(ErrorCode::Denied));
  EXPECT_THAT(directory_.saved_checkpoints(), IsError(ErrorCode::Denied));
  EXPECT_THAT(names_in(elsewhere_.path()), ElementsAre("entries"));
}

TEST_F(LogDirectories, ADanglingLinkIsNoMissingFile) {
  fs::create_symlink(folder_.path() / "none", folder_.path() / "checkpoint");

  EXPECT_THAT(directory_.read(checkpoint_), IsError(ErrorCode::Denied));
  EXPECT_THAT(directory_.put(checkpoint_, as_bytes("new")), IsError(ErrorCode::Denied));
}

TEST_F(LogDirectories, RefusesWhatIsNoFile) {
  ASSERT_EQ(::mkfifo((folder_.path() / "checkpoint").c_str(), 0600), 0);
  folder_.write("tile/0", "a file where a folder belongs");
  fs::create_directories(folder_.path() / "tile/entries/000");

  EXPECT_THAT(directory_.read(checkpoint_), IsError(ErrorCode::Denied));
  EXPECT_THAT(directory_.read(LogPath::hash_tile(0, 0, 1)), IsError(ErrorCode::Denied));
  EXPECT_THAT(directory_.put(LogPath::hash_tile(0, 0, 1), as_bytes("x")),
              IsError(ErrorCode::Denied));
  EXPECT_THAT(directory_.read(LogPath::entry_bundle(0, 256)), IsError(ErrorCode::Denied));
  EXPECT_THAT(directory_.put(LogPath::entry_bundle(0, 256), as_bytes("x")),
              IsError(ErrorCode::Denied));
}

TEST_F(LogDirectories, ListsSavedCheckpointsInOrder) {
  EXPECT_THAT(directory_.saved_checkpoints().value(), IsEmpty());
  for (const std::uint64_t size : {1000U, 7U, 0U, 99U})
    ASSERT_THAT(directory_.put(LogPath::saved_checkpoint(size), as_bytes("note")), IsOk());
  ASSERT_THAT(directory_.flush(), IsOk());
  folder_.write("checkpoints/README", "not one");
  folder_.write("checkpoints/007", "not one");

  EXPECT_THAT(directory_.saved_checkpoints().value(), ElementsAre(0, 7, 99, 1000));
}

TEST_F(LogDirectories, TheDirectoryItselfMayBeALink) {
  ASSERT_THAT(directory_.put(bundle_, as_bytes("content")), IsOk());
  ASSERT_THAT(directory_.flush(), IsOk());
  fs::create_symlink(folder_.path(), elsewhere_.path() / "log");

  auto linked = LogDirectory::open(elsewhere_.path() / "log");

  ASSERT_THAT(linked, IsOk());
  EXPECT_THAT(linked->read(bundle_), IsOk());
}

}  // namespace
}  // namespace rightful::ledger::testing
