// Loaded into the built program with LD_PRELOAD: what it takes for the time of day is later by
// TEST_LATER_BY seconds, so that nobody waits a quarter of an hour for what happens then. Time
// that passes is as it is. (libfaketime does more, and starts no program that has a sanitizer.)
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cstdlib>

namespace {

/// Digits by hand: this runs before the runtime of a sanitizer is ready.
long seconds_later() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): the program does not change its environment.
  const char* digits = std::getenv("TEST_LATER_BY");
  long seconds = 0;
  for (; digits != nullptr && *digits >= '0' && *digits <= '9'; ++digits)
    seconds = seconds * 10 + (*digits - '0');
  return seconds;
}

}  // namespace

extern "C" int clock_gettime(clockid_t clock, timespec* time) noexcept {
  const long result = ::syscall(SYS_clock_gettime, clock, time);
  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
    time->tv_sec += seconds_later();
  return static_cast<int>(result);
}
