// Bodies that go away, with a leaf that says so and without (ledger.md section 14: D13, D14, D15),
// and the end of a log's retention.
#include "rightful/lifecycle/redaction.hpp"

#include <filesystem>
#include <fstream>
#include <future>
#include <stop_token>
#include <string>

#include <gmock/gmock.h>

#include "rightful/core/files.hpp"
#include "rightful/ledger/leaf.hpp"
#include "rightful/ledger/tiles.hpp"
#include "rightful/lifecycle/log_retention.hpp"
#include "rightful/store/ledger_tables.hpp"
#include "rightful/store/log_succession.hpp"

#include "store/bulk_session.hpp"
#include "store/ledger_walk.hpp"
#include "store/session.hpp"
#include "tests/integration/lifecycle/ledger_house.hpp"
#include "tests/support/result_matchers.hpp"

namespace rightful::lifecycle {
namespace {

using ::testing::HasSubstr;
using testing::IsError;
using testing::IsOk;
using testing::LedgerHouse;
using namespace std::chrono_literals;

class RedactionTest : public ::testing::Test {
 protected:
  Result<RedactionReport> redact(std::uint64_t index) {
    return lifecycle::redact(
        house_.tools(),
        house_.ledger_folder(),
        {.index = index, .why = "accident", .first = first_, .second = second_},
        0s);
  }

  /// Every published file that holds this body.
  std::size_t files_with(const std::string& body) {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(house_.log_folder())) {
      if (!entry.is_regular_file()) continue;
      const auto content = read_file(entry.path(), std::size_t{64} << 20U);
      if (content && as_text(*content).find(body) != std::string_view::npos) ++count;
    }
    return count;
  }

  /// Takes a body out of the newest bundle by hand, as somebody with the disk.
  void take_out(std::uint64_t index, unsigned width) {
    auto folder = ledger::LogDirectory::open(house_.log_folder()).value();
    const auto path = ledger::LogPath::entry_bundle(index / 256, width);
    const Bytes bytes = folder.read(path).value();
    auto leaves = ledger::parse_entry_bundle(bytes, width).value();
    leaves.at(index % 256) = ByteView();
    ASSERT_THAT(folder.replace(path, ledger::format_entry_bundle(leaves)), IsOk());
  }

