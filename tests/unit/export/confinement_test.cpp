#include "export/confinement.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <latch>
#include <string>
#include <thread>
#include <vector>

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

/// A port of this machine that accepts connections.
class Listener {
 public:
  Listener() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in place = here(0);
    socklen_t size = sizeof place;
    EXPECT_EQ(::bind(socket_.get(), general(place), size), 0);
    EXPECT_EQ(::listen(socket_.get(), 8), 0);
    EXPECT_EQ(::getsockname(socket_.get(), general(place), &size), 0);
    port_ = ntohs(place.sin_port);
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }

  /// 0, or the error of a connection to it.
  [[nodiscard]] int connect() const {
    const UniqueFd client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in place = here(port_);
    return ::connect(client.get(), general(place), sizeof place) == 0 ? 0 : errno;
  }

 private:
  static sockaddr_in here(std::uint16_t port) {
    sockaddr_in place{};
    place.sin_family = AF_INET;
    place.sin_port = htons(port);
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return place;
  }

  static sockaddr* general(sockaddr_in& place) {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the sockets API is made that way
    return reinterpret_cast<sockaddr*>(&place);
  }

  UniqueFd socket_;
  std::uint16_t port_ = 0;
};

/// Whether this kernel looks at ports: ABI 4, Linux 6.7.
bool knows_ports() {
  return ::syscall(SYS_landlock_create_ruleset, nullptr, 0UL, 1U) >= 4;
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
      const Confined confined = confine({.readable = {folder_ / "read"},
                                         .writable = {folder_ / "write"},
                                         .ports = {allowed_.port()}});
      if (confined == Confined::Nothing) return kSkipped;
      return body();
    });
  }

  [[nodiscard]] bool opens(const char* name, int flags) const {
    return UniqueFd(::open((folder_ / name).c_str(), flags | O_CLOEXEC, 0600)).is_open();
  }

  std::filesystem::path folder_;
  Listener allowed_;
  Listener other_;
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

TEST_F(ConfinementTest, BindsThreadsThatStartLater) {
  EXPECT_OR_SKIP(confined([&] {
    bool is_shut = false;
    std::thread later([&] {
      is_shut = !opens("other/file", O_RDONLY) && !opens("read/new", O_CREAT | O_WRONLY) &&
                opens("read/file", O_RDONLY);
    });
    later.join();
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

TEST_F(ConfinementTest, ConnectsToTheNamedPortsAlone) {
  if (!knows_ports()) GTEST_SKIP() << "this kernel does not confine connections";
  ASSERT_EQ(other_.connect(), 0);

  EXPECT_OR_SKIP(confined([&] {
    if (allowed_.connect() != 0) return 1;
    return other_.connect() == EACCES ? 0 : 2;
  }));
}

TEST_F(ConfinementTest, ListensNowhere) {
  if (!knows_ports()) GTEST_SKIP() << "this kernel does not confine connections";

  EXPECT_OR_SKIP(confined([&] {
    const UniqueFd server(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in place{};
    place.sin_family = AF_INET;
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the sockets API is made that way
    const auto* general = reinterpret_cast<const sockaddr*>(&place);
    return ::bind(server.get(), general, sizeof place) != 0 && errno == EACCES ? 0 : 1;
  }));
}

TEST_F(ConfinementTest, KeepsTheConnectionsThatItHas) {
  const UniqueFd client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in place{};
  place.sin_family = AF_INET;
  place.sin_port = htons(other_.port());
  place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the sockets API is made that way
  const auto* general = reinterpret_cast<const sockaddr*>(&place);
  ASSERT_EQ(::connect(client.get(), general, sizeof place), 0);

  EXPECT_OR_SKIP(confined([&] { return ::write(client.get(), "x", 1) == 1 ? 0 : 1; }));
}

#ifndef RIGHTFUL_SANITIZED
/// Addresses in use, in MiB.
std::size_t address_mib() {
  std::size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * static_cast<std::size_t>(::getpagesize()) >> 20U;
}

TEST(MemoryLimit, IsNotEatenByTheHeapsOfThreads) {
  EXPECT_EQ(in_a_process([] {
              limit_memory(512);
              const std::size_t before = address_mib();
              constexpr int kThreads = 10;
              std::latch all_have(kThreads + 1);
              std::latch may_end(1);
              std::vector<std::thread> threads;
              for (int i = 0; i < kThreads; ++i) {
                threads.emplace_back([&] {
                  const std::string kept(1000, 'k');
                  all_have.arrive_and_wait();
                  may_end.wait();
                });
              }
              all_have.arrive_and_wait();
              const std::size_t taken = address_mib() - before;
              may_end.count_down();
              for (std::thread& thread : threads)
                thread.join();
              return taken < 250 ? 0 : 1;  // ten stacks of 8 MiB and one heap, not ten heaps
            }),
            0);
}
#endif

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
