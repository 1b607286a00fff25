#include "app/signer_child.hpp"

#include <unistd.h>

#include <csignal>
#include <utility>

#include "rightful/core/failure.hpp"
#include "rightful/core/log.hpp"

namespace rightful::app {

namespace {

using namespace std::chrono_literals;

// By its name, for people who list processes. A file that an update has replaced has none any more:
// the program itself can still be run.
std::filesystem::path own_program() {
  const std::filesystem::path self = "/proc/self/exe";
  std::error_code error;
  auto program = std::filesystem::read_symlink(self, error);
  return !error && std::filesystem::exists(program, error) ? std::move(program) : self;
}

}  // namespace

void SignerChild::keep() {
  try {
    if (process_) {
      const auto ended = process_->try_wait();
      if (!ended) return;
      log::error("signer_ended",
                 "exit={} signal={}",
                 ended->exit_code.value_or(-1),
                 ended->signal.value_or(0));
      process_.reset();
      // One that cannot start, because another signer has the folder, is not tried every second.
      pause_ = started_ && clock_.steady_now() - *started_ < 2s ? 10s : 1s;
    }
    if (!started_ || clock_.steady_now() - *started_ >= pause_) start();
  } catch (const Failure& failure) {
    log::error("signer_not_started", "cause={}", failure.cause());
  }
}

void SignerChild::start() {
  started_ = clock_.steady_now();
  SubprocessSpec spec{.program = own_program(),
                      .arguments = {"work",
                                    "--role",
                                    "signer",
                                    "--signer-dir",
                                    signer_directory_.string(),
                                    "--ledger-dir",
                                    ledger_directory_.string()},
                      .environment = {},
                      .directory = "/",
                      .descriptors = {{STDERR_FILENO, STDERR_FILENO}},
                      .group = {},
                      .new_session = true,
                      .dies_with_parent = true};
  process_.emplace(Subprocess::start(spec));
}

void SignerChild::stop() {
  if (!process_) return;
  process_->send_signal(SIGTERM);
  if (!process_->wait_for(5s)) log::warn("signer_killed");
  process_.reset();
}

}  // namespace rightful::app
