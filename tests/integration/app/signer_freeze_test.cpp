// F1 to F7 with the signer's real process: what freezes, what is said, and that nothing more is
// published.
#include <filesystem>
#include <string>

#include <gmock/gmock.h>

#include "rightful/core/failure.hpp"
#include "rightful/ledger/checkpoint.hpp"
#include "rightful/ledger/leaf.hpp"

#include "tests/integration/app/published_ledger.hpp"

namespace rightful::testing {
namespace {

namespace fs = std::filesystem;
using ledger::FreezeReason;
using store::PublishStep;
using ::testing::HasSubstr;

class SignerFreeze : public PublishedLedger {
 protected:
  SignerFreeze() {
    start_signer();
    write(200);
    publish();
    before_ = checkpoint();
  }

  /// As after a restart.
  void expect_frozen(FreezeReason reason) {
    auto publisher = make_publisher();
    const auto report = publisher.publish();
    EXPECT_EQ(report.step, PublishStep::Frozen) << process_->output();
    EXPECT_EQ(report.reason, std::optional(reason));
    EXPECT_EQ(log_state(), "frozen");
    EXPECT_THAT(
        process_->output(),
        HasSubstr("event=signer_frozen log=2026 reason=" + std::string(ledger::name_of(reason))));
    EXPECT_EQ(as_text(checkpoint()), as_text(before_)) << "nothing more is published";
    expect_it_stays(reason);
  }

  /// Over a restart of the signer too, whatever the database says.
  void expect_it_stays(FreezeReason reason) {
    tamper("UPDATE ledger.log SET state = 'open'");
    start_signer();
    auto publisher = make_publisher();
    EXPECT_EQ(publisher.publish().reason, std::optional(reason));
    EXPECT_EQ(log_state(), "frozen");
    EXPECT_EQ(publisher.publish().step, PublishStep::Frozen) << "and is not asked again";
    EXPECT_EQ(as_text(checkpoint()), as_text(before_));
  }

  void cut_to(std::uint64_t size) {
    tamper("DELETE FROM ledger.entry WHERE idx >= " + std::to_string(size) +
           "; DELETE FROM ledger.body WHERE idx >= " + std::to_string(size) +
           "; DELETE FROM ledger.lookup WHERE idx >= " + std::to_string(size) +
           "; DELETE FROM ledger.checkpoint WHERE size > " + std::to_string(size));
    rebuild_head();
  }

  void forge(std::uint64_t index) {
    const Bytes body = to_bytes(std::string(300, 'f'));
    tamper("UPDATE ledger.body SET leaf = '\\x" + to_hex(body) +
           "' WHERE idx = " + std::to_string(index) + "; UPDATE ledger.entry SET leaf_hash = '\\x" +
           to_hex(ledger::leaf_hash(body).bytes()) + "' WHERE idx = " + std::to_string(index));
  }

