/// @file
/// A process that is killed at a chosen one of its system calls: before it is made, or when it is
/// done. So a test can end a program between any two of its steps, without a word about it in the
/// program.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "rightful/core/unique_fd.hpp"

namespace rightful::testing {

/// A child process under ptrace, with all its threads. Only calls count by which something changes
/// outside of the process or something is learned of it: files, sockets, locks.
///
/// Owns     the process and a thread that follows it; the destructor kills (SIGKILL) and waits.
/// Threads  one.
class TracedProcess {
 public:
  enum class Moment : std::uint8_t { Before, After };

  /// One system call. `name` is `accept`, `connect`, `receive`, `send`, `lock`, `open`, `create`,
  /// `write`, `chmod`, `fsync`, `rename`, `remove` or `mkdir`; `path` is as the process says it, of
  /// a renaming the new one, and empty where the process may not be read.
  struct Step {
    std::string name;
    std::string path;
  };

  /// Why no process can be traced here, for instance `PTRACE_SEIZE: Operation not permitted` in a
  /// container that forbids it; empty when it works. Every call that is needed is tried.
  [[nodiscard]] static std::string why_impossible();

  /// Where it dies.
  struct Death {
    std::size_t step = 0;  ///< of those that count, from 1; 0 = nowhere
    Moment moment = Moment::Before;
    std::set<std::string> passed_over = {};  ///< steps of these names do not count
  };

  /// The exit status when `run` throws.
  static constexpr int kHasThrown = 125;

  /// @param run  in the child process, which ends when it returns or throws.
  TracedProcess(const std::function<void()>& run, Death death);
  TracedProcess(const TracedProcess&) = delete;
  TracedProcess& operator=(const TracedProcess&) = delete;
  ~TracedProcess();

  /// Steps count from here. Called by the process itself.
  static void count_from_here();
  /// The same, called by the test.
  void count_from_now();

  /// At the latest now. @return the status as of waitpid.
  int kill();
  /// Until it ends by itself, or is killed at its step. @return as kill.
  int wait();

  // After kill() or wait():

  /// The last one is where it was killed, when it was.
  [[nodiscard]] const std::vector<Step>& steps() const noexcept { return steps_; }

  [[nodiscard]] bool was_killed_at_step() const noexcept { return was_killed_at_step_; }

 private:
  void follow(const std::function<void()>& run, std::promise<void>& begun);
  void stopped(pid_t thread, int status);
  void at_call(pid_t thread);
  void take_step(Step step);
  void send_kill() const;

  const Death death_;
  UniqueFd handle_;
  std::atomic<bool> counts_{false};
  bool kills_after_this_call_ = false;
  bool was_killed_at_step_ = false;
  std::vector<Step> steps_;
  int status_ = 0;
  std::thread follower_;
};

}  // namespace rightful::testing
