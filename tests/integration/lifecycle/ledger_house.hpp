/// @file
/// A database with a ledger that is sequenced, signed and published into a folder, and an auditor
/// who verifies it: for tests of what reads the ledger and takes things away from it.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rightful/core/random.hpp"
#include "rightful/crypto/server_keys.hpp"
#include "rightful/ledger/checkpoint_signer.hpp"
#include "rightful/ledger/log_directory.hpp"
#include "rightful/ledger/signer.hpp"
#include "rightful/ledger/verifier.hpp"
#include "rightful/lifecycle/erasure.hpp"
#include "rightful/lifecycle/staff.hpp"
#include "rightful/store/ledger_publisher.hpp"
#include "rightful/store/ledger_writer.hpp"
#include "rightful/store/sequencer.hpp"

#include "tests/integration/lifecycle/fake_clock.hpp"
#include "tests/support/test_database.hpp"

namespace rightful::testing {

/// What the offline verifier said.
struct Verified {
  ledger::Verdict verdict;
  std::vector<ledger::Finding> findings;

  [[nodiscard]] bool has(ledger::FindingKind kind, std::uint64_t at) const;
  [[nodiscard]] std::string text() const;
};

class LedgerHouse {
 public:
  LedgerHouse();
  ~LedgerHouse();
  LedgerHouse(const LedgerHouse&) = delete;
  LedgerHouse& operator=(const LedgerHouse&) = delete;

  [[nodiscard]] store::Pool& pool() { return *pool_; }

  [[nodiscard]] lifecycle::LedgerTools tools() {
    return {.pool = *pool_, .keys = keys, .clock = clock, .random = random};
  }

  /// Sequences what waits; signs nothing.
  void sequence();
  /// Sequences what waits, signs and publishes. @return the signed size.
  std::uint64_t publish();
  /// Of the folder as it is now.
  [[nodiscard]] Verified verify(ledger::Depth depth = ledger::Depth::Everything);
  /// Every body of the log in order; an erased one is empty.
  [[nodiscard]] std::vector<std::string> leaves();
  /// Where leaves of this act stand.
  [[nodiscard]] std::vector<std::uint64_t> places_of(std::string_view act);
  /// The first column of the first row, as text.
  [[nodiscard]] std::string ask(const std::string& query);
  /// An account without keys; signing in, asking and so on are not needed here.
  AccountId account(std::string_view id);
  /// One leaf about a person.
  void say(const AccountId& about);
  void record(ledger::Event event);
  [[nodiscard]] lifecycle::NewStaff staff_member(const std::string& name,
                                                 lifecycle::StaffRole role);
  /// Ends what works on the log and begins it anew on the same database, as after a restart.
  void restart();

  /// The folder of the one log, and its parent.
  [[nodiscard]] std::filesystem::path log_folder() const { return ledger_folder() / "2026"; }

  [[nodiscard]] std::filesystem::path ledger_folder() const { return folder.path() / "ledger"; }

  [[nodiscard]] std::filesystem::path key_folder() const { return folder.path() / "keys"; }

  TestDatabase database;
  TestFolder folder;
  FakeClock clock;
  SystemRandom random;
  crypto::ServerKeys keys;
  const ledger::Origin origin = ledger::Origin::parse("audit.example.test/dsar/2026").value();
  ledger::NoteKey signer_key;

 private:
  class SignerHere;

  void start();

  std::unique_ptr<store::LedgerWriter> writer_;
  std::unique_ptr<store::Pool> pool_;
  std::unique_ptr<store::Sequencer> sequencer_;
  std::unique_ptr<ledger::LogDirectory> files_;
  std::unique_ptr<SignerHere> signer_;
  std::unique_ptr<store::Publisher> publisher_;
};

}  // namespace rightful::testing
