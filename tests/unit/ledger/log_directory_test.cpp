// A log in a directory: what is published stays, and nothing outside is ever reached.

#include "rightful/ledger/log_directory.hpp"

#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <functional>
#include <system_error>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rightful/core/failure.hpp"
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
using ::testing::UnorderedElementsAre;

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
  folder_.write("tile/entries/000", "full");
  folder_.write("tile/entries/000.p/2", "two");
  folder_.write("tile/entries/000.p/.57.new", "bodies");

  EXPECT_THAT(directory_.drop_partials(LogPath::entry_bundle(0, kTileWidth)), IsOk());

  EXPECT_FALSE(fs::exists(folder_.path() / "tile/entries/000.p"));
}

TEST_F(LogDirectories, ASavedCheckpointTakesAwayWhatKilledRunsLeft) {
  folder_.write("checkpoints/.7.new", "half");
  folder_.write("checkpoints/.8.new.mine", "somebody's");
  folder_.write("checkpoints/7", "whole");

  ASSERT_THAT(directory_.put(LogPath::saved_checkpoint(9), as_bytes("nine")), IsOk());
  ASSERT_THAT(directory_.flush(), IsOk());

  EXPECT_THAT(names_in(folder_.path() / "checkpoints"),
              UnorderedElementsAre("7", "9", ".8.new.mine"));
}

TEST_F(LogDirectories, KeepsPartialsWhoseFullTileIsMissing) {
  EXPECT_THAT(directory_.drop_partials(LogPath::entry_bundle(0, kTileWidth)), IsOk());
  folder_.write("tile/entries/000.p/2", "two");

  EXPECT_THAT(directory_.drop_partials(LogPath::entry_bundle(0, kTileWidth)), IsOk());

  EXPECT_TRUE(fs::exists(folder_.path() / "tile/entries/000.p/2"));
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

/// Files of this process end here: what goes beyond is cut off, as on a full disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t size_bytes) : handler_(::signal(SIGXFSZ, SIG_IGN)) {
    if (::getrlimit(RLIMIT_FSIZE, &before_) != 0) fail_with("getrlimit");
    rlimit limit = before_;
    limit.rlim_cur = size_bytes;
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) fail_with("setrlimit");
  }

  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, handler_);
  }

 private:
  [[noreturn]] static void fail_with(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
  }

  sighandler_t handler_;
  rlimit before_{};
};

/// A disk of some pages, where this process may mount one.
class SmallDisk {
 public:
  SmallDisk()
      : is_mounted_(::mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, "size=64k") == 0) {}

  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  ~SmallDisk() {
    if (is_mounted_) ::umount2(folder_.path().c_str(), MNT_DETACH);
  }

  [[nodiscard]] bool is_mounted() const { return is_mounted_; }

  [[nodiscard]] const fs::path& path() const { return folder_.path(); }

  void fill() const {
    std::ofstream filler(path() / "filler", std::ios::binary | std::ios::app);
    while (filler.write("x", 1).flush()) {
    }
  }

  void make_room() const { fs::remove(path() / "filler"); }

 private:
  LogFolder folder_;
  bool is_mounted_;
};

std::string cause_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Failure& failure) {
    return failure.cause();
  }
  return "none";
}

/// Files below a folder, whatever their names.
std::vector<std::string> files_below(const fs::path& folder) {
  std::vector<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files.push_back(entry.path().lexically_relative(folder));
  }
  std::ranges::sort(files);
  return files;
}

