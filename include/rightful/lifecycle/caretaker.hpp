/// @file
/// The minute hand: expiry of packages, counted leaves of refused sign-ins, forgetting of old
/// sessions.
#pragma once

#include <chrono>
#include <thread>

#include "rightful/core/clock.hpp"
#include "rightful/lifecycle/access_requests.hpp"
#include "rightful/lifecycle/sign_in.hpp"
#include "rightful/lifecycle/staff.hpp"

namespace rightful::lifecycle {

/// Owns     its thread; what it is given must outlive it.
/// Threads  start() and stop() by one thread.
/// Errors   a round that fails (database away) is logged and tried again with the next.
class Caretaker {
 public:
  Caretaker(SignIn& sign_in,
            AccessRequests& requests,
            StaffAccess& staff,
            Clock& clock,
            std::chrono::milliseconds interval = std::chrono::minutes(1));

  ~Caretaker() { stop(); }

  Caretaker(const Caretaker&) = delete;
  Caretaker& operator=(const Caretaker&) = delete;

  void start();
  /// Synchronous, idempotent, legal before start(). A last round is run, so that counted leaves are
  /// not lost.
  void stop();
  /// One round, in the caller's thread.
  void run_once();

 private:
  void work(const std::stop_token& stop);

  SignIn& sign_in_;
  AccessRequests& requests_;
  StaffAccess& staff_;
  Clock& clock_;
  std::chrono::milliseconds interval_;
  std::jthread thread_;
};

}  // namespace rightful::lifecycle
