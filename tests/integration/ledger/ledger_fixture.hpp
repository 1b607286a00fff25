/// @file
/// A database with an open ledger, and a reader of its outbox that checks every leaf as the
/// sequencer will.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "rightful/core/clock.hpp"
#include "rightful/core/random.hpp"
#include "rightful/crypto/server_keys.hpp"
#include "rightful/ledger/leaf.hpp"
#include "rightful/store/ledger_writer.hpp"
#include "rightful/store/pool.hpp"

#include "tests/support/test_database.hpp"

namespace rightful::testing {

/// Moves only when told.
class StillClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override { return now_; }

  [[nodiscard]] std::chrono::steady_clock::time_point steady_now() const override {
    return steady_;
  }

  bool wait_for(std::stop_token stop, std::chrono::milliseconds /*duration*/) override {
    return stop.stop_requested();
  }

  void advance(std::chrono::milliseconds duration) {
    now_ += duration;
    steady_ += duration;
  }

  /// Somebody sets the machine's time; what has passed has passed.
  void set_back(std::chrono::seconds duration) { now_ -= duration; }

 private:
  Instant now_ = parse_rfc3339("2026-03-01T12:00:00Z").value();
  std::chrono::steady_clock::time_point steady_{};
};

/// One row of the outbox, checked.
struct OutboxLeaf {
  std::string bytes;
  std::string act;
  std::string actor;
  std::string out;
  std::string req;
  std::string subj;
  std::string writer;
  std::uint64_t n;
  std::string fields;  ///< `key=value;…`
};

/// @param bytes  a leaf that passes the checks 1 to 3.
[[nodiscard]] OutboxLeaf read_leaf(ByteView bytes);

class LedgerFixture : public ::testing::Test {
 protected:
  LedgerFixture();

  /// Opens the log of this database.
  void open_log();
  [[nodiscard]] std::unique_ptr<store::LedgerWriter> make_writer(std::uint32_t span = 32);
  /// The same, with start() done.
  [[nodiscard]] std::unique_ptr<store::LedgerWriter> start_writer(std::uint32_t span = 32);

  /// In the order of the ids. Every leaf passes all six checks, with the keys that `log.genesis`
  /// and `writer.start` leaves before it have named; every number fits its writer's window.
  /// Anything else is a test failure.
  [[nodiscard]] std::vector<OutboxLeaf> outbox();
  [[nodiscard]] std::vector<std::string> acts();

  [[nodiscard]] static ledger::Event job_queued(const AccountId& account);

  /// Anna's and Ben's, which everybody with a leaf has: the nightly comparison looks for them.
  void add_accounts() const;

  SystemRandom random_;
  StillClock clock_;
  TestFolder folder_;
  TestDatabase database_ = TestDatabase::create();
  const crypto::ServerKeys keys_;
  const ledger::Origin origin_ = ledger::Origin::parse("audit.example.test/dsar/2026").value();
  const AccountId anna_ = AccountId::parse("canary-anna-1701").value();
  const AccountId ben_ = AccountId::parse("canary-ben-1702").value();
};

}  // namespace rightful::testing