// O4: the system takes the first half of a file, and no more.
TEST_F(LogDirectories, AFileThatIsCutOffIsNowhere) {
  const std::string large = std::string(8192, 'a');
  const LogPath small = LogPath::entry_bundle(1, 1);
  const LogPath replaced = LogPath::entry_bundle(2, 3);
  ASSERT_THAT(directory_.put(replaced, as_bytes("before")), IsOk());
  ASSERT_THAT(directory_.replace(checkpoint_, as_bytes("before")), IsOk());
  std::string put_cause;
  std::string replace_cause;
  std::string checkpoint_cause;
  bool is_flushed = false;
  {
    const FileSizeLimit limit(4096);
    static_cast<void>(directory_.put(small, as_bytes("small")));
    put_cause = cause_of([&] { static_cast<void>(directory_.put(bundle_, as_bytes(large))); });
    is_flushed = directory_.flush().has_value();
    replace_cause =
        cause_of([&] { static_cast<void>(directory_.replace(replaced, as_bytes(large))); });
    checkpoint_cause =
        cause_of([&] { static_cast<void>(directory_.replace(checkpoint_, as_bytes(large))); });
  }
  EXPECT_EQ(put_cause, "system_call");
  EXPECT_EQ(replace_cause, "system_call");
  EXPECT_EQ(checkpoint_cause, "system_call");
  EXPECT_TRUE(is_flushed) << "what was whole before";
  EXPECT_THAT(directory_.read(bundle_), IsError(ErrorCode::NotFound));
  EXPECT_EQ(text_of(small), "small");
  EXPECT_EQ(text_of(replaced), "before");
  EXPECT_EQ(text_of(checkpoint_), "before");
  EXPECT_THAT(files_below(folder_.path()),
              ElementsAre("checkpoint", small.text(), replaced.text()));

  EXPECT_THAT(directory_.put(bundle_, as_bytes(large)), IsOk());
  EXPECT_THAT(directory_.flush(), IsOk());
  EXPECT_THAT(directory_.replace(replaced, as_bytes(large)), IsOk());
  EXPECT_THAT(directory_.replace(checkpoint_, as_bytes(large)), IsOk());
  for (const LogPath& path : {bundle_, replaced, checkpoint_})
    EXPECT_EQ(text_of(path), large);
}

// O4: no block is left, and then some are.
TEST(FullLogDirectory, KeepsWhatIsWholeAndGoesOn) {
  const SmallDisk disk;
  if (!disk.is_mounted()) GTEST_SKIP() << "no right to mount a disk";
  LogDirectory directory = LogDirectory::open(disk.path()).value();
  LogDirectory reader = LogDirectory::open(disk.path()).value();
  const std::string large = std::string(3 * 4096, 'a');
  const LogPath first = LogPath::entry_bundle(0, 3);
  const LogPath second = LogPath::entry_bundle(0, 4);
  const LogPath third = LogPath::entry_bundle(256, 3);
  const LogPath checkpoint = LogPath::checkpoint();
  ASSERT_THAT(directory.replace(checkpoint, as_bytes("before")), IsOk());
  ASSERT_THAT(directory.put(first, as_bytes("first")), IsOk());
  disk.fill();

  for (int attempt = 0; attempt < 3; ++attempt) {
    EXPECT_EQ(cause_of([&] { static_cast<void>(directory.put(second, as_bytes(large))); }),
              "disk_full");
    EXPECT_EQ(cause_of([&] { static_cast<void>(directory.put(third, as_bytes("third"))); }),
              "disk_full");
    EXPECT_EQ(cause_of([&] { static_cast<void>(directory.replace(checkpoint, as_bytes(large))); }),
              "disk_full");
    EXPECT_THAT(directory.flush(), IsOk());
    EXPECT_THAT(files_below(disk.path()), ElementsAre("checkpoint", "filler", first.text()));
    EXPECT_EQ(as_text(reader.read(checkpoint).value()), "before");
    EXPECT_EQ(as_text(reader.read(first).value()), "first");
  }
  disk.make_room();

  EXPECT_THAT(directory.put(second, as_bytes(large)), IsOk());
  EXPECT_THAT(directory.put(third, as_bytes("third")), IsOk());
  EXPECT_THAT(directory.replace(checkpoint, as_bytes(large)), IsOk());
  for (const LogPath& path : {second, checkpoint})
    EXPECT_EQ(as_text(reader.read(path).value()), large);
  EXPECT_EQ(as_text(reader.read(third).value()), "third");
}

}  // namespace
}  // namespace rightful::ledger::testing
