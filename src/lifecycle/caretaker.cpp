#include "rightful/lifecycle/caretaker.hpp"

#include "rightful/core/failure.hpp"
#include "rightful/core/log.hpp"

namespace rightful::lifecycle {

Caretaker::Caretaker(SignIn& sign_in,
                     AccessRequests& requests,
                     StaffAccess& staff,
                     Clock& clock,
                     std::chrono::milliseconds interval)
    : sign_in_(sign_in), requests_(requests), staff_(staff), clock_(clock), interval_(interval) {}

void Caretaker::start() {
  if (thread_.joinable()) return;
  thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
}

void Caretaker::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
}

void Caretaker::run_once() {
  requests_.expire();
  sign_in_.tidy();
  staff_.tidy();
}

void Caretaker::work(const std::stop_token& stop) {
  bool stopping = false;
  while (!stopping) {
    stopping = clock_.wait_for(stop, interval_);
    try {
      run_once();
    } catch (const Failure& failure) {
      // A background job like those of the job runner: nobody is there to answer, the next round
      // tries again.
      log::warn("caretaker_failed", "cause={}", failure.cause());
    }
  }
}

}  // namespace rightful::lifecycle