  LedgerHouse house_;
  ledger::StaffRef first_ = house_.staff_member("one", StaffRole::Officer).member.ref;
  ledger::StaffRef second_ = house_.staff_member("two", StaffRole::Officer).member.ref;
  AccountId anna_ = house_.account("anna");
};

// D14, and the crash between the database and the files.
TEST_F(RedactionTest, TakesTheBodyEverywhereAndSaysSo) {
  house_.say(anna_);
  house_.publish();
  house_.say(anna_);
  house_.publish();
  const std::uint64_t index = house_.places_of("session.ended").at(0);
  const std::string body = house_.leaves().at(index);
  ASSERT_EQ(files_with(body), 2U) << "one file of each signed size";

  ASSERT_THAT(redact(index), IsError(ErrorCode::Unavailable)) << "nobody has signed the leaf yet";
  EXPECT_EQ(house_.ask("SELECT count(*) FROM ledger.body WHERE idx = " + std::to_string(index)),
            "0");
  EXPECT_EQ(files_with(body), 2U) << "no verifier meets a missing body without its leaf";
  house_.publish();
  const auto report = redact(index);

  ASSERT_THAT(report, IsOk());
  EXPECT_TRUE(report->was_done_before);
  EXPECT_EQ(report->files, 2U);
  EXPECT_EQ(files_with(body), 0U);
  const auto result = house_.verify();
  EXPECT_EQ(result.verdict.severity, ledger::Severity::Report) << result.text();
  EXPECT_TRUE(result.has(ledger::FindingKind::Redacted, index)) << result.text();
  EXPECT_EQ(house_.places_of("log.redacted").size(), 1U);
  EXPECT_EQ(redact(index)->files, 0U) << "a third time finds nothing left";
  EXPECT_EQ(house_.ask("SELECT count(*) FROM ledger.lookup WHERE idx = " + std::to_string(index)),
            "0");
}

TEST_F(RedactionTest, TakesTheBodyFromWhatAKilledPublisherLeft) {
  house_.say(anna_);
  house_.publish();
  const std::uint64_t index = house_.places_of("session.ended").at(0);
  const std::string body = house_.leaves().at(index);
  const auto folder = house_.log_folder() / "tile/entries/000.p";
  ASSERT_EQ(files_with(body), 1U);
  std::ofstream(folder / ".200.new") << body;
  ASSERT_EQ(files_with(body), 2U);

  ASSERT_THAT(redact(index), IsError(ErrorCode::Unavailable));
  house_.publish();
  ASSERT_THAT(redact(index), IsOk());

  EXPECT_EQ(files_with(body), 0U);
  EXPECT_FALSE(std::filesystem::exists(folder / ".200.new"));
}

TEST_F(RedactionTest, NamesBothOfficersAndTheLostLeaf) {
  house_.say(anna_);
  house_.publish();
  const std::uint64_t index = house_.places_of("session.ended").at(0);
  const auto hash = ledger::leaf_hash(as_bytes(house_.leaves().at(index)));

  ASSERT_THAT(redact(index), IsError(ErrorCode::Unavailable));

  house_.publish();
  const std::string leaf = house_.leaves().at(house_.places_of("log.redacted").at(0));
  EXPECT_THAT(leaf, HasSubstr("\"actor\":\"" + first_.text() + "\""));
  EXPECT_THAT(leaf, HasSubstr("\"second\":\"" + second_.text() + "\""));
  EXPECT_THAT(leaf, HasSubstr("\"leaf\":\"" + to_hex(hash.bytes()) + "\""));
}

TEST_F(RedactionTest, LaterLeavesAndBundlesStayVerified) {
  house_.say(anna_);
  house_.publish();
  const std::uint64_t index = house_.places_of("session.ended").at(0);
  ASSERT_THAT(redact(index), IsError(ErrorCode::Unavailable));
  house_.publish();
  ASSERT_THAT(redact(index), IsOk());
  for (int number = 0; number < 300; ++number)
    house_.say(anna_);

  house_.publish();

  const auto result = house_.verify();
  EXPECT_EQ(result.verdict.severity, ledger::Severity::Report) << result.text();
  EXPECT_TRUE(result.has(ledger::FindingKind::Redacted, index));
}

TEST_F(RedactionTest, NeverTakesWhatTheLogStandsOn) {
  house_.say(anna_);
  house_.publish();
  for (const std::string_view act : {"log.genesis", "writer.start"}) {
    EXPECT_THAT(redact(house_.places_of(act).at(0)), IsError(ErrorCode::Denied)) << act;
  }
  ASSERT_THAT(erase_subject(house_.tools(), anna_, "error"), IsOk());
  house_.publish();
  EXPECT_THAT(redact(house_.places_of("subject_key.destroyed").at(0)), IsError(ErrorCode::Denied));
  EXPECT_THAT(redact(10'000), IsError(ErrorCode::NotFound));
}

// D13
TEST_F(RedactionTest, MissingBodyWithoutALeafIsFound) {
  house_.say(anna_);
  const auto size = house_.publish();
  const std::uint64_t index = house_.places_of("session.ended").at(0);

  take_out(index, static_cast<unsigned>(size));

  const auto result = house_.verify();
  EXPECT_EQ(result.verdict.severity, ledger::Severity::NotEnough) << result.text();
  EXPECT_TRUE(result.has(ledger::FindingKind::BodyMissing, index)) << result.text();
}

// D15
TEST_F(RedactionTest, LeafThatNamesAnotherHashIsFound) {
  house_.say(anna_);
  house_.publish();
  const std::uint64_t index = house_.places_of("session.ended").at(0);
  const std::string body = house_.leaves().at(index);
  const auto leaf = ledger::parse_leaf(as_bytes(body));
  house_.record(
      ledger::Event(ledger::Staff{first_},
                    ledger::events::LogRedacted{.from = ledger::WriterId::parse(leaf->w).value(),
                                                .idx = index,
                                                .leaf = ledger::leaf_hash(as_bytes("another")),
                                                .n = leaf->n,
                                                .second = second_,
                                                .why = "accident"}));
  const auto size = house_.publish();

  take_out(index, static_cast<unsigned>(size));

  const auto result = house_.verify();
  EXPECT_EQ(result.verdict.severity, ledger::Severity::Proven) << result.text();
  EXPECT_EQ(result.verdict.of_kind[static_cast<std::size_t>(ledger::FindingKind::RedactionFalse)],
            1U)
      << result.text();
}

/// The nightly comparison, with a redaction in the middle of it.
class WalkTest : public RedactionTest {
 protected:
  void SetUp() override {
    for (int number = 0; number < 6; ++number)
      house_.say(anna_);
    house_.publish();
    index_ = house_.places_of("session.ended").back();
    ASSERT_FALSE(walk_.step(session_, house_.database.settings())) << "it has only begun";
  }

  store::CheckOutcome finish() {
    for (;;) {
      if (auto outcome = walk_.step(session_, house_.database.settings())) {
        return *std::move(outcome);
      }
    }
  }

  store::LedgerWalk walk_{1, house_.keys, 2};
  store::BulkSession session_{house_.database.settings()};
  std::uint64_t index_ = 0;
};

TEST_F(WalkTest, RedactionWhoseLeafStillWaitsIsNoDifference) {
  ASSERT_THAT(redact(index_), IsError(ErrorCode::Unavailable));

  const auto outcome = finish();

  EXPECT_TRUE(outcome.passed) << outcome.note;
}

TEST_F(WalkTest, RedactionBeyondTheTargetIsNoDifference) {
  ASSERT_THAT(redact(index_), IsError(ErrorCode::Unavailable));
  house_.sequence();
  ASSERT_EQ(house_.ask("SELECT count(*) FROM ledger.outbox"), "0");

  const auto outcome = finish();

  EXPECT_TRUE(outcome.passed) << outcome.note;
  EXPECT_LT(outcome.size, house_.leaves().size());
}

TEST_F(WalkTest, BodyThatGoesWithoutALeafIsOne) {
  const std::uint64_t other = house_.places_of("session.ended").at(4);
  ASSERT_THAT(redact(index_), IsError(ErrorCode::Unavailable));
  house_.sequence();
  house_.database.execute_as_admin(
      "SET LOCAL session_replication_role = replica;"
      "DELETE FROM ledger.body WHERE idx = " +
      std::to_string(other));

  const auto outcome = finish();

  EXPECT_FALSE(outcome.passed);
  EXPECT_EQ(outcome.cause, "hash_mismatch");
  EXPECT_THAT(outcome.note, HasSubstr("the body of entry " + std::to_string(other)));
}

class RetentionTest : public RedactionTest {
 protected:
  /// The log gets its last leaf and its last checkpoint; another one is live.
  void seal() {
    house_.say(anna_);
    house_.publish();
    open_next();
    house_.restart();
    house_.publish();
    ASSERT_TRUE(store::seal_if_due(house_.pool(), 1, 0s, house_.keys, house_.clock, house_.random));
    house_.publish();
    ASSERT_EQ(house_.ask("SELECT state FROM ledger.log WHERE log_id = 1"), "sealed");
  }

  Result<PurgeReport> purge(const std::string& log = "2026") {
    return purge_log(house_.tools(), house_.ledger_folder(), log, std::chrono::months(36));
  }

  std::string rows(const std::string& table) {
    return house_.ask("SELECT count(*) FROM ledger." + table + " WHERE log_id = 1");
  }

 private:
  void open_next() {
    const auto next = ledger::Origin::parse("audit.example.test/dsar/2027").value();
    auto key = crypto::SigningKey::from_seed(Bytes(32, std::byte{0x5b})).value();
    const auto signer = ledger::NoteSigner::create(next.text(), std::move(key)).value();
    std::optional<store::ledger_tables::CheckpointRow> last;
    {
      auto transaction = house_.pool().begin();
      last = store::ledger_tables::newest_checkpoint(transaction, 1);
    }
    ASSERT_THAT(store::open_next_log(house_.pool(),
                                     {.origin = next,
                                      .key = signer.key(),
                                      .last_signed = {last->size, last->root},
                                      .recovery = std::nullopt},
                                     house_.keys,
                                     house_.clock,
                                     house_.random),
                IsOk());
  }
};

TEST_F(RetentionTest, RefusesALogThatIsKept) {
  EXPECT_THAT(purge("2025"), IsError(ErrorCode::NotFound));
  EXPECT_THAT(purge("../x"), IsError(ErrorCode::InvalidArgument));
  const auto open = purge();
  ASSERT_THAT(open, IsError(ErrorCode::Conflict));
  EXPECT_THAT(open.error().detail, HasSubstr("only a sealed one"));
  seal();
  house_.clock.advance(std::chrono::days(1094));
  const auto kept = purge();
  ASSERT_THAT(kept, IsError(ErrorCode::Conflict));
  EXPECT_THAT(kept.error().detail, HasSubstr("is kept until"));
  EXPECT_NE(rows("body"), "0");
}

TEST_F(RetentionTest, TakesEntriesAndKeepsHashes) {
  seal();
  house_.clock.advance(std::chrono::days(1100));

  const auto report = purge();

  ASSERT_THAT(report, IsOk());
  EXPECT_FALSE(report->went_on);
  EXPECT_EQ(rows("body"), "0");
  EXPECT_EQ(rows("lookup"), "0");
  EXPECT_EQ(rows("entry"), std::to_string(report->entries));
  EXPECT_FALSE(std::filesystem::exists(house_.log_folder() / "tile/entries"));
  const auto result = house_.verify(ledger::Depth::HashesOnly);
  EXPECT_EQ(result.verdict.checkpoint->checkpoint.head.size, report->entries);
  EXPECT_NE(result.verdict.severity, ledger::Severity::Proven) << result.text();
  EXPECT_THAT(
      house_.ask("SELECT string_agg(convert_from(leaf, 'UTF8'), ' ') FROM ledger.outbox WHERE "
                 "log_id = 2"),
      HasSubstr("\"act\":\"log.purged\""));
}

TEST_F(RetentionTest, TwoAtOnceSayItOnce) {
  seal();
  house_.clock.advance(std::chrono::days(1100));
  store::Session holder(house_.database.settings());
  holder.begin(store::Isolation::ReadCommitted, house_.database.settings());
  holder.run_script("hold", "SELECT FROM ledger.log WHERE log_id = 1 FOR UPDATE");
  auto one = std::async(std::launch::async, [&] { return purge(); });
  auto two = std::async(std::launch::async, [&] { return purge(); });
  const std::string waiting =
      "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE "
      "'%ledger.log%' AND datname = current_database() AND pid <> pg_backend_pid()";
  SystemClock clock;
  for (int round = 0; round < 200 && house_.ask(waiting) != "2"; ++round)
    clock.wait_for(std::stop_token(), 50ms);
  EXPECT_EQ(house_.ask(waiting), "2");

  holder.commit();

  const auto first = one.get();
  const auto second = two.get();
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(second, IsOk());
  EXPECT_NE(first->went_on, second->went_on);
  EXPECT_EQ(house_.ask("SELECT count(*) FROM ledger.outbox WHERE convert_from(leaf, 'UTF8') LIKE "
                       "'%log.purged%'"),
            "1");
}

TEST_F(RetentionTest, GoesOnAfterACrashWithoutASecondLeaf) {
  seal();
  house_.clock.advance(std::chrono::days(1100));
  house_.database.execute_as_admin(
      "CREATE TABLE kept AS SELECT * FROM ledger.body WHERE log_id = 1 AND idx > 2");
  ASSERT_THAT(purge(), IsOk());
  house_.database.execute_as_admin("INSERT INTO ledger.body TABLE kept");
  std::filesystem::create_directories(house_.log_folder() / "tile/entries");

  const auto report = purge();

  ASSERT_THAT(report, IsOk());
  EXPECT_TRUE(report->went_on);
  EXPECT_EQ(rows("body"), "0");
  EXPECT_FALSE(std::filesystem::exists(house_.log_folder() / "tile/entries"));
  EXPECT_EQ(house_.ask("SELECT count(*) FROM ledger.outbox WHERE convert_from(leaf, 'UTF8') LIKE "
                       "'%log.purged%'"),
            "1");
}

}  // namespace
}  // namespace rightful::lifecycle
