/// @file
/// One log at work: its sequencer and its publisher, each in a thread.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <thread>

#include "rightful/core/clock.hpp"
#include "rightful/core/random.hpp"
#include "rightful/core/result.hpp"
#include "rightful/core/unique_fd.hpp"
#include "rightful/crypto/server_keys.hpp"
#include "rightful/ledger/log_directory.hpp"
#include "rightful/store/connection_settings.hpp"
#include "rightful/store/ledger_publisher.hpp"
#include "rightful/store/ledger_tables.hpp"
#include "rightful/store/sequencer.hpp"

#include "app/remote_signer.hpp"

namespace rightful::app {

/// What both threads need from outside.
struct LedgerWorkers {
  store::ConnectionSettings database;
  std::filesystem::path ledger_directory;  ///< absolute
  std::filesystem::path signer_socket;
  ledger::Build build;
  const crypto::ServerKeys& keys;
  Clock& clock;
  Random& random;
};

/// The sequencer takes what waits; the publisher follows within a second. While the log is frozen
/// the sequencer goes on and nothing is published.
///
/// Threads  start and finish by one thread.
/// Errors   none from the threads: what fails is logged and tried again.
class LedgerLine {
 public:
  /// Makes the log's folder. @return InvalidArgument, Denied
  [[nodiscard]] static Result<std::unique_ptr<LedgerLine>> create(
      const LedgerWorkers& workers, const store::ledger_tables::LogRow& log);
  ~LedgerLine();
  LedgerLine(const LedgerLine&) = delete;
  LedgerLine& operator=(const LedgerLine&) = delete;

  void start();

  [[nodiscard]] std::int64_t log_id() const noexcept { return log_id_; }

  /// Its last leaf is sequenced and published.
  [[nodiscard]] bool is_sealed() const;

  /// Ends both threads; then sequences what waits, ends the sequencer's own epoch, and publishes
  /// it, for at most `limit`.
  void finish(std::chrono::milliseconds limit);

 private:
  LedgerLine(const LedgerWorkers& workers,
             const store::ledger_tables::LogRow& log,
             const std::filesystem::path& folder,
             ledger::LogDirectory directory);

  /// One publisher a folder. @return false while another process publishes.
  [[nodiscard]] bool may_publish();
  [[nodiscard]] std::chrono::milliseconds publish_once();
  void repair_if_due();
  void run_sequencer(const std::stop_token& stop);
  void run_publisher(const std::stop_token& stop);
  void wait_for_size(const std::stop_token& stop, std::chrono::milliseconds limit);
  void report_size(std::uint64_t size, bool is_sealed);
  void drain(std::chrono::steady_clock::time_point deadline);

  std::int64_t log_id_;
  Clock& clock_;
  std::filesystem::path lock_file_;
  UniqueFd lock_;
  store::Pool pool_;
  ledger::LogDirectory directory_;
  RemoteSigner signer_;
  store::Publisher publisher_;
  store::Sequencer sequencer_;

  mutable std::mutex mutex_;  ///< guards the four below
  std::condition_variable_any grown_;
  std::uint64_t size_ = 0;  ///< sequenced
  std::uint64_t published_ = 0;
  bool is_last_ = false;   ///< `log.sealed` is among the sequenced
  bool is_behind_ = true;  ///< size_ is not published yet

  bool is_repaired_ = false;  // the publisher's thread

  std::jthread publishing_;
  std::jthread sequencing_;
};

}  // namespace rightful::app
