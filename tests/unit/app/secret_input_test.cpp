#include "app/secret_input.hpp"

#include <sys/stat.h>

#include <gmock/gmock.h>

#include "rightful/core/bytes.hpp"

#include "tests/support/result_matchers.hpp"
#include "tests/unit/app/temporary_folder.hpp"

namespace rightful::app {
namespace {

using rightful::testing::content_of;
using rightful::testing::IsError;
using rightful::testing::IsOk;
using rightful::testing::TemporaryFolder;

std::string read(const TemporaryFolder& folder, std::string_view content) {
  const auto secret = secret_from_file(folder.write("secret", content).string());
  return secret ? std::string(as_text(secret->expose()))
                : std::string(name_of(secret.error().code));
}

TEST(SecretInput, TakesTheFirstLineWithoutItsEnd) {
  const TemporaryFolder folder;

  EXPECT_EQ(read(folder, "a secret"), "a secret");
  EXPECT_EQ(read(folder, "a secret\nsecond line\n"), "a secret");
  EXPECT_EQ(read(folder, "a secret\r\n"), "a secret");
  EXPECT_EQ(read(folder, " spaces stay \n"), " spaces stay ");
}

TEST(SecretInput, HoldsItsLimits) {
  const TemporaryFolder folder;

  EXPECT_EQ(read(folder, std::string(1024, 'x')), std::string(1024, 'x'));
  EXPECT_EQ(read(folder, std::string(1025, 'x')), "limit_exceeded");
  EXPECT_EQ(read(folder, ""), "invalid_argument");
  EXPECT_EQ(read(folder, "\nsecond"), "invalid_argument");
}

TEST(SecretInput, SaysWhenThereIsNoFile) {
  EXPECT_THAT(secret_from_file("/nonexistent/secret"), IsError(ErrorCode::NotFound));
}

TEST(SecretInput, WritesANewFileForItsOwnerOnly) {
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "code").string();

  ASSERT_THAT(write_new_secret_file(path, "a code"), IsOk());

  struct stat facts{};
  ASSERT_EQ(::stat(path.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0600U);
  EXPECT_EQ(content_of(path), "a code\n");
  EXPECT_THAT(write_new_secret_file(path, "another"), IsError(ErrorCode::Conflict));
  EXPECT_EQ(content_of(path), "a code\n");
}

}  // namespace
}  // namespace rightful::app
