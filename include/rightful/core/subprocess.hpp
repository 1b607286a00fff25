/// @file
/// One child process: started without a shell, with a stated environment and stated descriptors,
/// always waited for.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rightful/core/result.hpp"
#include "rightful/core/unique_fd.hpp"

namespace rightful {

struct SubprocessSpec {
  std::filesystem::path program;
  std::vector<std::string> arguments;    ///< without argv[0]; visible to every user of the machine
  std::vector<std::string> environment;  ///< `NAME=value`, complete: nothing is inherited
  std::filesystem::path directory;       ///< empty = the parent's
  /// (descriptor here, number there); every other descriptor is closed in the child. 0, 1, 2 are
  /// /dev/null if not named.
  std::vector<std::pair<int, int>> descriptors;
  std::optional<uid_t> user = {};  ///< with its group and no supplementary groups
  std::optional<gid_t> group;
  bool new_session = false;
  /// SIGKILL when the thread that started it ends (PR_SET_PDEATHSIG); for children that must not
  /// outlive us.
  bool dies_with_parent = false;
};

/// How a process ended; exactly one of the two is set.
struct ExitStatus {
  std::optional<int> exit_code;
  std::optional<int> signal;
  long peak_memory_kib = 0;  ///< ru_maxrss
  std::chrono::microseconds cpu{0};

  [[nodiscard]] bool is_success() const noexcept { return exit_code == 0; }
};

/// Owns the process: the destructor kills (SIGKILL) and waits. Threads  one.
class Subprocess {
 public:
  /// Errors  Failure when the program cannot be started (also when exec fails).
  [[nodiscard]] static Subprocess start(const SubprocessSpec& spec);

  Subprocess(Subprocess&& other) noexcept;
  Subprocess& operator=(Subprocess&& other) noexcept;
  Subprocess(const Subprocess&) = delete;
  Subprocess& operator=(const Subprocess&) = delete;
  ~Subprocess();

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }

  /// True while it has not been waited for.
  [[nodiscard]] bool is_running() const noexcept { return pid_ > 0; }

  void send_signal(int signal) const noexcept;
  [[nodiscard]] ExitStatus wait();
  /// Without blocking; empty = still running.
  [[nodiscard]] std::optional<ExitStatus> try_wait();
  /// Blocks at most `limit`; empty = still running.
  [[nodiscard]] std::optional<ExitStatus> wait_for(std::chrono::milliseconds limit);

  /// Leaves the process alone from now on (a daemon that another owner adopts).
  void detach() noexcept { pid_ = -1; }

 private:
  explicit Subprocess(pid_t pid) : pid_(pid) {}

  pid_t pid_ = -1;
};

/// Runs to the end and returns standard output and standard error together, at most 1 MiB.
struct CapturedRun {
  ExitStatus status;
  std::string output;
};

[[nodiscard]] CapturedRun run_captured(SubprocessSpec spec);

}  // namespace rightful
