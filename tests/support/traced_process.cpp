#include "tests/support/traced_process.hpp"

#include <fcntl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <utility>

extern "C" {
#include <sys/pidfd.h>  // glibc 2.36 says it for C alone
}

namespace rightful::testing {

namespace {

using Call = __ptrace_syscall_info;

constexpr int kSystemCallStop = SIGTRAP | 0x80;
constexpr int kEventShift = 16;
constexpr unsigned kLongestProbeSeconds = 10;
constexpr auto kOptions = PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL | PTRACE_O_TRACECLONE;

// The kernel's interface takes numbers where addresses are declared.
void* number(unsigned long value) {
  // NOLINTNEXTLINE(*-pro-type-reinterpret-cast,performance-no-int-to-ptr): ptrace takes numbers
  return reinterpret_cast<void*>(value);
}

[[noreturn]] void throw_errno(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

// Byte by byte: the page behind its end may be none. Empty where the process may not be read, as
// one that protects its secrets.
std::string text_at(pid_t process, std::uint64_t address) {
  std::string text;
  for (; text.size() < PATH_MAX; ++address) {
    char letter = 0;
    const iovec here{.iov_base = &letter, .iov_len = 1};
    const iovec there{.iov_base = number(address), .iov_len = 1};
    if (::process_vm_readv(process, &here, 1, &there, 1, 0) != 1) return {};
    if (letter == '\0') return text;
    text += letter;
  }
  return {};
}

struct NamedCall {
  unsigned long number;
  const char* name;
  int path;  // the argument that is one; -1 = none
};

constexpr std::array kCalls{
    NamedCall{SYS_accept4, "accept", -1},
    NamedCall{SYS_connect, "connect", -1},
    NamedCall{SYS_recvfrom, "receive", -1},
    NamedCall{SYS_sendto, "send", -1},
    NamedCall{SYS_flock, "lock", -1},
    NamedCall{SYS_write, "write", -1},
    NamedCall{SYS_fchmod, "chmod", -1},
    NamedCall{SYS_fsync, "fsync", -1},
    NamedCall{SYS_fdatasync, "fsync", -1},
    NamedCall{SYS_renameat2, "rename", 3},
    NamedCall{SYS_renameat, "rename", 3},
    NamedCall{SYS_linkat, "rename", 3},
    NamedCall{SYS_unlinkat, "remove", 1},
    NamedCall{SYS_mkdirat, "mkdir", 1},
#ifdef SYS_rename  // of older processors alone
    NamedCall{SYS_rename, "rename", 1},
    NamedCall{SYS_unlink, "remove", 0},
    NamedCall{SYS_mkdir, "mkdir", 0},
#endif
};

// Folders are opened on the way to a file; the log goes to the standard descriptors.
std::optional<TracedProcess::Step> step_of(pid_t process, const Call& call) {
  const auto& arguments = call.entry.args;
  if (call.entry.nr == SYS_openat) {
    if ((arguments[2] & static_cast<unsigned>(O_DIRECTORY | O_PATH)) != 0) return std::nullopt;
    return TracedProcess::Step{.name = (arguments[2] & O_CREAT) != 0 ? "create" : "open",
                               .path = text_at(process, arguments[1])};
  }
  if (call.entry.nr == SYS_write && arguments[0] <= STDERR_FILENO) return std::nullopt;
  for (const NamedCall& known : kCalls) {
    if (known.number != call.entry.nr) continue;
    return TracedProcess::Step{
        .name = known.name,
        .path = known.path < 0 ? std::string()
                               : text_at(process, arguments[static_cast<std::size_t>(known.path)])};
  }
  return std::nullopt;
}

// What is thrown must not reach the handlers of the process that forked: there are two of them now.
[[noreturn]] void run_child(int gate, const std::function<void()>& run) noexcept {
  char go = 0;
  try {
    if (::read(gate, &go, 1) == 1) run();
  } catch (const std::exception& /*said by the exit code*/) {
    ::_exit(TracedProcess::kHasThrown);
  }
  ::_exit(127);
}

void end_child(pid_t child) {
  static_cast<void>(::kill(child, SIGKILL));
  while (::waitpid(child, nullptr, __WALL) < 0 && errno == EINTR) {
  }
}

void stop_and_follow_calls(pid_t child) {
  if (::ptrace(PTRACE_INTERRUPT, child, nullptr, nullptr) != 0) throw_errno("ptrace");
  int status = 0;
  while (::waitpid(child, &status, __WALL) != child) {
    if (errno != EINTR) throw_errno("waitpid");
  }
  if (!WIFSTOPPED(status)) throw std::system_error(ECHILD, std::generic_category(), "waitpid");
  if (::ptrace(PTRACE_SYSCALL, child, nullptr, nullptr) != 0) throw_errno("ptrace");
}

std::string because_of(const char* call) {
  return std::string(call) + ": " + std::generic_category().message(errno);
}

// Each call that follows a process, once. Empty when all work.
std::string what_fails_on(pid_t child) {
  const UniqueFd handle(::pidfd_open(child, 0));
  if (!handle.is_open()) return because_of("pidfd_open");
  if (::pidfd_send_signal(handle.get(), 0, nullptr, 0) != 0) return because_of("pidfd_send_signal");
  if (::ptrace(PTRACE_SEIZE, child, nullptr, number(kOptions)) != 0)
    return because_of("PTRACE_SEIZE");
  if (::ptrace(PTRACE_INTERRUPT, child, nullptr, nullptr) != 0)
    return because_of("PTRACE_INTERRUPT");
  int status = 0;
  if (::waitpid(child, &status, __WALL) != child || !WIFSTOPPED(status))
    return "a process that is traced does not stop";
  Call call{};
  if (::ptrace(PTRACE_GET_SYSCALL_INFO, child, number(sizeof(call)), &call) <= 0)
    return because_of("PTRACE_GET_SYSCALL_INFO");
  return {};
}

}  // namespace

std::string TracedProcess::why_impossible() {
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(kLongestProbeSeconds);  // should the test die meanwhile
    ::pause();
    ::_exit(0);
  }
  if (child < 0) return because_of("fork");
  std::string why = what_fails_on(child);
  end_child(child);
  return why;
}

TracedProcess::TracedProcess(const std::function<void()>& run, Death death)
    : death_(std::move(death)) {
  std::promise<void> begun;
  auto has_begun = begun.get_future();
  follower_ = std::thread([this, &run, &begun] { follow(run, begun); });
  try {
    // Nothing else runs in this thread while the other one forks: no lock stays taken in the child.
    has_begun.get();
  } catch (const std::system_error&) {
    follower_.join();
    throw;
  }
}

TracedProcess::~TracedProcess() {
  kill();
}

void TracedProcess::count_from_here() {
  ::kill(::getpid(), 0);
}

void TracedProcess::count_from_now() {
  counts_ = true;
}

int TracedProcess::kill() {
  if (follower_.joinable()) send_kill();
  return wait();
}

int TracedProcess::wait() {
  if (follower_.joinable()) follower_.join();
  return status_;
}

void TracedProcess::send_kill() const {
  static_cast<void>(::pidfd_send_signal(handle_.get(), SIGKILL, nullptr, 0));
}

// ptrace binds a process to one thread, which must be the one that made it.
void TracedProcess::follow(const std::function<void()>& run, std::promise<void>& begun) {
  pid_t process = -1;
  try {
    std::array<int, 2> gate{};
    if (::pipe2(gate.data(), O_CLOEXEC) != 0) throw_errno("pipe");
    const UniqueFd closed(gate[0]);
    UniqueFd open(gate[1]);
    process = ::fork();
    if (process == 0) {
      open.reset();
      run_child(closed.get(), run);
    }
    if (process < 0) throw_errno("fork");
    handle_ = UniqueFd(::pidfd_open(process, 0));
    if (!handle_.is_open()) throw_errno("pidfd_open");
    if (::ptrace(PTRACE_SEIZE, process, nullptr, number(kOptions)) != 0) throw_errno("ptrace");
    // Followed before it does anything: the gate opens when its calls are seen.
    stop_and_follow_calls(process);
    if (::write(open.get(), "!", 1) != 1) throw_errno("write");
  } catch (const std::system_error&) {
    if (process > 0) end_child(process);
    begun.set_exception(std::current_exception());
    return;
  }
  begun.set_value();
  for (;;) {
    int status = 0;
    // Its own tracees alone: the test has other children.
    const pid_t thread = ::waitpid(-1, &status, __WALL | __WNOTHREAD);
    if (thread < 0 && errno == EINTR) continue;
    if (thread < 0) return;
    if (WIFSTOPPED(status)) {
      stopped(thread, status);
    } else if (thread == process) {
      status_ = status;
      return;
    }
  }
}

void TracedProcess::stopped(pid_t thread, int status) {
  const int signal = WSTOPSIG(status);
  const int event = status >> kEventShift;
  int deliver = 0;
  if (signal == kSystemCallStop) {
    at_call(thread);
  } else if (event == PTRACE_EVENT_STOP && signal != SIGTRAP) {
    static_cast<void>(::ptrace(PTRACE_LISTEN, thread, nullptr, nullptr));
    return;
  } else if (event == 0) {
    deliver = signal;
  }
  static_cast<void>(
      ::ptrace(PTRACE_SYSCALL, thread, nullptr, number(static_cast<unsigned long>(deliver))));
}

void TracedProcess::at_call(pid_t thread) {
  Call call{};
  if (::ptrace(PTRACE_GET_SYSCALL_INFO, thread, number(sizeof(call)), &call) <= 0) return;
  if (call.op == PTRACE_SYSCALL_INFO_EXIT && kills_after_this_call_) send_kill();
  if (call.op != PTRACE_SYSCALL_INFO_ENTRY) return;
  if (call.entry.nr == SYS_kill && call.entry.args[1] == 0) counts_ = true;
  if (!counts_ || was_killed_at_step_) return;
  if (auto step = step_of(thread, call)) take_step(*std::move(step));
}

// A process that is killed while it stands before a call does not make it.
void TracedProcess::take_step(Step step) {
  if (death_.passed_over.contains(step.name)) return;
  steps_.push_back(std::move(step));
  if (steps_.size() != death_.step) return;
  was_killed_at_step_ = true;
  kills_after_this_call_ = death_.moment == Moment::After;
  if (death_.moment == Moment::Before) send_kill();
}

}  // namespace rightful::testing
