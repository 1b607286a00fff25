/// @file
/// Everything an export needs, for real: state database, a company's database, a folder of
/// recordings, keys, a package store, workers with children. And the customer's side: whoever holds
/// the keys opens what was released.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rightful/archive/verify_package.hpp"
#include "rightful/core/clock.hpp"
#include "rightful/core/random.hpp"
#include "rightful/core/subprocess.hpp"
#include "rightful/crypto/requester_root.hpp"
#include "rightful/crypto/server_keys.hpp"
#include "rightful/export/authority_check.hpp"
#include "rightful/export/export_handler.hpp"
#include "rightful/export/package_store.hpp"
#include "rightful/queue/worker.hpp"

#include "tests/integration/export/test_gate.hpp"
#include "tests/support/test_database.hpp"

namespace rightful::exporting::testing {

/// The marker of an account's own data, as archive::canary_token makes it.
[[nodiscard]] std::string canary(const std::string& account);

class ExportWorld {
 public:
  ExportWorld();

  /// Statements for the company's database; Rightful's role may read all of it.
  void company(const std::string& script);
  /// A recording; the folder is made.
  void put_recording(const std::string& path, const std::string& content);
  void activate_catalog(const std::string& yaml);
  /// The catalog of `standard_company()`.
  void activate_standard_catalog();
  /// The same with `package: { compact: true }`.
  void activate_compact_catalog();
  /// Notes with canaries for each account, a recording each, and orders.
  void standard_company(const std::vector<std::string>& accounts);

  /// An enrolled account.
  void add_account(const std::string& account);
  /// A signed request with its job.
  RequestId ask(const std::string& account);

  [[nodiscard]] std::unique_ptr<queue::Worker> make_worker(const std::string& name = "test-worker");
  /// A worker in a process of its own, which a test may kill.
  [[nodiscard]] SubprocessSpec worker_process() const;
  /// Works until no job is queued or claimed. @return false after 60 s.
  [[nodiscard]] bool work();

  [[nodiscard]] std::string text(const std::string& query);
  [[nodiscard]] int count(const std::string& condition);
  [[nodiscard]] std::string state(const RequestId& request);
  [[nodiscard]] std::string cause(const RequestId& request);

  void execute(const std::string& script) { state_.execute(script); }

  [[nodiscard]] std::vector<std::string> acts() const { return state_.recorder().acts(); }

  [[nodiscard]] rightful::testing::CollectingRecorder& recorder() { return state_.recorder(); }

  [[nodiscard]] std::vector<std::string> stored_files() const;
  [[nodiscard]] std::vector<std::string> work_files() const;
  [[nodiscard]] std::filesystem::path package_path(const RequestId& request);
  /// The code that opens `export.zip`, found with the requester's own keys.
  [[nodiscard]] std::optional<std::string> code_for(const RequestId& request,
                                                    const std::string& account);
  /// What the independent reader finds in the stored package.
  [[nodiscard]] Result<archive::VerifyReport> verify(const RequestId& request,
                                                     const std::string& account,
                                                     archive::VerifyDepth depth);
  /// Unpacked by 7-Zip with that code: path in the package → content. Empty when anything refuses.
  [[nodiscard]] std::map<std::string, std::string> unpack(const RequestId& request,
                                                          const std::string& account);

  store::Pool& pool() { return state_.pool(); }

  ExportHandler& handler() { return *handler_; }

  PackageStore& packages() { return *packages_; }

  const crypto::ServerKeys& keys() const { return *keys_; }

  /// Takes the one waiting job, as a worker would.
  [[nodiscard]] store::ClaimedJob claim();

  TestGate gate;
  queue::WorkerSettings worker_settings;
  std::map<std::string, std::string> variables;  ///< of further sources
  std::filesystem::path folder;
  std::filesystem::path voice_folder;

 private:
  mutable rightful::testing::TestDatabase state_;
  rightful::testing::TestDatabase company_;
  rightful::testing::TestFolder temporary_;
  std::unique_ptr<store::Pool> heartbeat_;
  SystemClock clock_;
  SystemRandom random_;
  std::optional<crypto::ServerKeys> keys_;
  std::unique_ptr<DirectoryPackageStore> packages_;
  std::unique_ptr<StatementAuthority> authority_;
  std::unique_ptr<ExportHandler> handler_;
  std::map<std::string, crypto::RequesterRoot> roots_;
};

}  // namespace rightful::exporting::testing