  Bytes before_;
};

TEST_F(SignerFreeze, F1WhenTheTreeGotSmaller) {
  cut_to(150);
  expect_frozen(FreezeReason::SizeSmaller);
}

TEST_F(SignerFreeze, F1AfterYesterdaysDatabaseWasRestored) {  // O10
  const std::uint64_t yesterday = head_size();
  database_.execute(
      "CREATE SCHEMA yesterday; CREATE TABLE yesterday.entry AS TABLE ledger.entry; "
      "CREATE TABLE yesterday.body AS TABLE ledger.body; "
      "CREATE TABLE yesterday.lookup AS TABLE ledger.lookup; "
      "CREATE TABLE yesterday.head AS TABLE ledger.head; "
      "CREATE TABLE yesterday.writer AS TABLE ledger.writer; "
      "CREATE TABLE yesterday.checkpoint AS TABLE ledger.checkpoint");
  write(300);
  publish();
  before_ = checkpoint();
  for (const std::string table : {"entry", "body", "lookup", "head", "writer", "checkpoint"}) {
    tamper("DELETE FROM ledger." + table + "; INSERT INTO ledger." + table +
           " SELECT * FROM yesterday." + table);
  }
  ASSERT_EQ(head_size(), yesterday);
  expect_frozen(FreezeReason::SizeSmaller);
}

TEST_F(SignerFreeze, F2WhenOneSizeHasTwoRoots) {
  forge(head_size() - 1);
  rebuild_head();
  expect_frozen(FreezeReason::RootDiffers);
}

TEST_F(SignerFreeze, F3WhenTheLeavesDoNotLeadThere) {
  forge(17);
  rebuild_head();
  writer_ = start_writer();
  sequence();
  expect_frozen(FreezeReason::LeavesDiffer);
}

TEST_F(SignerFreeze, F3WhenTheTailWasReplaced) {
  cut_to(150);
  // A writer that the cut log does not know would be refused: the forger's own one begins anew.
  writer_ = start_writer();
  write(200);
  auto publisher = make_publisher();
  const auto report = publisher.publish();
  EXPECT_EQ(report.step, PublishStep::Frozen);
  EXPECT_EQ(report.reason, std::optional(FreezeReason::LeavesDiffer)) << process_->output();
  EXPECT_EQ(as_text(checkpoint()), as_text(before_));
}

TEST_F(SignerFreeze, F4WhenTheMemoryIsGone) {  // O11
  fs::remove(memory_file());
  expect_frozen(FreezeReason::MemoryLost);
}

TEST_F(SignerFreeze, F4WhenTheMemoryIsCut) {
  const std::string whole = text_of(memory_file());
  overwrite(memory_file(), whole.substr(0, whole.size() / 2));
  expect_frozen(FreezeReason::MemoryLost);
}

TEST_F(SignerFreeze, F4WhenTheMemoryIsAFolder) {
  fs::remove(memory_file());
  fs::create_directory(memory_file());
  expect_frozen(FreezeReason::MemoryLost);
}

TEST_F(SignerFreeze, F4WhenItsFolderIsGone) {
  fs::remove_all(signer_ / "2026");
  expect_frozen(FreezeReason::MemoryLost);
}

TEST_F(SignerFreeze, F5WhenItIsAskedForAnotherLog) {
  const auto other = ledger::Origin::parse("audit.example.test/elsewhere/2026").value();
  const auto refused = remote_->sign(
      {.origin = other, .claimed = {0, ledger::empty_root()}, .from = 0, .leaves = {}});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().reason, std::optional(FreezeReason::WrongOrigin));
  expect_frozen(FreezeReason::WrongOrigin);
}

TEST_F(SignerFreeze, F6WhenTheMemoryWentBack) {
  const std::string older = text_of(memory_file());
  write(50);
  publish();
  before_ = checkpoint();
  start_signer();
  overwrite(memory_file(), older);
  expect_frozen(FreezeReason::MemoryRolledBack);
}

TEST_F(SignerFreeze, F6WhenItGoesBackUnderTheProcess) {
  const std::string older = text_of(memory_file());
  write(50);
  publish();
  before_ = checkpoint();
  const std::string newest = text_of(log_folder() / "checkpoint");
  overwrite(memory_file(), older);
  fs::remove(log_folder() / "checkpoint");  // the process remembers what it has signed
  auto publisher = make_publisher();
  EXPECT_EQ(publisher.publish().reason, std::optional(FreezeReason::MemoryRolledBack));
  overwrite(log_folder() / "checkpoint", newest);
}

TEST_F(SignerFreeze, F7WhenTheKeyIsAnotherOne) {
  const auto other = ledger::Origin::parse("audit.example.test/dsar/other").value();
  ASSERT_TRUE(place_.open_log(other, random_).has_value());
  fs::remove(signer_ / "2026/keys/1/signer.key");
  fs::copy_file(signer_ / "other/keys/1/signer.key", signer_ / "2026/keys/1/signer.key");
  expect_frozen(FreezeReason::WrongKey);
}

TEST_F(SignerFreeze, F7WhenThereIsNoKey) {
  fs::remove_all(signer_ / "2026/keys/1");
  expect_frozen(FreezeReason::WrongKey);
}

TEST_F(SignerFreeze, SequencingGoesOn) {
  fs::remove(memory_file());
  auto publisher = make_publisher();
  ASSERT_EQ(publisher.publish().step, PublishStep::Frozen);
  const auto size = head_size();
  write(30);
  EXPECT_GE(head_size(), size + 30);
  EXPECT_EQ(publisher.publish().step, PublishStep::Frozen);
}

// O8
TEST_F(SignerFreeze, AClockThatWentBackFreezesNothing) {
  clock_.advance(std::chrono::hours(-1));
  write(20);
  publish();
  const auto found = audit({before_});
  EXPECT_TRUE(found.is_verified()) << found.text();
  EXPECT_TRUE(found.has(ledger::FindingKind::ClockBack)) << found.text();
}

TEST_F(SignerFreeze, DamagedRowsStopWithoutFreezing) {
  write(5);
  tamper("DELETE FROM ledger.entry WHERE idx = (SELECT size - 2 FROM ledger.head)");
  auto publisher = make_publisher();
  try {
    static_cast<void>(publisher.publish());
    FAIL() << "published over a missing entry";
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.cause(), "ledger_damaged");
  }
  EXPECT_EQ(as_text(checkpoint()), as_text(before_));
}

}  // namespace
}  // namespace rightful::testing
