// What the sequencer makes of the outbox: order, checks, findings, its own leaves.

#include "rightful/store/sequencer.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rightful/ledger/event.hpp"
#include "rightful/store/enrolment_leaf.hpp"

#include "tests/integration/ledger/sequencer_fixture.hpp"
#include "tests/support/result_matchers.hpp"

namespace rightful::testing {
namespace {

using ledger::FindingKind;
using store::BatchState;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class SequencerTest : public SequencerFixture {
 protected:
  const crypto::SigningKey& enrolment() const { return keys_.ledger_enrolment_key(); }

  /// A started hand writer whose numbers 1 … count are staged.
  HandWriter writer_with(std::uint64_t count, std::uint32_t span = 32) {
    HandWriter writer = hand_writer();
    std::vector<Bytes> leaves{writer.start(enrolment(), span)};
    for (std::uint64_t n = 1; n <= count; ++n)
      leaves.push_back(writer.leaf(n));
    stage(leaves);
    return writer;
  }
};

TEST_F(SequencerTest, BeginsWithTheGenesis) {
  drain();

  EXPECT_THAT(log_acts(),
              ElementsAre("log.genesis",
                          "writer.start",
                          "log.heartbeat",
                          "writer.alive",
                          "log.checked",
                          "writer.stop"));
  EXPECT_EQ(count("ledger.outbox"), 0);
  expect_sound();
}

// Of another log, another key, another number, or with a signature that does not hold.
TEST_F(SequencerTest, BeginsWithNoOtherGenesis) {
  const auto stranger = crypto::SigningKey::generate(random_);
  const auto elsewhere = ledger::Origin::parse("audit.example.test/dsar/2025").value();
  const auto& enrolment = keys_.ledger_enrolment_key();
  const auto genesis = [this](const auto& key, const auto& origin, std::uint64_t n) {
    return ledger::make_genesis(key, origin, {.n = n, .nonce = {}, .t = clock_.now()});
  };
  Bytes forged = genesis(enrolment, origin_, 0);
  std::byte& first = forged[forged.size() - 88];
  first = first == std::byte{'A'} ? std::byte{'B'} : std::byte{'A'};
  const auto sequencer = make_sequencer();
  for (const Bytes& leaf : {genesis(stranger, origin_, 0),
                            genesis(enrolment, elsewhere, 0),
                            genesis(enrolment, origin_, 1),
                            forged}) {
    database_.execute_as_admin("DELETE FROM ledger.outbox");
    stage({leaf});
    try {
      static_cast<void>(sequencer->run_batch());
      ADD_FAILURE() << as_text(leaf);
    } catch (const Failure& failure) {
      EXPECT_EQ(failure.cause(), "ledger_no_genesis") << as_text(leaf);
    }
    EXPECT_EQ(head_size(), 0U);
  }
  stage({genesis(enrolment, origin_, 0)});
  drain();
  EXPECT_EQ(log_acts().front(), "log.genesis") << "it goes on once it is there";
}

TEST_F(SequencerTest, MovesWhatAWriterCommits) {
  const auto writer = start_writer();
  const auto pool = database_.make_pool(1, writer.get());
  for (int i = 0; i < 5; ++i) {
    store::Transaction transaction = pool->begin();
    transaction.record(job_queued(anna_));
    transaction.commit();
  }
  writer->stop();

  drain();

  EXPECT_EQ(places_of("job.queued").size(), 5U);
  EXPECT_EQ(places_of("writer.stop").size(), 2U);
  EXPECT_EQ(incidents("ledger_gap"), 0);
  expect_sound();
}

TEST_F(SequencerTest, WithoutRowsNothingIsWritten) {
  const auto sequencer = make_sequencer();
  drain(*sequencer);
  const std::uint64_t size = head_size();

  const auto result = sequencer->run_batch();

  EXPECT_EQ(result.state, BatchState::Done);
  EXPECT_EQ(result.leaves, 0U);
  EXPECT_EQ(head_size(), size);
}

TEST_F(SequencerTest, HeartbeatsEveryFiveMinutes) {
  const auto sequencer = make_sequencer();
  drain(*sequencer);
  clock_.advance(std::chrono::seconds(299));
  drain(*sequencer);
  EXPECT_EQ(places_of("log.heartbeat").size(), 1U);

  clock_.advance(std::chrono::seconds(1));
  drain(*sequencer);

  EXPECT_EQ(places_of("log.heartbeat").size(), 2U);
  EXPECT_EQ(log().at(places_of("log.heartbeat").back()).fields, "oldest_ms=0;size=5;writers=2;");
  expect_sound();
}

// Two processes give one heartbeat in five minutes, not two.
TEST_F(SequencerTest, ASecondProcessRepeatsNoHeartbeat) {
  const auto first = make_sequencer();
  const auto second = make_sequencer();
  drain(*first);
  drain(*second);
  writer_with(1);
  drain(*second);

  EXPECT_EQ(places_of("log.heartbeat").size(), 1U);
  EXPECT_EQ(places_of("log.checked").size(), 1U);
  expect_sound();
}

TEST_F(SequencerTest, OneWorksAtATime) {
  const auto sequencer = make_sequencer();
  drain(*sequencer);
  writer_with(3);
  static constexpr store::Sql kHold{"hold_head", "SELECT FROM ledger.head FOR UPDATE"};
  store::Transaction other = database_.pool().begin();
  other.run(kHold);

  EXPECT_EQ(sequencer->run_batch().state, BatchState::Busy);
  EXPECT_EQ(count("ledger.outbox"), 4);
}

// O9: a row is deleted behind the writer's back.
TEST_F(SequencerTest, AMissingNumberIsAGap) {
  HandWriter writer = hand_writer();
  std::vector<Bytes> leaves{writer.start(enrolment(), 4)};
  for (const std::uint64_t n : {1U, 3U, 4U, 5U, 6U, 7U})
    leaves.push_back(writer.leaf(n));
  stage(leaves);

  drain();

  const auto gap = places_of("log.gap");
  ASSERT_EQ(gap.size(), 1U);
  const auto entries = log();
  EXPECT_EQ(entries.at(gap[0]).fields, "base=2;from=" + writer.id() + ";n=6;");
  EXPECT_EQ(entries.at(gap[0] + 1).n, 6U);
  EXPECT_EQ(entries.at(gap[0] + 1).writer, writer.id());
  EXPECT_EQ(incidents("ledger_gap"), 1);
  EXPECT_THAT(log_acts(), Contains("incident.opened"));
  const Audit result = audit();
  EXPECT_TRUE(result.has(FindingKind::LoggedGap, gap[0])) << result.text();
  EXPECT_FALSE(result.has(FindingKind::CounterGap)) << result.text();
}

TEST_F(SequencerTest, AliveShowsWhatIsMissing) {
  HandWriter writer = hand_writer();
  stage({writer.start(enrolment()),
         writer.leaf(1),
         writer.leaf(3, {ledger::System{}, ledger::events::WriterAlive{.upto = 3}})});

  drain();

  const auto gap = places_of("log.gap");
  ASSERT_EQ(gap.size(), 1U);
  EXPECT_EQ(log().at(gap[0]).fields, "base=2;from=" + writer.id() + ";n=3;");
  const Audit result = audit();
  EXPECT_TRUE(result.has(FindingKind::LoggedGap)) << result.text();
  EXPECT_FALSE(result.has(FindingKind::AliveGap)) << result.text();
}

TEST_F(SequencerTest, AStopWithAHoleIsAGap) {
  HandWriter writer = hand_writer();
  stage({writer.start(enrolment()),
         writer.leaf(1),
         writer.leaf(3, {ledger::System{}, ledger::events::WriterStop{}})});

  drain();

  ASSERT_EQ(places_of("log.gap").size(), 1U);
  EXPECT_EQ(incidents("ledger_gap"), 1);
  EXPECT_FALSE(audit().has(FindingKind::CounterGap)) << audit().text();
}

TEST_F(SequencerTest, DisorderInsideTheSpanIsNone) {
  HandWriter writer = hand_writer();
  stage({writer.start(enrolment(), 4),
         writer.leaf(4),
         writer.leaf(2),
         writer.leaf(3),
         writer.leaf(1),
         writer.leaf(5)});

  drain();

  EXPECT_THAT(places_of("log.gap"), IsEmpty());
  expect_sound();
}

// A forged or old row: `rejected`, `log.rejected` in its place, an incident; what stands behind it
// goes on.
TEST_F(SequencerTest, RefusesWhatIsNoLeafOfTheLog) {
  const HandWriter stranger = hand_writer();
  const HandWriter writer = writer_with(2);
  // The first character of the signature: still base64url, another signature.
  const auto forge = [](Bytes leaf) {
    std::byte& first = leaf[leaf.size() - 88];
    first = first == std::byte{'A'} ? std::byte{'B'} : std::byte{'A'};
    return leaf;
  };
  Bytes spaced = writer.leaf(3);
  spaced.push_back(std::byte{' '});
  const Bytes good = writer.leaf(3);
  const std::string text(as_text(good));
  std::string unknown = text;
  unknown.replace(unknown.find("writer.void"), 11, "writer.fake");
  const std::string zeroes(200, '0');
  std::string bad_field = text;
  bad_field.replace(bad_field.find("\"out\":\"ok\""), 10, "\"out\":\"no\"");
  stage({to_bytes(zeroes),
         spaced,
         to_bytes(bad_field),
         to_bytes(unknown),
         stranger.leaf(1),
         forge(writer.leaf(3)),
         writer.leaf(2),
         writer.leaf(3)});

  drain();

  std::vector<std::string> reasons;
  for (const std::uint64_t place : places_of("log.rejected")) {
    const std::string fields = log().at(place).fields;
    reasons.push_back(fields.substr(fields.find("why=") + 4));
  }
  EXPECT_THAT(reasons,
              ElementsAre("noncanonical;",
                          "noncanonical;",
                          "field;",
                          "event;",
                          "writer;",
                          "signature;",
                          "replay;"));
  EXPECT_EQ(count("ledger.rejected"), 7);
  EXPECT_EQ(ask("SELECT leaf = '\\x" + to_hex(as_bytes(zeroes)) +
                "' FROM ledger.rejected ORDER BY id LIMIT 1"),
            "true");
  EXPECT_EQ(incidents("ledger_rejected"), 1);
  EXPECT_EQ(count("ledger.outbox"), 0);
  EXPECT_TRUE(audit().has(FindingKind::Rejected));
  EXPECT_EQ(audit().verdict.severity, ledger::Severity::Report) << audit().text();
}

TEST_F(SequencerTest, RefusesWhatComesAfterTheStop) {
  HandWriter writer = hand_writer();
  stage({writer.start(enrolment()),
         writer.leaf(1, {ledger::System{}, ledger::events::WriterStop{}})});
  drain();
  stage({writer.leaf(2)});

  drain();

  const auto places = places_of("log.rejected");
  ASSERT_EQ(places.size(), 1U);
  EXPECT_THAT(log().at(places[0]).fields, HasSubstr("why=after_stop"));
  expect_sound();
}

TEST_F(SequencerTest, RefusesASecondStartOfAWriter) {
  HandWriter writer = hand_writer();
  const Bytes start = writer.start(enrolment());
  stage({start, start});

  drain();

  ASSERT_EQ(places_of("log.rejected").size(), 1U);
  EXPECT_THAT(log().at(places_of("log.rejected")[0]).fields, HasSubstr("why=replay"));
}

TEST_F(SequencerTest, OnlyTheEnrolmentKeyWritesOfTheLog) {
  HandWriter writer = writer_with(0);
  const ledger::Origin next = ledger::Origin::parse("audit.example.test/dsar/2027").value();
  stage({writer.leaf(1, {ledger::System{}, ledger::events::LogSealed{.next_origin = next}})});

  drain();

  ASSERT_EQ(places_of("log.rejected").size(), 1U);
  EXPECT_THAT(log().at(places_of("log.rejected")[0]).fields, HasSubstr("why=writer"));
  EXPECT_EQ(ask("SELECT state FROM ledger.log"), "open");
}

// Somebody who may write anywhere has used up the row's number in `rejected`, or forges one.
TEST_F(SequencerTest, NoRowStopsTheQueue) {
  HandWriter writer = writer_with(1);
  drain();
  database_.execute_as_admin(
      "INSERT INTO ledger.rejected (id, leaf, why) SELECT i, '\\x00', 'x' FROM "
      "generate_series(1, 100) AS i");
  stage({to_bytes(std::string(300, 'x')), to_bytes(std::string(300, 'y')), writer.leaf(2)});
  database_.execute_as_admin(
      "INSERT INTO ledger.outbox (id, log_id, leaf) OVERRIDING SYSTEM VALUE SELECT i, 1, "
      "convert_to(repeat('z', 300), 'UTF8') FROM unnest(ARRAY[-5, 9223372036854775807]) AS i");

  drain();

  EXPECT_EQ(count("ledger.outbox"), 0);
  EXPECT_EQ(count("ledger.rejected WHERE why <> 'x'"), 4);
  stage({writer.leaf(3)});
  drain();
  EXPECT_EQ(count("ledger.lookup WHERE writer_id = '" + writer.id() + "'"), 4);
  expect_sound();
}

// The forged row above the sequence must not raise the floor above what is still to come.
TEST_F(SequencerTest, AForgedNumberHidesNothing) {
  const auto sequencer = make_sequencer();
  HandWriter writer = writer_with(1);
  drain(*sequencer);
  database_.execute_as_admin(
      "INSERT INTO ledger.outbox (id, log_id, leaf) OVERRIDING SYSTEM VALUE VALUES "
      "(4000000000, 1, convert_to(repeat('z', 300), 'UTF8'))");
  for (std::uint64_t n = 2; n < 12; ++n) {
    stage({writer.leaf(n)});
    clock_.advance(std::chrono::seconds(2));
    drain(*sequencer);
    ASSERT_EQ(count("ledger.outbox"), 0) << n;
  }
  expect_sound();
}

TEST_F(SequencerTest, AFloodOpensOneIncident) {
  std::vector<Bytes> flood;
  for (int i = 0; i < 1500; ++i)
    flood.push_back(to_bytes(std::string(200 + static_cast<std::size_t>(i), 'x')));
  stage(flood);

  drain();

  EXPECT_EQ(count("ledger.rejected"), 1500);
  EXPECT_EQ(places_of("log.rejected").size(), 1500U);
  EXPECT_EQ(incidents("ledger_rejected"), 1);
  expect_sound();
}

TEST_F(SequencerTest, AFrozenLogTakesLeaves) {
  database_.execute("UPDATE ledger.log SET state = 'frozen'");
  writer_with(2);

  drain();

  EXPECT_EQ(places_of("writer.void").size(), 2U);
  expect_sound();
}

// O8: the machine's clock goes back an hour under writers and sequencer. All goes on, and an
// auditor is told where each of them went back: exit code 0.
TEST_F(SequencerTest, AClockThatGoesBackIsReportedWhereItDid) {
  add_accounts();
  const auto sequencer = make_sequencer();
  const auto writer = start_writer();
  const auto pool = database_.make_pool(1, writer.get());
  const auto commit_one = [&] {
    store::Transaction transaction = pool->begin();
    transaction.record(job_queued(anna_));
    transaction.commit();
  };
  commit_one();
  drain(*sequencer);
  clock_.advance(std::chrono::minutes(5));
  writer->keep_alive();
  drain(*sequencer);
  const std::uint64_t before = head_size();
  ASSERT_EQ(places_of("log.heartbeat").size(), 2U);

  clock_.set_back(std::chrono::hours(1));
  commit_one();
  drain(*sequencer);
  EXPECT_EQ(places_of("log.heartbeat").size(), 2U) << "time that passes counts, not the clock";
  for (int minutes = 0; minutes < 15; minutes += 5) {
    clock_.advance(std::chrono::minutes(5));
    commit_one();
    writer->keep_alive();
    drain(*sequencer);
  }

  EXPECT_EQ(places_of("log.heartbeat").size(), 5U);
  EXPECT_EQ(count("ledger.rejected"), 0);
  EXPECT_EQ(count("incident"), 0) << ask("SELECT note FROM incident");
  expect_sound();
  const Audit result = audit();
  const auto entries = log();
  const std::string other =
      ask("SELECT writer_id FROM ledger.lookup WHERE act = 'log.heartbeat' LIMIT 1");
  EXPECT_EQ(entries.at(before).act, "job.queued");
  EXPECT_TRUE(result.has(FindingKind::ClockBack, before)) << "the writer: " << result.text();
  const std::uint64_t heartbeat = places_of("log.heartbeat").at(2);
  EXPECT_EQ(entries.at(heartbeat).writer, other);
  EXPECT_TRUE(result.has(FindingKind::ClockBack, heartbeat)) << "the sequencer: " << result.text();
  EXPECT_EQ(std::ranges::count_if(result.findings,
                                  [](const auto& f) { return f.kind == FindingKind::ClockBack; }),
            2)
      << result.text();

  // Another process in its place: the newest heartbeat it knows may be of an hour to come.
  const auto next = make_sequencer();
  drain(*next);
  EXPECT_EQ(places_of("log.heartbeat").size(), 5U);
}

// Whoever has the database puts a row there that looks like the enrolment key's: the next true leaf
// must not leave room for it.
TEST_F(SequencerTest, AForgedLeafMovesNoEnrolmentNumber) {
  const auto sequencer = make_sequencer();
  drain(*sequencer);
  const ledger::Event event(
      ledger::Staff{ledger::StaffRef::random(random_)},
      ledger::events::KeyringRotated{
          .epoch = 2, .key = crypto::SigningKey::generate(random_).public_key(), .ring = "signer"});
  Bytes forged = ledger::make_enrolment_leaf(
      keys_.ledger_enrolment_key(), origin_, event, {.n = 40, .nonce = {}, .t = clock_.now()});
  std::byte& first = forged[forged.size() - 88];
  first = first == std::byte{'A'} ? std::byte{'B'} : std::byte{'A'};
  stage({forged});
  store::Transaction transaction = database_.pool().begin();
  store::stage_enrolment_leaf(transaction, 1, origin_, keys_, event, clock_, random_);
  transaction.commit();

  drain(*sequencer);

  EXPECT_EQ(count("ledger.rejected WHERE why = 'signature'"), 1);
  EXPECT_EQ(ask("SELECT string_agg(n::text, ' ') FROM ledger.lookup WHERE act = "
                "'keyring.rotated'"),
            "1");
  EXPECT_EQ(places_of("log.gap").size(), 0U);
  expect_sound();
}

TEST_F(SequencerTest, LogSealedIsTheLastLeaf) {
  const auto sequencer = make_sequencer();
  const HandWriter writer = writer_with(1);
  drain(*sequencer);
  const ledger::Origin next = ledger::Origin::parse("audit.example.test/dsar/2027").value();
  store::Transaction transaction = database_.pool().begin();
  store::stage_enrolment_leaf(transaction,
                              1,
                              origin_,
                              keys_,
                              {ledger::System{}, ledger::events::LogSealed{.next_origin = next}},
                              clock_,
                              random_);
  transaction.commit();
  stage({writer.leaf(2), writer.leaf(3)});

  const auto result = sequencer->run_batch();

  EXPECT_EQ(log_acts().back(), "log.sealed");
  EXPECT_EQ(result.rows, 1U);
  EXPECT_EQ(ask("SELECT state FROM ledger.log"), "sealed");
  EXPECT_EQ(sequencer->run_batch().state, BatchState::Sealed);
  EXPECT_EQ(count("ledger.outbox"), 2);
  expect_sound();
}

}  // namespace
}  // namespace rightful::testing
