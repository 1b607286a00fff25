// The gate of the product, against rows as sequencer and publisher write them, and as somebody
// writes them who has the database and not the log's key.
#include "rightful/export/release_gate.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "rightful/crypto/hash.hpp"
#include "rightful/ledger/checkpoint.hpp"
#include "rightful/store/ledger_pressure.hpp"
#include "rightful/store/ledger_tables.hpp"
#include "rightful/store/transaction.hpp"

#include "tests/support/test_database.hpp"

namespace rightful::exporting {
namespace {

using namespace std::chrono_literals;
namespace ledger_tables = store::ledger_tables;

constexpr const char* kOrigin = "audit.example.test/dsar/dev";

/// Waiting moves it; a test may let something happen meanwhile.
class StepClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override { return {}; }

  [[nodiscard]] std::chrono::steady_clock::time_point steady_now() const override {
    return steady_;
  }

  bool wait_for(std::stop_token stop, std::chrono::milliseconds duration) override {
    steady_ += duration;
    waited += duration;
    on_wait();
    return stop.stop_requested();
  }

  std::function<void()> on_wait = [] {};
  std::chrono::milliseconds waited{0};

 private:
  std::chrono::steady_clock::time_point steady_;
};

ledger::NoteSigner make_signer(const char* origin, Random& random) {
  return ledger::NoteSigner::create(origin, crypto::SigningKey::generate(random)).value();
}

class LedgerGateTest : public ::testing::Test {
 protected:
  LedgerGateTest() {
    database_.execute(
        fmt::format("INSERT INTO ledger.log (log_id, origin, state, enrol_key) "
                    "VALUES (1, '{}', 'open', sha256('enrolment'))",
                    kOrigin));
    auto transaction = database_.pool().begin();
    EXPECT_TRUE(ledger_tables::add_signer_key(transaction,
                                              1,
                                              {.key = signer_.key(),
                                               .first_size = 0,
                                               .last_size = std::nullopt,
                                               .state = ledger_tables::SignerKeyState::Active})
                    .has_value());
    transaction.commit();
  }

  /// As the sequencer does: the leaf `n` of our writer stands at `idx`.
  void sequence(std::uint64_t n, std::uint64_t idx) {
    database_.execute(fmt::format(
        "INSERT INTO ledger.lookup (log_id, idx, t, act, out, actor, subj, req, writer_id, n) "
        "VALUES (1, {}, now(), 'package.verified', 'ok', 'system', '-', '-', '{}', {})",
        idx,
        writer_.text(),
        n));
  }

  [[nodiscard]] static std::string note(std::uint64_t size,
                                        const char* origin,
                                        const ledger::NoteSigner& signer) {
    const ledger::Checkpoint checkpoint{ledger::Origin::parse(origin).value(),
                                        {size, root_of(size)}};
    return ledger::sign_checkpoint(checkpoint, std::span(&signer, 1));
  }

  [[nodiscard]] static ledger::TreeHash root_of(std::uint64_t size) {
    return ledger::TreeHash::parse(crypto::sha256(as_bytes(std::to_string(size))).bytes()).value();
  }

  void store_note(std::uint64_t size, const std::string& text) {
    auto transaction = database_.pool().begin();
    EXPECT_TRUE(ledger_tables::add_checkpoint(transaction, 1, size, root_of(size), as_bytes(text)));
    transaction.commit();
  }

  void publish(std::uint64_t size) { store_note(size, note(size, kOrigin, signer_)); }

  [[nodiscard]] store::CommittedLeaves leaves(std::vector<std::uint64_t> numbers) const {
    return {.log_id = 1, .writer = writer_, .numbers = std::move(numbers)};
  }

  /// The cause of the failure that the call ends with; empty when it does not.
  template <class Call>
  [[nodiscard]] static std::string cause_of(const Call& call) {
    try {
      call();
      return {};
    } catch (const Failure& failure) {
      EXPECT_EQ(failure.retry(), Retry::Later);
      return failure.cause();
    }
  }

  [[nodiscard]] std::string cause_of_waiting(std::uint64_t n) {
    return cause_of([&] { static_cast<void>(gate_.wait_until_covered(leaves({n}), {})); });
  }

