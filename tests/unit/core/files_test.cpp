#include "rightful/core/files.hpp"

#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>

#include <gtest/gtest.h>

#include "rightful/core/failure.hpp"

#include "tests/support/result_matchers.hpp"

namespace rightful {
namespace {

using testing::IsError;

class Files : public ::testing::Test {
 protected:
  Files() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "rightful-files-XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
  }

  ~Files() override { std::filesystem::remove_all(directory_); }

  std::filesystem::path directory_;
};

TEST_F(Files, ReadsBackWhatWasWritten) {
  const auto path = directory_ / "a";

  write_file_atomically(path, as_bytes("one"), 0400);
  write_file_atomically(path, as_bytes("two"), 0400);

  EXPECT_EQ(as_text(read_file(path, 3).value()), "two");
  struct stat info{};
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0400U);
}

TEST_F(Files, RefusesAbsentAndLargeFiles) {
  write_file_atomically(directory_ / "a", as_bytes("four"), 0600);

  EXPECT_THAT(read_file(directory_ / "b", 3), IsError(ErrorCode::NotFound));
  EXPECT_THAT(read_file(directory_ / "a", 3), IsError(ErrorCode::LimitExceeded));
}

TEST_F(Files, LeavesNothingBehindWhenItFails) {
  std::filesystem::create_directory(directory_ / "occupied");
  std::filesystem::create_directory(directory_ / "occupied" / "full");

  EXPECT_THROW(write_file_atomically(directory_ / "occupied", as_bytes("x"), 0600), Failure);

  const auto entries = std::distance(std::filesystem::directory_iterator(directory_), {});
  EXPECT_EQ(entries, 1);
}

TEST_F(Files, FullDiskMayPassLater) {
  try {
    throw_system_failure("write", ENOSPC);
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.retry(), Retry::Later);
    EXPECT_EQ(failure.cause(), "disk_full");
    EXPECT_STREQ(failure.what(), "write: No space left on device");
  }
}

}  // namespace
}  // namespace rightful
