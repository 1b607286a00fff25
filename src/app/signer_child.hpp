/// @file
/// The signer as a child process: started, watched, started again when it dies.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>

#include "rightful/core/clock.hpp"
#include "rightful/core/subprocess.hpp"

namespace rightful::app {

/// The child gets the two folders as arguments and an empty environment: no address of a database,
/// no key. It is in a session of its own, so that Ctrl-C in a terminal does not end it before the
/// last checkpoint is signed, and dies with its parent.
///
/// Threads  one, which must live as long as the child.
class SignerChild {
 public:
  SignerChild(std::filesystem::path signer_directory,
              std::filesystem::path ledger_directory,
              const Clock& clock)
      : signer_directory_(std::move(signer_directory)),
        ledger_directory_(std::move(ledger_directory)),
        clock_(clock) {}

  /// To be called often: starts it when it does not run, at most once a second, and ten seconds
  /// after a start that failed. Errors  none: what
  /// fails is logged and tried again.
  void keep();

  /// SIGTERM, and SIGKILL after five seconds.
  void stop();

 private:
  void start();

  std::filesystem::path signer_directory_;
  std::filesystem::path ledger_directory_;
  const Clock& clock_;
  std::optional<Subprocess> process_;
  std::optional<std::chrono::steady_clock::time_point> started_;
  std::chrono::seconds pause_{1};
};

}  // namespace rightful::app