  SystemRandom random_;
  rightful::testing::TestDatabase database_ = rightful::testing::TestDatabase::create();
  StepClock clock_;
  ledger::NoteSigner signer_ = make_signer(kOrigin, random_);
  ledger::WriterId writer_ =
      ledger::WriterId::of(crypto::SigningKey::generate(random_).public_key());
  store::LedgerPressure pressure_{database_.pool(), clock_};
  LedgerGate gate_{database_.pool(), pressure_, clock_};
};

/// Of a key that the log's row calls something else, or that signed other sizes.
TEST_F(LedgerGateTest, BelievesAKeyOnlyForItsSizes) {
  sequence(7, 41);
  publish(50);
  const auto set = [this](const char* values) {
    database_.execute(std::string("UPDATE ledger.signer_key SET ") + values);
  };
  for (const char* const values : {"state = 'compromised', first_size = 0, last_size = NULL",
                                   "state = 'next', first_size = 0, last_size = NULL",
                                   "state = 'retired', first_size = 0, last_size = 49",
                                   "state = 'active', first_size = 51, last_size = NULL"}) {
    set(values);
    EXPECT_EQ(cause_of_waiting(7), "ledger_not_covering") << values;
  }
  set("state = 'retired', first_size = 50, last_size = 50");
  EXPECT_EQ(cause_of_waiting(7), "");
}

TEST_F(LedgerGateTest, OpensAtTheSmallestCheckpointThatCovers) {
  sequence(4, 10);
  sequence(5, 11);
  publish(11);
  publish(12);
  publish(20);

  EXPECT_EQ(gate_.wait_until_covered(leaves({4, 5}), {}), 12U) << "the last of both leaves counts";
  EXPECT_EQ(gate_.wait_until_covered(leaves({4}), {}), 11U);
  EXPECT_EQ(clock_.waited, 0ms);
}

TEST_F(LedgerGateTest, WaitsForTheCheckpoint) {
  sequence(4, 10);
  publish(10);
  clock_.on_wait = [this] {
    if (clock_.waited == 1s) publish(11);
  };

  EXPECT_EQ(gate_.wait_until_covered(leaves({4}), {}), 11U);
  EXPECT_EQ(clock_.waited, 1s);
}

TEST_F(LedgerGateTest, GivesUpAfterTenSeconds) {
  sequence(4, 10);
  publish(10);

  EXPECT_EQ(cause_of_waiting(4), "ledger_not_covering");
  EXPECT_EQ(clock_.waited, 10s);
}

TEST_F(LedgerGateTest, StaysClosedForALeafThatIsNotSequenced) {
  publish(1000);

  EXPECT_EQ(cause_of_waiting(4), "ledger_not_covering");
}

TEST_F(LedgerGateTest, IsNotOpenedByARowThatNobodySigned) {
  sequence(4, 10);
  const auto stranger = make_signer(kOrigin, random_);
  store_note(11, note(11, kOrigin, stranger));

  EXPECT_EQ(cause_of_waiting(4), "ledger_not_covering");
}

TEST_F(LedgerGateTest, IsNotOpenedByTheNoteOfAnotherSizeOrLog) {
  sequence(4, 10);
  store_note(11, note(10, kOrigin, signer_));
  EXPECT_EQ(cause_of_waiting(4), "ledger_not_covering");

  sequence(5, 20);
  const char* other = "audit.example.test/dsar/2026";
  store_note(21, note(21, other, make_signer(other, random_)));
  EXPECT_EQ(cause_of_waiting(5), "ledger_not_covering");
}

// Of a log that is a real one, in a row that somebody has put there.
TEST_F(LedgerGateTest, IsNotOpenedByTheKeyOfAnotherLog) {
  const char* other = "audit.example.test/dsar/2026";
  const auto signer = make_signer(other, random_);
  {
    auto transaction = database_.pool().begin();
    ASSERT_TRUE(ledger_tables::add_signer_key(transaction,
                                              1,
                                              {.key = signer.key(),
                                               .first_size = 0,
                                               .last_size = std::nullopt,
                                               .state = ledger_tables::SignerKeyState::Active}));
    transaction.commit();
  }
  sequence(4, 10);
  store_note(11, note(11, other, signer));

  EXPECT_EQ(cause_of_waiting(4), "ledger_not_covering");
}

TEST_F(LedgerGateTest, IsClosedAtOnceInAFrozenLog) {
  sequence(4, 10);
  publish(11);
  database_.execute("UPDATE ledger.log SET state = 'frozen'");

  EXPECT_EQ(cause_of_waiting(4), "ledger_frozen");
  EXPECT_EQ(cause_of([&] { static_cast<void>(gate_.newest_checkpoint()); }), "ledger_frozen");
  EXPECT_EQ(clock_.waited, 0ms);
}

TEST_F(LedgerGateTest, GivesUpAtOnceWhenTheLogFreezesMeanwhile) {
  sequence(4, 10);
  publish(10);
  clock_.on_wait = [this] {
    if (clock_.waited == 2s) database_.execute("UPDATE ledger.log SET state = 'frozen'");
  };

  EXPECT_EQ(cause_of_waiting(4), "ledger_frozen");
  EXPECT_LE(clock_.waited, 3s) << "what is known of the log is a second old at most";
}

TEST_F(LedgerGateTest, IsClosedWhileMoreThanAHundredThousandRowsWait) {
  sequence(4, 10);
  publish(11);
  database_.execute(
      "INSERT INTO ledger.outbox (log_id, leaf) "
      "SELECT 1, decode(repeat('00', 200), 'hex') FROM generate_series(1, 100000)");
  EXPECT_EQ(gate_.wait_until_covered(leaves({4}), {}), 11U);

  database_.execute(
      "INSERT INTO ledger.outbox (log_id, leaf) SELECT 1, decode(repeat('00', 200), 'hex')");
  EXPECT_EQ(cause_of_waiting(4), "") << "within the second";
  static_cast<void>(clock_.wait_for({}, 1s));
  EXPECT_EQ(cause_of_waiting(4), "ledger_full");
}

TEST_F(LedgerGateTest, IsClosedWithoutALiveLog) {
  database_.execute("UPDATE ledger.log SET state = 'sealed'");

  EXPECT_EQ(cause_of_waiting(4), "ledger_frozen");
}

TEST_F(LedgerGateTest, NeedsNoMoreThanTheRightsOfAWriter) {
  sequence(4, 10);
  publish(11);
  rightful::testing::create_test_role("gate_reader");
  database_.execute_as_admin("GRANT rightful_ledger_writer TO gate_reader");
  store::ConnectionSettings settings;
  settings.url = database_.url("gate_reader");
  store::Pool pool(settings, 2, nullptr);
  store::LedgerPressure pressure(pool, clock_);
  LedgerGate gate(pool, pressure, clock_);

  EXPECT_EQ(gate.wait_until_covered(leaves({4}), {}), 11U);
  EXPECT_EQ(gate.newest_checkpoint(), note(11, kOrigin, signer_));
}

TEST_F(LedgerGateTest, LetsGoWhenTheWorkerEnds) {
  sequence(4, 10);
  std::stop_source stop;
  clock_.on_wait = [&] { stop.request_stop(); };

  EXPECT_EQ(gate_.wait_until_covered(leaves({4}), stop.get_token()), std::nullopt);
}

TEST_F(LedgerGateTest, GivesTheNewestCheckpointByteForByte) {
  publish(3);
  publish(20);

  EXPECT_EQ(gate_.newest_checkpoint(), note(20, kOrigin, signer_));
}

TEST_F(LedgerGateTest, WaitsForTheFirstCheckpointOfANewLog) {
  clock_.on_wait = [this] {
    if (clock_.waited == 500ms) publish(2);
  };

  EXPECT_EQ(gate_.newest_checkpoint(), note(2, kOrigin, signer_));
}

TEST_F(LedgerGateTest, GivesNoCheckpointThatNobodySigned) {
  EXPECT_EQ(cause_of([&] { static_cast<void>(gate_.newest_checkpoint()); }), "ledger_not_covering");
  publish(3);
  store_note(20, note(20, kOrigin, make_signer(kOrigin, random_)));

  EXPECT_EQ(cause_of([&] { static_cast<void>(gate_.newest_checkpoint()); }), "ledger_not_covering");
}

}  // namespace
}  // namespace rightful::exporting
