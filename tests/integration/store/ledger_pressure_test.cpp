#include "rightful/store/ledger_pressure.hpp"

#include <chrono>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/test_database.hpp"

namespace rightful::store {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::chrono_literals;

class HandClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override { return {}; }

  [[nodiscard]] std::chrono::steady_clock::time_point steady_now() const override { return steady; }

  bool wait_for(std::stop_token stop, std::chrono::milliseconds /*duration*/) override {
    return stop.stop_requested();
  }

  std::chrono::steady_clock::time_point steady;
};

class LedgerPressureTest : public ::testing::Test {
 protected:
  LedgerPressureTest() {
    database_.execute(
        "INSERT INTO ledger.log (log_id, origin, state, enrol_key) "
        "VALUES (1, 'audit.example.test/dsar/dev', 'open', sha256('enrolment'))");
  }

  /// What stands in the log after the next reading.
  [[nodiscard]] std::string logged_by_reading() {
    clock_.steady += 1s;
    ::testing::internal::CaptureStderr();
    static_cast<void>(pressure_.trouble());
    return ::testing::internal::GetCapturedStderr();
  }

  void add_row(const std::string& age) {
    database_.execute(
        "INSERT INTO ledger.outbox (log_id, leaf, staged_at) "
        "VALUES (1, decode(repeat('00', 200), 'hex'), clock_timestamp() - interval '" +
        age + "')");
  }

  rightful::testing::TestDatabase database_ = rightful::testing::TestDatabase::create();
  HandClock clock_;
  LedgerPressure pressure_{database_.pool(), clock_};
};

TEST_F(LedgerPressureTest, FindsNoTroubleInALogThatKeepsUp) {
  EXPECT_EQ(pressure_.trouble(), std::nullopt);
  add_row("1 second");
  EXPECT_THAT(logged_by_reading(), Not(HasSubstr("ledger_")));
}

TEST_F(LedgerPressureTest, ReadsOnceASecond) {
  EXPECT_EQ(pressure_.trouble(), std::nullopt);
  database_.execute("UPDATE ledger.log SET state = 'frozen'");

  clock_.steady += 999ms;
  EXPECT_EQ(pressure_.trouble(), std::nullopt);
  clock_.steady += 1ms;
  EXPECT_EQ(pressure_.trouble(), LedgerTrouble::Frozen);
}

TEST_F(LedgerPressureTest, LooksAtTheNewestLogThatIsAlive) {
  database_.execute(
      "UPDATE ledger.log SET state = 'frozen';"
      "INSERT INTO ledger.log (log_id, origin, state, enrol_key) "
      "VALUES (2, 'audit.example.test/dsar/devb', 'open', sha256('enrolment'))");

  EXPECT_EQ(pressure_.trouble(), std::nullopt) << "a dead log has a successor";
}

TEST_F(LedgerPressureTest, SaysOnceWhatBeginsAndWhatEnds) {
  static_cast<void>(logged_by_reading());
  database_.execute("UPDATE ledger.log SET state = 'frozen'");
  EXPECT_THAT(logged_by_reading(), HasSubstr("ledger_frozen"));
  EXPECT_THAT(logged_by_reading(), Not(HasSubstr("ledger_frozen")));
  database_.execute("UPDATE ledger.log SET state = 'open'");
  EXPECT_THAT(logged_by_reading(), HasSubstr("ledger_takes_part_again"));
}

TEST_F(LedgerPressureTest, RaisesAnAlarmWhenALeafWaitsForTenSeconds) {
  add_row("11 seconds");

  const std::string line = logged_by_reading();

  EXPECT_THAT(line, HasSubstr("ledger_behind oldest_ms=11"));
  EXPECT_EQ(pressure_.trouble(), std::nullopt) << "an alarm, and nothing is refused yet";
  database_.execute("DELETE FROM ledger.outbox");
  EXPECT_THAT(logged_by_reading(), HasSubstr("ledger_caught_up"));
}

}  // namespace
}  // namespace rightful::store
