#include "rightful/queue/retry.hpp"

#include <algorithm>
#include <csignal>
#include <string>

#include <gtest/gtest.h>

namespace rightful::queue {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;

/// Fills every byte with the same value: 0x00 gives the shortest delay, other values others.
class FixedRandom final : public Random {
 public:
  explicit FixedRandom(unsigned char value) : value_(value) {}

  void fill(std::span<std::byte> bytes) override { std::ranges::fill(bytes, std::byte{value_}); }

 private:
  unsigned char value_;
};

ExitStatus killed_by(int signal) {
  ExitStatus status;
  status.signal = signal;
  return status;
}

ExitStatus exited_with(int code) {
  ExitStatus status;
  status.exit_code = code;
  return status;
}

const Instant kNow = Instant(std::chrono::sys_days{std::chrono::January / 10 / 2026});
const Instant kDue = kNow + std::chrono::days(20);

JobFailure a_retry(std::string cause = "database_lost") {
  return {FailureClass::Retry, std::move(cause), "", {}};
}

struct CauseCase {
  std::string_view cause;
  FailureClass expected;
};

class FailureTable : public ::testing::TestWithParam<CauseCase> {};

TEST_P(FailureTable, GivesTheClassOfTheCause) {
  const auto failure = failure_of(GetParam().cause, FailureClass::Stop);

  EXPECT_EQ(failure.failure_class, GetParam().expected);
  EXPECT_EQ(failure.cause, GetParam().cause);
  EXPECT_FALSE(failure.note.empty());
}

INSTANTIATE_TEST_SUITE_P(Decision8And9,
                         FailureTable,
                         ::testing::Values(CauseCase{"foreign_row", FailureClass::Quarantine},
                                           CauseCase{"foreign_object", FailureClass::Quarantine},
                                           CauseCase{"foreign_canary", FailureClass::Quarantine},
                                           CauseCase{"missing_object", FailureClass::Quarantine},
                                           CauseCase{"bad_statement", FailureClass::Quarantine},
                                           CauseCase{"hash_mismatch", FailureClass::Quarantine},
                                           CauseCase{"signature_mismatch",
                                                     FailureClass::Quarantine},
                                           CauseCase{"false_result", FailureClass::Quarantine},
                                           CauseCase{"database_lost", FailureClass::Retry},
                                           CauseCase{"disk_full", FailureClass::Retry},
                                           CauseCase{"ledger_frozen", FailureClass::Retry},
                                           CauseCase{"ledger_full", FailureClass::Retry},
                                           CauseCase{"ledger_not_covering", FailureClass::Retry},
                                           CauseCase{"ledger_busy", FailureClass::Retry},
                                           CauseCase{"ledger_stopped", FailureClass::Retry},
                                           CauseCase{"key_missing", FailureClass::Retry},
                                           CauseCase{"no_keys", FailureClass::Stop},
                                           CauseCase{"killed", FailureClass::Retry},
                                           CauseCase{"lease_lost", FailureClass::Retry},
                                           CauseCase{"unknown_column", FailureClass::Stop},
                                           CauseCase{"bad_catalog", FailureClass::Stop},
                                           CauseCase{"crash", FailureClass::Stop},
                                           CauseCase{"time_limit", FailureClass::Stop},
                                           CauseCase{"memory_limit", FailureClass::Stop}));

TEST(FailureOf, KeepsAnUnknownCauseInTheGivenClass) {
  EXPECT_EQ(failure_of("serialization", FailureClass::Retry).failure_class, FailureClass::Retry);
  EXPECT_EQ(failure_of("bad_row", FailureClass::Stop).failure_class, FailureClass::Stop);
}

TEST(FailureOf, TakesTheClassFromAFault) {
  EXPECT_EQ(failure_of(Failure(Retry::Later, "io_error", "x")).failure_class, FailureClass::Retry);
  EXPECT_EQ(failure_of(Failure(Retry::Never, "bad_row", "x")).failure_class, FailureClass::Stop);
}

TEST(FailureOfDeath, StopsAfterACrash) {
  for (const int signal : {SIGABRT, SIGSEGV, SIGSYS, SIGBUS, SIGFPE, SIGILL}) {
    const auto failure = failure_of_death(killed_by(signal), Killer::Nobody);

    EXPECT_EQ(failure.failure_class, FailureClass::Stop) << signal;
    EXPECT_EQ(failure.cause, "crash");
  }
}

TEST(FailureOfDeath, RetriesAKillFromOutside) {
  EXPECT_EQ(failure_of_death(killed_by(SIGKILL), Killer::Nobody).failure_class,
            FailureClass::Retry);
  EXPECT_EQ(failure_of_death(killed_by(SIGTERM), Killer::Nobody).failure_class,
            FailureClass::Retry);
}

TEST(FailureOfDeath, StopsAtOurOwnLimits) {
  EXPECT_EQ(failure_of_death(killed_by(SIGKILL), Killer::TimeLimit).cause, "time_limit");
  EXPECT_EQ(failure_of_death(killed_by(SIGKILL), Killer::TimeLimit).failure_class,
            FailureClass::Stop);
  EXPECT_EQ(failure_of_death(killed_by(SIGKILL), Killer::Supervisor).cause, "protocol");
}

TEST(FailureOfDeath, StopsAfterAnExitWithoutResult) {
  EXPECT_EQ(failure_of_death(exited_with(0), Killer::Nobody).cause, "exit_code");
  EXPECT_EQ(failure_of_death(exited_with(3), Killer::Nobody).failure_class, FailureClass::Stop);
}

TEST(DescribeDeath, NamesCodeSignalAndLimit) {
  EXPECT_EQ(describe_death(exited_with(1), Killer::Nobody), "exit 1");
  EXPECT_EQ(describe_death(killed_by(9), Killer::Nobody), "signal 9");
  EXPECT_EQ(describe_death(killed_by(9), Killer::TimeLimit), "signal 9 (time limit)");
}

TEST(BackOff, StaysUnderTheDoubledCeiling) {
  SystemRandom random;
  const RetryPolicy policy;

  for (int i = 0; i < 200; ++i) {
    EXPECT_LE(back_off(1, policy, random), minutes(1));
    EXPECT_LE(back_off(3, policy, random), minutes(4));
    EXPECT_LE(back_off(50, policy, random), minutes(60));
    EXPECT_GE(back_off(50, policy, random), milliseconds(0));
  }
}

TEST(BackOff, UsesTheWholeRange) {
  SystemRandom random;
  const RetryPolicy policy;
  milliseconds least = minutes(60);
  milliseconds most{0};

  for (int i = 0; i < 500; ++i) {
    const auto delay = back_off(2, policy, random);
    least = std::min(least, delay);
    most = std::max(most, delay);
  }

  EXPECT_LT(least, minutes(1));
  EXPECT_GT(most, minutes(1));
}

TEST(DecideRetry, CountsTheSameCauseInARow) {
  FixedRandom random(0);

  EXPECT_EQ(decide_retry(a_retry(), "", 0, kDue, kNow, {}, random).streak, 1);
  EXPECT_EQ(decide_retry(a_retry(), "database_lost", 1, kDue, kNow, {}, random).streak, 2);
  EXPECT_EQ(decide_retry(a_retry(), "disk_full", 2, kDue, kNow, {}, random).streak, 1);
}

TEST(DecideRetry, IsFinalTheThirdTime) {
  FixedRandom random(0);

  const JobFailure killed{FailureClass::Retry, "killed", "", {}};
  EXPECT_FALSE(decide_retry(killed, "killed", 1, kDue, kNow, {}, random).is_final);
  EXPECT_TRUE(decide_retry(killed, "killed", 2, kDue, kNow, {}, random).is_final);
}

TEST(DecideRetry, AFrozenLedgerIsAnOutage) {
  FixedRandom random(0);
  for (const char* cause : {"ledger_frozen", "ledger_full", "ledger_not_covering", "ledger_busy"}) {
    EXPECT_FALSE(decide_retry(a_retry(cause), cause, 5000, kDue, kNow, {}, random).is_final)
        << cause;
  }
}

// The key directory of a machine that was not mounted, or not copied to yet.
TEST(DecideRetry, AMissingKeyIsAnOutage) {
  FixedRandom random(0);
  const JobFailure missing = failure_of(Failure(Retry::Later, "key_missing", "subject-wrap.2"));

  EXPECT_FALSE(decide_retry(missing, "key_missing", 5000, kDue, kNow, {}, random).is_final);
}

TEST(DecideRetry, AnOutageIsWaitedForUntilTheWarning) {
  FixedRandom random(0);
  const RetryPolicy policy;

  EXPECT_FALSE(decide_retry(a_retry(), "database_lost", 5000, kDue, kNow, policy, random).is_final);
  EXPECT_TRUE(decide_retry(a_retry(),
                           "database_lost",
                           5000,
                           kNow + policy.warning - std::chrono::seconds(1),
                           kNow,
                           policy,
                           random)
                  .is_final);
}

TEST(DecideRetry, AnUploadIsWaitedForUntilTheWarningWithoutAsking) {
  FixedRandom random(0);
  const RetryPolicy policy;
  const JobFailure waiting = failure_of(kWaitingForUpload, FailureClass::Stop);

  const auto first = decide_retry(waiting, "", 0, kDue, kNow, policy, random);
  const auto last =
      decide_retry(waiting, kWaitingForUpload, 1, kDue, kDue - policy.warning, policy, random);

  EXPECT_EQ(waiting.failure_class, FailureClass::Retry);
  EXPECT_FALSE(first.is_final);
  EXPECT_EQ(kNow + first.delay, kDue - policy.warning);
  EXPECT_TRUE(last.is_final);
}

TEST(DecideRetry, IsFinalForStopAndQuarantine) {
  FixedRandom random(0);

  EXPECT_TRUE(
      decide_retry({FailureClass::Stop, "crash", "", {}}, "", 0, kDue, kNow, {}, random).is_final);
  EXPECT_TRUE(
      decide_retry({FailureClass::Quarantine, "foreign_row", "", {}}, "", 0, kDue, kNow, {}, random)
          .is_final);
}

TEST(DecideRetry, IsAPersonsMatterNearTheDueDate) {
  FixedRandom random(0);
  const RetryPolicy policy;

  EXPECT_FALSE(
      decide_retry(a_retry(), "", 0, kNow + policy.warning, kNow, policy, random).is_final);
  EXPECT_TRUE(
      decide_retry(
          a_retry(), "", 0, kNow + policy.warning - std::chrono::seconds(1), kNow, policy, random)
          .is_final);
}

}  // namespace
}  // namespace rightful::queue
