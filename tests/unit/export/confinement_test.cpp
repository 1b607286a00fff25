#include "export/confinement.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include <gtest/gtest.h>

#include "rightful/core/unique_fd.hpp"

namespace rightful::exporting {
namespace {

constexpr int kSkipped = 77;

/// Confinement cannot be taken back: each test gives up a process of its own. @return its exit
/// code.
int in_a_process(const std::function<int()>& body) {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(body());
  int status = 0;
  EXPECT_EQ(::waitpid(pid, &status, 0), pid);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

class ConfinementTest : public ::testing::Test {
 protected:
  ConfinementTest() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "rightful-confine-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    for (const char* name : {"read", "write", "other"}) {
      std::filesystem::create_directory(folder_ / name);
      std::ofstream(folder_ / name / "file") << "x";
    }
  }

  ~ConfinementTest() override { std::filesystem::remove_all(folder_); }

  /// Runs `body` confined to read/ and write/.
  int confined(const std::function<int()>& body) {
    return in_a_process([&] {
      forbid_new_privileges();
      if (!confine_files({.readable = {folder_ / "read"}, .writable = {folder_ / "write"}}))
        return kSkipped;
      return body();
    });
  }

  [[nodiscard]] bool opens(const char* name, int flags) const {
    return UniqueFd(::open((folder_ / name).c_str(), flags | O_CLOEXEC, 0600)).is_open();
  }

  std::filesystem::path folder_;
};

#define EXPECT_OR_SKIP(outcome)                                          \
  do {                                                                   \
    const int code = (outcome);                                          \
    if (code == kSkipped) GTEST_SKIP() << "this kernel has no Landlock"; \
    EXPECT_EQ(code, 0);                                                  \
  } while (false)

TEST_F(ConfinementTest, OpensNothingElse) {
  EXPECT_OR_SKIP(confined([&] {
    const bool is_shut = !opens("other/file", O_RDONLY) &&
                         !opens("other/new", O_CREAT | O_WRONLY) &&
                         !UniqueFd(::open("/etc/passwd", O_RDONLY | O_CLOEXEC)).is_open();
    return is_shut ? 0 : 1;
  }));
}

TEST_F(ConfinementTest, ReadsButDoesNotWriteASource) {
  EXPECT_OR_SKIP(confined([&] {
    return opens("read/file", O_RDONLY) && !opens("read/file", O_WRONLY) &&
                   !opens("read/new", O_CREAT | O_WRONLY)
               ? 0
               : 1;
  }));
}

TEST_F(ConfinementTest, WritesRenamesAndRemovesWhereItMust) {
  EXPECT_OR_SKIP(confined([&] {
    const auto from = folder_ / "write/new";
    const auto to = folder_ / "write/done";
    const bool works = opens("write/new", O_CREAT | O_RDWR) &&
                       ::rename(from.c_str(), to.c_str()) == 0 && opens("write/done", O_RDONLY) &&
                       opens("write", O_RDONLY | O_DIRECTORY) &&
                       opens("write", O_TMPFILE | O_RDWR) && ::unlink(to.c_str()) == 0;
    return works ? 0 : 1;
  }));
}

TEST(NoNewPrivileges, CannotBeTakenBack) {
  EXPECT_EQ(in_a_process([] {
              forbid_new_privileges();
              return ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 &&
                             ::prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0) != 0
                         ? 0
                         : 1;
            }),
            0);
}

#ifndef RIGHTFUL_SANITIZED
TEST(MemoryLimit, EndsInBadAlloc) {
  EXPECT_EQ(in_a_process([] {
              limit_memory(256);
              try {
                std::string large(std::size_t{512} << 20U, 'x');
                return large.empty() ? 1 : 2;
              } catch (const std::bad_alloc&) {
                return 0;
              }
            }),
            0);
}
#endif

}  // namespace
}  // namespace rightful::exporting
