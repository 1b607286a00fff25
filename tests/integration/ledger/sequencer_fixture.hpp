/// @file
/// A log with its sequencer, and an auditor of what it has built: the tables are published as files
/// and verified by the offline verifier.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rightful/ledger/verifier.hpp"
#include "rightful/ledger/writer.hpp"
#include "rightful/store/ledger_tables.hpp"
#include "rightful/store/sequencer.hpp"

#include "tests/integration/ledger/ledger_fixture.hpp"

namespace rightful::testing {

/// Between two looks at what other threads, processes or the server do.
void pause(std::chrono::nanoseconds duration);

/// What the offline verifier said of the tables.
struct Audit {
  ledger::Verdict verdict;
  std::vector<ledger::Finding> findings;

  [[nodiscard]] bool has(ledger::FindingKind kind) const;
  [[nodiscard]] bool has(ledger::FindingKind kind, std::uint64_t at) const;
  /// Verdict and one line a finding.
  [[nodiscard]] std::string text() const;
};

/// A writer whose leaves a test makes and stages itself, any number in any order.
class HandWriter {
 public:
  HandWriter(const ledger::Origin& origin, const Clock& clock, Random& random);

  [[nodiscard]] Bytes start(const crypto::SigningKey& enrolment, std::uint32_t span = 32) const;
  [[nodiscard]] Bytes leaf(std::uint64_t n) const;
  [[nodiscard]] Bytes leaf(std::uint64_t n, const ledger::Event& event) const;

  [[nodiscard]] std::string id() const { return writer_.id().text(); }

  [[nodiscard]] const crypto::SignPublicKey& public_key() const { return writer_.public_key(); }

 private:
  [[nodiscard]] ledger::LeafStamp stamp(std::uint64_t n) const;

  ledger::Writer writer_;
  const Clock& clock_;
  Random& random_;
};

class SequencerFixture : public LedgerFixture {
 protected:
  SequencerFixture() { open_log(); }

  [[nodiscard]] store::SequencerSettings facts(std::size_t batch_rows = 1024) const;
  [[nodiscard]] std::unique_ptr<store::Sequencer> make_sequencer(std::size_t batch_rows = 1024);
  /// Until nothing is left. @return how many leaves were appended.
  std::size_t drain(store::Sequencer& sequencer);
  /// The same with one of its own, orderly stopped.
  void drain();

  void stage(const std::vector<Bytes>& leaves, std::int64_t log_id = 1);
  [[nodiscard]] HandWriter hand_writer();

  /// Bodies of the log in order; every one is there.
  [[nodiscard]] std::vector<OutboxLeaf> log();
  [[nodiscard]] std::vector<std::string> log_acts();
  /// Where leaves of this act stand.
  [[nodiscard]] std::vector<std::uint64_t> places_of(std::string_view act);
  [[nodiscard]] std::int64_t count(const std::string& from);
  /// The first column of the first row, as text.
  [[nodiscard]] std::string ask(const std::string& query);
  [[nodiscard]] std::uint64_t head_size();
  [[nodiscard]] std::int64_t incidents(std::string_view cause);

  /// Publishes what the tables hold under a key of the test, and verifies it.
  [[nodiscard]] Audit audit();
  /// audit() finds nothing but reports, and head, entries, bodies, lookup agree.
  void expect_sound();
};

/// The whole tables as published files. @param folder  empty.
void publish_tables(store::Pool& pool,
                    const ledger::Origin& origin,
                    const std::filesystem::path& folder);

/// Verifies such files.
[[nodiscard]] Audit audit_folder(const std::filesystem::path& folder,
                                 const ledger::Origin& origin,
                                 const crypto::ServerKeys& keys);

}  // namespace rightful::testing
