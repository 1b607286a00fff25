/// @file
/// A log in a real database, its published folder, and the signer's real process beside it.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rightful/core/subprocess.hpp"
#include "rightful/ledger/frontier.hpp"
#include "rightful/ledger/log_directory.hpp"
#include "rightful/ledger/verifier.hpp"
#include "rightful/store/ledger_publisher.hpp"
#include "rightful/store/sequencer.hpp"

#include "app/remote_signer.hpp"
#include "app/signer_place.hpp"
#include "tests/integration/ledger/ledger_fixture.hpp"

namespace rightful::testing {

/// Of the program, for a signer.
[[nodiscard]] std::vector<std::string> signer_arguments(
    const std::filesystem::path& signer_directory, const std::filesystem::path& ledger_directory);

/// `rightful work --role signer`, killed at the end.
class SignerProcess {
 public:
  SignerProcess(const std::filesystem::path& signer_directory,
                const std::filesystem::path& ledger_directory,
                std::filesystem::path output);

  /// Its socket answers within ten seconds (checked, test failure).
  void wait_until_it_listens() const;
  void kill();

  [[nodiscard]] pid_t pid() const { return process_.pid(); }

  [[nodiscard]] std::string output() const;

 private:
  std::filesystem::path socket_;
  std::filesystem::path output_;
  Subprocess process_;
};

/// What the offline verifier says of the published folder.
struct PublishedAudit {
  ledger::Verdict verdict;
  std::vector<ledger::Finding> findings;

  [[nodiscard]] bool is_verified() const { return verdict.severity == ledger::Severity::Report; }

  [[nodiscard]] bool has(ledger::FindingKind kind) const;
  [[nodiscard]] std::string text() const;
};

/// Of any age, by the keys that sign log 1: a retired one proves nothing.
[[nodiscard]] PublishedAudit audit_published(store::Pool& pool,
                                             ledger::LogDirectory& directory,
                                             const std::vector<Bytes>& held);

/// A log's folder, for disks that do one thing otherwise.
class PassingDisk : public ledger::TileSink {
 public:
  explicit PassingDisk(ledger::LogDirectory& directory) : directory_(directory) {}

  Result<void> put(const ledger::LogPath& path, ByteView content) override {
    return directory_.put(path, content);
  }

  Result<void> flush() override { return directory_.flush(); }

  Result<void> replace(const ledger::LogPath& path, ByteView content) override {
    return directory_.replace(path, content);
  }

  Result<void> drop_partials(const ledger::LogPath& full) override {
    return directory_.drop_partials(full);
  }

 private:
  ledger::LogDirectory& directory_;
};

/// Lets the n-th writing fail as a full disk does, once.
class FullDisk final : public PassingDisk {
 public:
  using PassingDisk::PassingDisk;

  Result<void> put(const ledger::LogPath& path, ByteView content) override;
  Result<void> flush() override;
  Result<void> replace(const ledger::LogPath& path, ByteView content) override;
  Result<void> drop_partials(const ledger::LogPath& full) override;

  std::optional<int> fails_at;  ///< counted down to 0
  int writings = 0;

 private:
  void count();
};

class PublishedLedger : public LedgerFixture {
 protected:
  PublishedLedger();

  void start_signer();

  /// So many leaves of one writer, sequenced.
  void write(std::size_t leaves);
  void sequence();
  [[nodiscard]] store::Publisher make_publisher();
  [[nodiscard]] store::Publisher make_publisher(ledger::TileSink& sink);
  /// With a publisher of its own, as after a restart. Each checkpoint must be published.
  void publish();

  [[nodiscard]] PublishedAudit audit(const std::vector<Bytes>& held = {});
  [[nodiscard]] Bytes checkpoint();
  [[nodiscard]] std::uint64_t head_size();
  [[nodiscard]] std::string log_state();
  [[nodiscard]] std::string one(const std::string& query);

  /// As a superuser who knows the tables: no trigger stops it, and the head fits the entries.
  void tamper(const std::string& script);
  void rebuild_head();
  /// As the server does to a publisher that stands still for too long.
  void end_publishers_turn();
  /// The server notices a while later that a publisher was killed; ten seconds at most (checked,
  /// test failure).
  void wait_until_nobody_publishes();

  [[nodiscard]] std::filesystem::path log_folder() const { return ledger_ / "2026"; }

  [[nodiscard]] std::filesystem::path memory_file() const { return signer_ / "2026/memory"; }

  TestFolder place_folder_;
  const std::filesystem::path signer_ = place_folder_.path() / "signer";
  const std::filesystem::path ledger_ = place_folder_.path() / "ledger";
  app::SignerPlace place_{signer_};
  std::optional<SignerProcess> process_;
  std::optional<ledger::LogDirectory> directory_;
  std::optional<app::RemoteSigner> remote_;
  std::unique_ptr<store::LedgerWriter> writer_;
};

[[nodiscard]] std::string text_of(const std::filesystem::path& file);
void overwrite(const std::filesystem::path& file, std::string_view content);

}  // namespace rightful::testing
