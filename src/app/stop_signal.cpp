#include "app/stop_signal.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>

#include "rightful/core/failure.hpp"

namespace rightful::app {

namespace {

// A handler can reach nothing but globals: the writing end of the pipe, −1 while there is none.
std::atomic<int> write_end{-1};
int read_end = -1;

/// Only async-signal-safe calls. The mask stays untouched, so that children start with none.
void on_signal(int /*signal*/) {
  const int saved = errno;
  const int fd = write_end.load();
  if (fd >= 0) {
    const char byte = 1;
    static_cast<void>(::write(fd, &byte, 1) == 1);
  }
  errno = saved;
}

void handle(void (*handler)(int)) {
  struct sigaction action{};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGTERM, &action, nullptr);
  ::sigaction(SIGINT, &action, nullptr);
}

}  // namespace

StopSignal::StopSignal() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) throw_system_failure("pipe", errno);
  read_end = ends[0];
  write_end = ends[1];
  handle(&on_signal);
}

StopSignal::~StopSignal() {
  handle(SIG_DFL);
  ::close(write_end.exchange(-1));
  ::close(read_end);
  read_end = -1;
}

bool StopSignal::wait(int milliseconds) const {
  pollfd entry{.fd = read_end, .events = POLLIN, .revents = 0};
  int ready = -1;
  do {
    ready = ::poll(&entry, 1, milliseconds);
  } while (ready < 0 && errno == EINTR);
  return ready == 1;
}

}  // namespace rightful::app
