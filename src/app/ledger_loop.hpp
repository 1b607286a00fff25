/// @file
/// The ledger's background work in one process: every log that is open, and the signer's process
/// beside it.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "rightful/core/result.hpp"
#include "rightful/store/pool.hpp"

#include "app/ledger_line.hpp"
#include "app/signer_child.hpp"

namespace rightful::app {

/// Whether the signer is a child of this process, or somebody else's.
enum class SignerUse : std::uint8_t { Child, Elsewhere };

/// Looks every second which logs are open, sequences and publishes each, and puts the seal on one
/// whose successor is open for a day.
///
/// Owns     threads and the signer's process.
/// Threads  start and finish by one thread.
/// Errors   none from its threads: what fails is logged and tried again.
class LedgerLoop {
 public:
  /// @param signer_directory  absolute; its `socket` is asked.
  LedgerLoop(LedgerWorkers workers, std::filesystem::path signer_directory, SignerUse use);
  LedgerLoop(const LedgerLoop&) = delete;
  LedgerLoop& operator=(const LedgerLoop&) = delete;
  ~LedgerLoop();

  void start();

  /// Orderly end, after the process's last leaf is committed: all that waits is sequenced and
  /// published, for at most ten seconds a log; then the signer ends. Idempotent, legal before
  /// start().
  void finish();

 private:
  void run(const std::stop_token& stop);
  void look_after_logs();
  [[nodiscard]] std::vector<store::ledger_tables::LogRow> logs_at_work();
  void seal_old_logs(const std::vector<store::ledger_tables::LogRow>& logs);
  void end_sealed_lines();
  void begin_line(const store::ledger_tables::LogRow& log);
  void end_lines();

  LedgerWorkers workers_;
  store::Pool pool_;
  std::optional<SignerChild> signer_;
  std::vector<std::unique_ptr<LedgerLine>> lines_;
  std::jthread watching_;
};

}  // namespace rightful::app
