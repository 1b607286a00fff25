#include "rightful/core/subprocess.hpp"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "rightful/core/check.hpp"
#include "rightful/core/failure.hpp"

namespace rightful {
namespace {

constexpr std::size_t kMaxCapturedBytes = 1U << 20U;

/// Everything the child needs between fork and exec, made before the fork: no allocation is allowed
/// after it.
struct Prepared {
  std::vector<char*> argv;
  std::vector<char*> envp;
  /// Sorted by target; every source lies above every target, so that no dup2 overwrites one still
  /// needed.
  std::vector<std::pair<int, int>> moves;
  std::vector<UniqueFd> lifted;
  int highest_target = 2;
};

std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (const std::string& text : texts) {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): execve reads, and asks for no const
    pointers.push_back(const_cast<char*>(text.c_str()));
  }
  pointers.push_back(nullptr);
  return pointers;
}

Prepared prepare(const SubprocessSpec& spec, const std::vector<std::string>& argv) {
  Prepared prepared;
  prepared.argv = pointers_to(argv);
  prepared.envp = pointers_to(spec.environment);
  for (const auto& [from, to] : spec.descriptors) {
    prepared.highest_target = std::max(prepared.highest_target, to);
  }
  for (const auto& [from, to] : spec.descriptors) {
    UniqueFd lifted(::fcntl(from, F_DUPFD_CLOEXEC, prepared.highest_target + 2));
    if (!lifted.is_open())
      throw_system_failure("duplicate a descriptor for a child process", errno);
    prepared.moves.emplace_back(lifted.get(), to);
    prepared.lifted.push_back(std::move(lifted));
  }
  std::ranges::sort(prepared.moves, {}, &std::pair<int, int>::second);
  return prepared;
}

[[noreturn]] void report_and_exit(int report_fd) {
  const int error_number = errno;
  const ssize_t ignored = ::write(report_fd, &error_number, sizeof error_number);
  static_cast<void>(ignored);
  ::_exit(127);
}

bool place_descriptors(const Prepared& prepared) {
  for (int standard = 0; standard <= 2; ++standard) {
    const bool named =
        std::ranges::any_of(prepared.moves, [&](const auto& m) { return m.second == standard; });
    if (named) continue;
    const int null_fd = ::open("/dev/null", O_RDWR);
    if (null_fd < 0) return false;
    if (null_fd != standard) {
      if (::dup2(null_fd, standard) < 0) return false;
      ::close(null_fd);
    }
  }
  return std::ranges::all_of(prepared.moves,
                             [](const auto& m) { return ::dup2(m.first, m.second) >= 0; });
}

bool become_user(const SubprocessSpec& spec) {
  if (spec.group &&
      (::setgroups(0, nullptr) != 0 || ::setresgid(*spec.group, *spec.group, *spec.group) != 0)) {
    return false;
  }
  return !spec.user || ::setresuid(*spec.user, *spec.user, *spec.user) == 0;
}

void reset_signals() {
  sigset_t none;
  sigemptyset(&none);
  ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
  for (const int number : {SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGCHLD, SIGUSR1, SIGUSR2}) {
    ::signal(number, SIG_DFL);
  }
}

/// Runs in the child; only async-signal-safe calls. `report_fd` is close-on-exec: silence means
/// that exec worked.
[[noreturn]] void become(const SubprocessSpec& spec,
                         const Prepared& prepared,
                         int report_fd,
                         pid_t parent) {
  if (spec.new_session) ::setsid();
  if (!become_user(spec)) report_and_exit(report_fd);
  if (spec.dies_with_parent) {
    // After the change of user, which clears the setting; then look whether the parent was faster.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(127);
  }
  if (!spec.directory.empty() && ::chdir(spec.directory.c_str()) != 0) report_and_exit(report_fd);
  const int report_at = prepared.highest_target + 1;
  if (::dup3(report_fd, report_at, O_CLOEXEC) < 0 && errno != EINVAL) report_and_exit(report_fd);
  if (!place_descriptors(prepared)) report_and_exit(report_at);
  for (int fd = 3; fd <= prepared.highest_target; ++fd) {
    const bool named =
        std::ranges::any_of(prepared.moves, [&](const auto& m) { return m.second == fd; });
    if (!named) ::close(fd);
  }
  ::syscall(SYS_close_range, static_cast<unsigned>(report_at) + 1U, ~0U, 0U);
  reset_signals();
  ::execve(spec.program.c_str(), prepared.argv.data(), prepared.envp.data());
  report_and_exit(report_at);
}

