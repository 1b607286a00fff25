#include "bench/stop_request.hpp"

#include <csignal>

#include "rightful/core/failure.hpp"

namespace rightful::bench {
namespace {

volatile std::sig_atomic_t stop_signal = 0;

}  // namespace

void remember_stop_signals() {
  struct sigaction action{};
  action.sa_handler = [](int number) { stop_signal = number; };
  action.sa_flags = SA_RESTART;
  for (const int number : {SIGINT, SIGTERM, SIGHUP})
    ::sigaction(number, &action, nullptr);
}

void throw_if_stop_requested() {
  if (stop_signal != 0) throw Failure(Retry::Never, "bench", "stopped; nothing is left behind");
}

}  // namespace rightful::bench
