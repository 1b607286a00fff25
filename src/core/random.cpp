#include "rightful/core/random.hpp"

#include <sys/random.h>

#include <cerrno>

#include "rightful/core/failure.hpp"

namespace rightful {

void SystemRandom::fill(std::span<std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t got = ::getrandom(bytes.data(), bytes.size(), 0);
    if (got < 0) {
      if (errno == EINTR) continue;
      throw_system_failure("getrandom", errno);
    }
    bytes = bytes.subspan(static_cast<std::size_t>(got));
  }
}

}  // namespace rightful
