#include "store/postmaster.hpp"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <string>
#include <string_view>
#include <utility>

#include "rightful/core/bytes.hpp"
#include "rightful/core/failure.hpp"
#include "rightful/core/files.hpp"

namespace rightful::store {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxPidFileBytes = 4096;

bool works_in(pid_t pid, const fs::path& data) {
  std::error_code error;
  const fs::path working = fs::read_symlink("/proc/" + std::to_string(pid) + "/cwd", error);
  return !error && fs::equivalent(working, data, error);
}

}  // namespace

std::optional<Postmaster> Postmaster::watch(pid_t pid) {
  UniqueFd handle(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (handle.is_open()) return Postmaster(pid, std::move(handle));
  if (errno != ESRCH && errno != EINVAL) throw_system_failure("watch a process", errno);
  return std::nullopt;
}

std::optional<Postmaster> Postmaster::find(const fs::path& data) {
  const auto content = read_file(data / "postmaster.pid", kMaxPidFileBytes);
  if (!content) return std::nullopt;
  const std::string_view text = as_text(*content);
  pid_t pid = 0;
  std::from_chars(text.data(), text.data() + text.size(), pid);
  if (pid <= 1) return std::nullopt;
  auto found = watch(pid);
  if (!found || found->has_ended() || !works_in(pid, data)) return std::nullopt;
  return found;
}

bool Postmaster::has_ended_within(std::chrono::milliseconds limit) const {
  pollfd item{.fd = handle_.get(), .events = POLLIN, .revents = 0};
  const auto end = std::chrono::steady_clock::now() + limit;
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        end - std::chrono::steady_clock::now());
    const int ready = ::poll(&item, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
    if (ready >= 0) return ready > 0;
    if (errno != EINTR) throw_system_failure("wait for a process", errno);
  }
}

void Postmaster::send_signal(int signal) const noexcept {
  ::syscall(SYS_pidfd_send_signal, handle_.get(), signal, nullptr, 0);
}

}  // namespace rightful::store