struct Pipe {
  UniqueFd read_end;
  UniqueFd write_end;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw_system_failure("pipe", errno);
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

ExitStatus to_status(int raw, const rusage& usage) {
  ExitStatus status;
  if (WIFSIGNALED(raw)) {
    status.signal = WTERMSIG(raw);
  } else {
    status.exit_code = WEXITSTATUS(raw);
  }
  status.peak_memory_kib = usage.ru_maxrss;
  const auto span_of = [](const timeval& t) {
    return std::chrono::seconds(t.tv_sec) + std::chrono::microseconds(t.tv_usec);
  };
  status.cpu = span_of(usage.ru_utime) + span_of(usage.ru_stime);
  return status;
}

}  // namespace

Subprocess Subprocess::start(const SubprocessSpec& spec) {
  std::vector<std::string> argv{spec.program.filename().string()};
  argv.insert(argv.end(), spec.arguments.begin(), spec.arguments.end());
  const Prepared prepared = prepare(spec, argv);
  Pipe report = make_pipe();
  // Above every target, so that placing the descriptors cannot overwrite it.
  UniqueFd report_fd(::fcntl(report.write_end.get(), F_DUPFD_CLOEXEC, prepared.highest_target + 2));
  if (!report_fd.is_open()) throw_system_failure("duplicate a pipe", errno);
  report.write_end.reset();
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) throw_system_failure("fork", errno);
  if (pid == 0) become(spec, prepared, report_fd.get(), parent);
  Subprocess child(pid);
  report_fd.reset();
  int error_number = 0;
  ssize_t got = 0;
  do {
    got = ::read(report.read_end.get(), &error_number, sizeof error_number);
  } while (got < 0 && errno == EINTR);
  if (got == sizeof error_number)
    throw_system_failure("start " + spec.program.string(), error_number);
  return child;
}

Subprocess::Subprocess(Subprocess&& other) noexcept : pid_(std::exchange(other.pid_, -1)) {}

Subprocess& Subprocess::operator=(Subprocess&& other) noexcept {
  std::swap(pid_, other.pid_);
  return *this;
}

Subprocess::~Subprocess() {
  if (!is_running()) return;
  ::kill(pid_, SIGKILL);
  int raw = 0;
  while (::waitpid(pid_, &raw, 0) < 0 && errno == EINTR) {
  }
}

void Subprocess::send_signal(int signal) const noexcept {
  if (is_running()) ::kill(pid_, signal);
}

ExitStatus Subprocess::wait() {
  RIGHTFUL_CHECK(is_running());
  int raw = 0;
  rusage usage{};
  while (::wait4(pid_, &raw, 0, &usage) < 0) {
    if (errno != EINTR) throw_system_failure("wait for a child process", errno);
  }
  pid_ = -1;
  return to_status(raw, usage);
}

std::optional<ExitStatus> Subprocess::try_wait() {
  return wait_for(std::chrono::milliseconds(0));
}

std::optional<ExitStatus> Subprocess::wait_for(std::chrono::milliseconds limit) {
  RIGHTFUL_CHECK(is_running());
  const UniqueFd handle(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  if (!handle.is_open()) throw_system_failure("pidfd_open", errno);
  pollfd waiting{.fd = handle.get(), .events = POLLIN, .revents = 0};
  const auto end = std::chrono::steady_clock::now() + limit;
  while (true) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    const int ready =
        ::poll(&waiting, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
    if (ready > 0) return wait();
    if (ready == 0) return std::nullopt;
    if (errno != EINTR) throw_system_failure("poll", errno);
  }
}

CapturedRun run_captured(SubprocessSpec spec) {
  Pipe out = make_pipe();
  spec.descriptors.emplace_back(out.write_end.get(), 1);
  spec.descriptors.emplace_back(out.write_end.get(), 2);
  Subprocess child = Subprocess::start(spec);
  out.write_end.reset();
  std::string output;
  std::array<char, 65536> part{};
  while (true) {
    const ssize_t got = ::read(out.read_end.get(), part.data(), part.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    const std::size_t room = kMaxCapturedBytes - output.size();
    output.append(part.data(), std::min(room, static_cast<std::size_t>(got)));
  }
  const ExitStatus status = child.wait();
  return {status, std::move(output)};
}

}  // namespace rightful
