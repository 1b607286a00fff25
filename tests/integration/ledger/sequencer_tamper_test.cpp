// A superuser changes what the sequencer has written, or puts rows in its way.

#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rightful/core/failure.hpp"
#include "rightful/ledger/event.hpp"
#include "rightful/ledger/leaf.hpp"
#include "rightful/store/ledger_check.hpp"

#include "tests/integration/ledger/sequencer_fixture.hpp"
#include "tests/unit/ledger/tree_vectors.hpp"

namespace rightful::testing {
namespace {

using ledger::FindingKind;
using ::testing::HasSubstr;

class SequencerTamper : public SequencerFixture {
 protected:
  SequencerTamper() : writer_(hand_writer()) {
    std::vector<Bytes> leaves{writer_.start(keys_.ledger_enrolment_key())};
    for (std::uint64_t n = 1; n <= 20; ++n)
      leaves.push_back(writer_.leaf(n));
    stage(leaves);
    drain(*sequencer_);
  }

  /// Past the triggers.
  void tamper(const std::string& script) {
    database_.execute_as_admin("SET LOCAL session_replication_role = replica; " + script);
  }

  /// The next nightly check. @return its fields.
  std::string check_again() {
    clock_.advance(std::chrono::hours(24));
    drain(*sequencer_);
    return log_field("log.checked");
  }

  std::string log_field(std::string_view act) {
    return ask("SELECT convert_from(b.leaf, 'UTF8') FROM ledger.body b WHERE position('\"" +
               std::string(act) +
               "\"' IN convert_from(b.leaf, 'UTF8')) > 0 ORDER BY idx DESC LIMIT 1");
  }

  std::string cause_of_batch() {
    try {
      static_cast<void>(sequencer_->run_batch());
    } catch (const Failure& failure) {
      return failure.cause();
    }
    return "ok";
  }

  std::unique_ptr<store::Sequencer> sequencer_ = make_sequencer();
  HandWriter writer_;
};

TEST_F(SequencerTamper, TheNightlyCheckPassesWhenNothingWasChanged) {
  EXPECT_THAT(check_again(), HasSubstr("\"result\":\"passed\""));
  EXPECT_EQ(places_of("log.checked").size(), 2U);
  EXPECT_EQ(count("incident"), 0);
  expect_sound();
}

// P2, D1: an edited body.
TEST_F(SequencerTamper, AnEditedBodyIsFound) {
  tamper("UPDATE ledger.body SET leaf = set_byte(leaf, 40, 65) WHERE idx = 7");

  EXPECT_THAT(check_again(), HasSubstr("\"result\":\"failed\""));
  EXPECT_EQ(incidents("hash_mismatch"), 1);
  const Audit result = audit();
  EXPECT_EQ(result.verdict.severity, ledger::Severity::Proven);
  EXPECT_TRUE(result.has(FindingKind::LeafHash, 7)) << result.text();
}

// P2, D2: the hash of an entry that is published alone.
TEST_F(SequencerTamper, AnEditedLeafHashIsFound) {
  const TestFolder published;
  publish_tables(database_.pool(), origin_, published.path());
  tamper(
      "UPDATE ledger.entry SET leaf_hash = set_byte(leaf_hash, 31, (get_byte(leaf_hash, 31) + 1) % "
      "256) WHERE idx = 7");
  stage({writer_.leaf(21)});
  EXPECT_EQ(cause_of_batch(), "ok") << "a batch reads no entry behind it";

  EXPECT_THAT(check_again(), HasSubstr("\"result\":\"failed\""));
  EXPECT_EQ(incidents("hash_mismatch"), 1);
  EXPECT_THAT(ask("SELECT note FROM incident"), HasSubstr("the body of entry 7"));
  const auto by_hand = store::check_log(database_.settings(), 1, keys_);
  EXPECT_FALSE(by_hand.passed);
  EXPECT_EQ(by_hand.cause, "hash_mismatch");
  const Audit result = audit();
  EXPECT_EQ(result.verdict.severity, ledger::Severity::Proven);
  EXPECT_TRUE(result.has(FindingKind::Tile, 7)) << result.text();
  EXPECT_EQ(audit_folder(published.path(), origin_, keys_).verdict.severity,
            ledger::Severity::Report)
      << "what was published before stays true";
}

// P2, D3: body and leaf hash.
TEST_F(SequencerTamper, AnEditedBodyWithItsHashIsFound) {
  tamper(
      "UPDATE ledger.body SET leaf = set_byte(leaf, 40, 65) WHERE idx = 7;"
      "UPDATE ledger.entry SET leaf_hash = sha256('\\x00'::bytea || (SELECT leaf FROM ledger.body "
      "WHERE idx = 7)) WHERE idx = 7");

  EXPECT_THAT(check_again(), HasSubstr("\"result\":\"failed\""));
  const Audit result = audit();
  EXPECT_TRUE(result.has(FindingKind::TreeRoot)) << result.text();
}

// P2, D7: a whole entry, through the triggers that would have stopped its owner.
TEST_F(SequencerTamper, ADeletedEntryIsFound) {
  EXPECT_THROW(database_.execute("DELETE FROM ledger.entry WHERE idx = 9"), Failure);
  tamper(
      "DELETE FROM ledger.entry WHERE idx = 9; DELETE FROM ledger.body WHERE idx = 9;"
      "DELETE FROM ledger.lookup WHERE idx = 9");

  EXPECT_THAT(check_again(), HasSubstr("\"result\":\"failed\""));
  EXPECT_THAT(ask("SELECT note FROM incident"), HasSubstr("entry 9 of the ledger is missing"));
}

TEST_F(SequencerTamper, ADeletedBodyIsFound) {
  tamper("DELETE FROM ledger.body WHERE idx = 9");

  EXPECT_THAT(check_again(), HasSubstr("\"result\":\"failed\""));
  EXPECT_THAT(ask("SELECT note FROM incident"), HasSubstr("the body of entry 9"));
  EXPECT_TRUE(audit().has(FindingKind::BodyMissing)) << audit().text();
}

/// Rows of the log moved by a superuser, in a way that no constraint of the tables sees.
struct RowTampering {
  std::string name;
  std::string script;  ///< `TABLE_` is each of `tables` in turn
  std::vector<std::string> tables;
  std::string batch;  ///< what the next batch says
  std::string cause;  ///< what the comparison says
  std::string note;   ///< a part of it; `LAST` is the last entry
  std::optional<FindingKind> finding;
};

class TamperedRows : public SequencerTamper, public ::testing::WithParamInterface<RowTampering> {
 protected:
  static std::string replaced(std::string text, const std::string& what, const std::string& with) {
    for (std::size_t at = text.find(what); at != std::string::npos;
         at = text.find(what, at + with.size()))
      text.replace(at, what.size(), with);
    return text;
  }

  [[nodiscard]] std::string script() const {
    std::string all;
    for (const std::string& table : GetParam().tables)
      all += replaced(GetParam().script, "TABLE_", "ledger." + table);
    return all;
  }
};

// Section 13: the sequencer is at work, and knows its head by heart.
TEST_P(TamperedRows, AreFound) {
  const RowTampering& fault = GetParam();
  const std::string last = std::to_string(head_size() - 1);
  tamper(script());
  stage({writer_.leaf(21)});
  EXPECT_EQ(cause_of_batch(), fault.batch);
  if (fault.batch != "ok") {
    EXPECT_EQ(cause_of_batch(), fault.batch) << "once more";
    EXPECT_EQ(count("ledger.outbox"), 1) << "nothing is lost";
  }

  const auto by_hand = store::check_log(database_.settings(), 1, keys_);
  EXPECT_FALSE(by_hand.passed);
  EXPECT_EQ(by_hand.cause, fault.cause);
  EXPECT_THAT(by_hand.note, HasSubstr(replaced(fault.note, "LAST", last)));
  if (fault.batch == "ok") {
    EXPECT_THAT(check_again(), HasSubstr("\"result\":\"failed\""));
    EXPECT_EQ(incidents(fault.cause), 1);
  }
  if (fault.finding) {
    const Audit result = audit();
    EXPECT_EQ(result.verdict.severity, ledger::Severity::Proven);
    EXPECT_TRUE(result.has(*fault.finding)) << result.text();
  }
}

const std::vector<std::string> kAllTables{"entry", "body", "lookup"};
constexpr auto kSwap =
    "UPDATE TABLE_ SET idx = 1000000 WHERE idx = 7; UPDATE TABLE_ SET idx = 7 WHERE idx = 9;"
    "UPDATE TABLE_ SET idx = 9 WHERE idx = 1000000;";

INSTANTIATE_TEST_SUITE_P(
    Section13,
    TamperedRows,
    ::testing::Values(
        RowTampering{.name = "EntriesSwapped",
                     .script = kSwap,
                     .tables = kAllTables,
                     .batch = "ok",
                     .cause = "hash_mismatch",
                     .note = "do not give the root of its head",
                     .finding = FindingKind::TreeRoot},
        RowTampering{.name = "BodiesSwapped",
                     .script = kSwap,
                     .tables = {"body"},
                     .batch = "ok",
                     .cause = "hash_mismatch",
                     .note = "the body of entry 7",
                     .finding = FindingKind::LeafHash},
        RowTampering{.name = "HashesSwapped",
                     .script = kSwap,
                     .tables = {"entry"},
                     .batch = "ok",
                     .cause = "hash_mismatch",
                     .note = "the body of entry 7",
                     .finding = FindingKind::Tile},
        RowTampering{.name = "LookupSwapped",
                     .script = kSwap,
                     .tables = {"lookup"},
                     .batch = "ok",
                     .cause = "count_mismatch",
                     .note = "differs from entry 7",
                     .finding = std::nullopt},
        RowTampering{
            .name = "EntryDuplicatedOverAnother",
            .script = "CREATE TEMP TABLE copied ON COMMIT DROP AS SELECT * FROM TABLE_ WHERE "
                      "idx = 7; UPDATE copied SET idx = 9; DELETE FROM TABLE_ WHERE idx = 9;"
                      "INSERT INTO TABLE_ SELECT * FROM copied; DROP TABLE copied;",
            .tables = {"entry", "body"},
            .batch = "ok",
            .cause = "hash_mismatch",  // not what a wrong projection is called
            .note = "do not give the root of its head",
            .finding = FindingKind::TreeRoot},
        // What looks harmless before it hides nothing.
        RowTampering{.name = "EntriesSwappedWithoutTheirLookup",
                     .script = kSwap,
                     .tables = {"entry", "body"},
                     .batch = "ok",
                     .cause = "hash_mismatch",
                     .note = "do not give the root of its head",
                     .finding = FindingKind::TreeRoot},
        RowTampering{
            .name = "EntryDuplicatedAtTheEnd",
            .script = "CREATE TEMP TABLE copied ON COMMIT DROP AS SELECT * FROM TABLE_ WHERE "
                      "idx = 7; UPDATE copied SET idx = (SELECT size FROM ledger.head);"
                      "INSERT INTO TABLE_ SELECT * FROM copied; DROP TABLE copied;",
            .tables = {"entry", "body"},
            .batch = "ledger_damaged",
            .cause = "count_mismatch",
            .note = "rows beyond its head",
            .finding = std::nullopt},
        // One is taken out, and all that follow close the gap: the head's last one is missing.
        RowTampering{.name = "EntryRemovedAndTheRestRenumbered",
                     .script = "DELETE FROM TABLE_ WHERE idx = 9;"
                               "UPDATE TABLE_ SET idx = idx + 1000000 WHERE idx > 9;"
                               "UPDATE TABLE_ SET idx = idx - 1000001 WHERE idx > 1000000;",
                     .tables = kAllTables,
                     .batch = "ledger_damaged",
                     .cause = "hash_mismatch",
                     .note = "entry LAST of the ledger is missing",
                     .finding = std::nullopt},
        RowTampering{.name = "EntryRenumberedFarAway",
                     .script = "UPDATE TABLE_ SET idx = 1000000 WHERE idx = 9;",
                     .tables = kAllTables,
                     .batch = "ok",
                     .cause = "hash_mismatch",
                     .note = "entry 9 of the ledger is missing",
                     .finding = std::nullopt}),
    [](const auto& fault) { return fault.param.name; });

// Section 13: a forged entry with all that belongs to it; those that follow move up, so that one
// stands beyond the head.
TEST_F(SequencerTamper, AnInsertedEntryIsFound) {
  std::string script;
  for (const std::string table : {"ledger.entry", "ledger.body", "ledger.lookup"}) {
    script += "UPDATE " + table + " SET idx = idx + 1000000 WHERE idx >= 9; UPDATE " + table +
              " SET idx = idx - 999999 WHERE idx >= 1000000;";
  }
  const std::string leaf = "'\\x" + to_hex(writer_.leaf(500)) + "'::bytea";
  tamper(
      script +
      "INSERT INTO ledger.entry (log_id, idx, leaf_hash) VALUES (1, 9, sha256('\\x00'::bytea || " +
      leaf + ")); INSERT INTO ledger.body (log_id, idx, leaf) VALUES (1, 9, " + leaf +
      "); INSERT INTO ledger.lookup SELECT log_id, 9, t, act, out, actor, subj, req, writer_id, "
      "500 FROM ledger.lookup WHERE writer_id = '" +
      writer_.id() + "' AND n = 5");
  stage({writer_.leaf(21)});

  EXPECT_EQ(cause_of_batch(), "ledger_damaged");
  EXPECT_EQ(count("ledger.outbox"), 1);
  const auto by_hand = store::check_log(database_.settings(), 1, keys_);
  EXPECT_FALSE(by_hand.passed);
  EXPECT_EQ(by_hand.cause, "hash_mismatch");
  EXPECT_THAT(by_hand.note, HasSubstr("do not give the root of its head"));
  EXPECT_TRUE(audit().has(FindingKind::TreeRoot)) << audit().text();

  // The same with a head that counts one more: still not its tree.
  database_.execute("UPDATE ledger.head SET size = size + 1");
  EXPECT_EQ(cause_of_batch(), "ledger_damaged");
}

// D12: only what queries read.
TEST_F(SequencerTamper, AChangedLookupIsFoundAndMadeAnew) {
  database_.execute("UPDATE ledger.lookup SET act = 'log.heartbeat' WHERE idx = 9");
  EXPECT_THAT(check_again(), HasSubstr("\"result\":\"failed\""));
  EXPECT_EQ(incidents("count_mismatch"), 1);

  EXPECT_EQ(store::rebuild_lookup(database_.settings(), 1), head_size());

  EXPECT_THAT(check_again(), HasSubstr("\"result\":\"passed\""));
  expect_sound();
}

// A row that says every day that all was compared puts the comparison off once, not for ever.
TEST_F(SequencerTamper, AForgedCheckDoesNotPutItOff) {
  for (int day = 0; day < 3; ++day) {
    clock_.advance(std::chrono::hours(24));
    tamper("UPDATE ledger.lookup SET act = 'log.checked', t = '" + format_rfc3339(clock_.now()) +
           "' WHERE idx = 9");
    drain(*sequencer_);
  }
  EXPECT_EQ(places_of("log.checked").size(), 4U);
  EXPECT_EQ(incidents("count_mismatch"), 3);
}

// Subject keys dropped: who has a leaf and no key was erased, or lost.
TEST_F(SequencerTamper, LostKeysAreFound) {
  const auto writer = start_writer();
  const auto pool = database_.make_pool(1, writer.get());
  add_accounts();
  for (const AccountId* account : {&anna_, &ben_}) {
    store::Transaction transaction = pool->begin();
    transaction.record(job_queued(*account));
    transaction.commit();
  }
  EXPECT_THAT(check_again(), HasSubstr("\"result\":\"passed\""));
  store::Transaction erasure = pool->begin();
  erasure.record(
      {ledger::System{}, anna_, ledger::events::SubjectKeyDestroyed{.why = "erasure_request"}});
  erasure.commit();
  ASSERT_EQ(count("ledger_secret.subject_key"), 1);
  EXPECT_THAT(check_again(), HasSubstr("\"result\":\"passed\""));

  tamper("DELETE FROM ledger_secret.subject_key");

  EXPECT_THAT(check_again(), HasSubstr("\"result\":\"failed\""));
  EXPECT_THAT(ask("SELECT note FROM incident"), HasSubstr("names 1 persons"));
  const auto by_hand = store::check_log(database_.settings(), 1, keys_);
  EXPECT_FALSE(by_hand.passed);
  EXPECT_EQ(by_hand.cause, "count_mismatch");
  expect_sound();

  // Of an older log nobody can say: erasures are told in the live one.
  database_.execute(
      "INSERT INTO ledger.log (log_id, origin, state, enrol_key) SELECT 2, "
      "'audit.example.test/dsar/2027', 'open', enrol_key FROM ledger.log;"
      "INSERT INTO ledger.head SELECT 2, 0, sha256(''), ''");
  EXPECT_TRUE(store::check_log(database_.settings(), 1, keys_).passed);
}

TEST_F(SequencerTamper, ALookupRowInTheWayStopsNothing) {
  database_.execute(
      "INSERT INTO ledger.lookup SELECT log_id, (SELECT size FROM ledger.head), t, act, out, "
      "actor, "
      "subj, req, writer_id, 21 FROM ledger.lookup WHERE idx = 9");
  stage({writer_.leaf(21), writer_.leaf(22)});

  drain(*sequencer_);

  EXPECT_EQ(count("ledger.outbox"), 0);
  EXPECT_EQ(count("ledger.rejected"), 0);
  expect_sound();
}

// And the next one stops nothing either: it is repaired as often as it helps.
TEST_F(SequencerTamper, LookupRowsInTheWayAgainAndAgainStopNothing) {
  for (std::uint64_t n = 21; n < 24; ++n) {
    database_.execute(
        "INSERT INTO ledger.lookup SELECT log_id, (SELECT size FROM ledger.head), t, act, out, "
        "actor, subj, req, writer_id, 1000 FROM ledger.lookup WHERE idx = 9");
    stage({writer_.leaf(n)});

    drain(*sequencer_);

    EXPECT_EQ(count("ledger.outbox"), 0) << n;
  }
  EXPECT_EQ(count("ledger.rejected"), 0);
  expect_sound();
}

// What making it anew does not heal stands still with the same words, is tried again after ten
// minutes, and goes on by itself when the cause is gone.
TEST_F(SequencerTamper, ALookupThatStaysWrongIsMadeAnewSeldom) {
  database_.execute("ALTER TABLE ledger.lookup ADD CONSTRAINT lookup_test CHECK (idx < " +
                    std::to_string(head_size()) + ")");
  const auto is_marked = [this] { return count("ledger.lookup WHERE actor = 'mark'") == 1; };
  stage({writer_.leaf(21)});
  EXPECT_EQ(cause_of_batch(), "ledger_damaged");

  database_.execute("UPDATE ledger.lookup SET actor = 'mark' WHERE idx = 9");
  EXPECT_EQ(cause_of_batch(), "ledger_damaged");
  EXPECT_TRUE(is_marked()) << "it reads the whole log: not at every batch";
  clock_.advance(std::chrono::minutes(10));
  EXPECT_EQ(cause_of_batch(), "ledger_damaged");
  EXPECT_FALSE(is_marked());

  database_.execute("ALTER TABLE ledger.lookup DROP CONSTRAINT lookup_test");
  drain(*sequencer_);

  EXPECT_EQ(count("ledger.outbox"), 0);
  expect_sound();
}

// The window in the database was set back, so that an old leaf fits again.
TEST_F(SequencerTamper, AnOldLeafIsRefusedEvenWhenItsWriterWasSetBack) {
  database_.execute_as_admin(
      "INSERT INTO ledger.outbox (log_id, leaf) SELECT 1, leaf FROM ledger.body JOIN ledger.lookup "
      "USING (log_id, idx) WHERE writer_id = '" +
      writer_.id() +
      "' AND n = 5; UPDATE ledger.writer SET base = 5, seen = 0 WHERE writer_id = '" +
      writer_.id() + "'");

  drain(*sequencer_);

  EXPECT_EQ(count("ledger.rejected WHERE why = 'replay'"), 1);
  EXPECT_FALSE(audit().has(FindingKind::CounterReplay)) << audit().text();
}

TEST_F(SequencerTamper, EntriesBeyondTheHeadStopTheLog) {
  tamper("INSERT INTO ledger.entry (log_id, idx, leaf_hash) SELECT 1, size, root FROM ledger.head");
  stage({writer_.leaf(21)});

  EXPECT_EQ(cause_of_batch(), "ledger_damaged");
  EXPECT_EQ(cause_of_batch(), "ledger_damaged");
  EXPECT_EQ(count("ledger.outbox"), 1);
}

TEST_F(SequencerTamper, AChangedHeadStopsTheLog) {
  for (const char* const change :
       {"root = sha256('x')", "size = size - 1", "frontier = '\\x'::bytea", "size = 0"}) {
    const std::string before = ask("SELECT frontier FROM ledger.head");
    const std::string root = ask("SELECT root FROM ledger.head");
    const std::string size = ask("SELECT size FROM ledger.head");
    database_.execute(std::string("UPDATE ledger.head SET ") + change);
    EXPECT_EQ(cause_of_batch(), "ledger_damaged") << change;
    database_.execute("UPDATE ledger.head SET size = " + size + ", root = '" + root +
                      "', frontier = '" + before + "'");
  }
  EXPECT_EQ(cause_of_batch(), "ok");
}

// A writer's key was exchanged: its leaves have no key any more, and are kept for a look.
TEST_F(SequencerTamper, AnExchangedWriterKeyFits) {
  database_.execute_as_admin("UPDATE ledger.writer SET pubkey = sha256('x') WHERE writer_id = '" +
                             writer_.id() + "'");
  stage({writer_.leaf(21)});

  drain(*sequencer_);

  EXPECT_EQ(count("ledger.rejected WHERE why = 'writer'"), 1);
  EXPECT_EQ(incidents("ledger_rejected"), 1);
}

// A key of their own, and a row that calls it a writer's, started where another one was.
TEST_F(SequencerTamper, AWriterThatNobodyEnrolledIsRefused) {
  const HandWriter forger = hand_writer();
  for (const std::string place : {"0", "1", "999999"}) {
    database_.execute_as_admin(
        "DELETE FROM ledger.writer WHERE writer_id = '" + forger.id() +
        "'; INSERT INTO ledger.writer (log_id, writer_id, pubkey, span, base, seen, started_idx) "
        "VALUES (1, '" +
        forger.id() + "', '\\x" + to_hex(forger.public_key().bytes()) + "', 64, 1, 0, " + place +
        ")");
    stage({forger.leaf(1)});
    drain(*sequencer_);
  }
  EXPECT_EQ(count("ledger.rejected WHERE why = 'writer'"), 3);

  stage({writer_.leaf(21)});
  drain();  // another process, which knows nobody yet

  EXPECT_EQ(count("ledger.lookup WHERE writer_id = '" + writer_.id() + "'"), 22);
  EXPECT_EQ(count("ledger.lookup WHERE writer_id = '" + forger.id() + "'"), 0);
  expect_sound();
}

// Who enrols writers is what the process was given, not what a row says.
TEST_F(SequencerTamper, AnExchangedEnrolmentKeyStopsTheLog) {
  const auto own = crypto::SigningKey::generate(random_);
  database_.execute_as_admin("UPDATE ledger.log SET enrol_key = '\\x" +
                             to_hex(own.public_key().bytes()) + "'");
  const HandWriter forger = hand_writer();
  stage({forger.start(own), forger.leaf(1)});

  EXPECT_EQ(cause_of_batch(), "ledger_damaged");
  sequencer_ = make_sequencer();
  EXPECT_EQ(cause_of_batch(), "ledger_damaged") << "a new process too";
  EXPECT_EQ(count("ledger.outbox"), 2);
}

// What says that a body may be missing is believed of enrolled writers only, also while it waits.
class ForgedRedaction : public SequencerTamper {
 protected:
  ForgedRedaction() {
    lost_ = log().at(kLost);
    redaction_.emplace(redaction_by_hash_of("9"));
    tamper("DELETE FROM ledger.body WHERE idx = 9; DELETE FROM ledger.lookup WHERE idx = 9");
  }

  /// Of the lost entry. @param index  of the entry whose hash it names.
  [[nodiscard]] ledger::Event redaction_by_hash_of(const std::string& index) {
    const auto hash =
        from_hex(ask("SELECT encode(leaf_hash, 'hex') FROM ledger.entry WHERE idx = " + index));
    return {ledger::Staff{ledger::StaffRef::random(random_)},
            ledger::events::LogRedacted{.from = ledger::WriterId::parse(lost_.writer).value(),
                                        .idx = kLost,
                                        .leaf = ledger::TreeHash::parse(hash.value()).value(),
                                        .n = lost_.n,
                                        .second = ledger::StaffRef::random(random_),
                                        .why = "accident"}};
  }

  void expect_found() {
    const auto outcome = store::check_log(database_.settings(), 1, keys_);
    EXPECT_FALSE(outcome.passed);
    EXPECT_THAT(outcome.note, HasSubstr("the body of entry 9"));
  }

  void empty_outbox() { database_.execute_as_admin("DELETE FROM ledger.outbox"); }

  static constexpr std::uint64_t kLost = 9;
  OutboxLeaf lost_;
  std::optional<ledger::Event> redaction_;
};

TEST_F(ForgedRedaction, OfAnotherHashHidesNothing) {
  const Bytes leaf = writer_.leaf(21, redaction_by_hash_of("8"));

  stage({leaf});
  expect_found();
  drain();
  EXPECT_EQ(count("ledger.lookup WHERE act = 'log.redacted'"), 1);
  expect_found();
  EXPECT_TRUE(audit().has(FindingKind::RedactionFalse, kLost)) << audit().text();
}

TEST_F(ForgedRedaction, OfAStrangerHidesNothing) {
  const HandWriter forger = hand_writer();
  stage({forger.leaf(1, *redaction_)});
  expect_found();

  const auto own = crypto::SigningKey::generate(random_);
  stage({forger.start(own), forger.leaf(2, *redaction_)});
  expect_found();

  database_.execute_as_admin(
      "INSERT INTO ledger.writer (log_id, writer_id, pubkey, span, base, seen, started_idx) "
      "VALUES (1, '" +
      forger.id() + "', '\\x" + to_hex(forger.public_key().bytes()) + "', 64, 1, 0, 1)");
  expect_found();
}

TEST_F(ForgedRedaction, WithAnotherSignatureHidesNothing) {
  Bytes leaf = writer_.leaf(21, *redaction_);
  std::byte& first = leaf[leaf.size() - 88];
  first = first == std::byte{'A'} ? std::byte{'B'} : std::byte{'A'};
  stage({leaf});

  expect_found();
  EXPECT_THAT(check_again(), HasSubstr("\"result\":\"failed\""));
  EXPECT_EQ(count("ledger.rejected WHERE why = 'signature'"), 1);
  EXPECT_TRUE(audit().has(FindingKind::BodyMissing)) << audit().text();
}

// Beyond the head that the walk began with, where no root has been compared.
TEST_F(ForgedRedaction, ATrueOneIsBelievedWhileItWaits) {
  stage({writer_.leaf(21, *redaction_)});
  EXPECT_TRUE(store::check_log(database_.settings(), 1, keys_).passed);
  empty_outbox();
  expect_found();

  const HandWriter officer = hand_writer();  // whose start waits too
  stage({officer.start(keys_.ledger_enrolment_key()), officer.leaf(1, *redaction_)});
  EXPECT_TRUE(store::check_log(database_.settings(), 1, keys_).passed);

  EXPECT_THAT(check_again(), HasSubstr("\"result\":\"passed\""));
  EXPECT_TRUE(store::check_log(database_.settings(), 1, keys_).passed);
  const Audit result = audit();
  EXPECT_TRUE(result.has(FindingKind::Redacted, kLost)) << result.text();
  EXPECT_EQ(result.verdict.severity, ledger::Severity::Report) << result.text();
}

// A row is exchanged after its signature was checked ahead of its batch.
TEST_F(SequencerTamper, ARowThatChangesAfterItWasCheckedIsCheckedAgain) {
  const auto sequencer = make_sequencer(64);
  drain(*sequencer);
  std::vector<Bytes> leaves;
  for (std::uint64_t n = 21; n < 21 + 128; ++n)
    leaves.push_back(writer_.leaf(n));
  stage(leaves);
  ASSERT_TRUE(sequencer->run_batch().is_full);  // and looks at the next 64
  database_.execute_as_admin(
      "UPDATE ledger.outbox SET leaf = set_byte(leaf, octet_length(leaf) - 88, CASE get_byte(leaf, "
      "octet_length(leaf) - 88) WHEN 65 THEN 66 ELSE 65 END) WHERE id = (SELECT min(id) FROM "
      "ledger.outbox)");
  const std::string stolen =
      ask("SELECT min(id) FROM ledger.outbox WHERE id > (SELECT min(id) FROM ledger.outbox)");
  database_.execute_as_admin(
      "DELETE FROM ledger.outbox WHERE id = " + stolen +
      "; INSERT INTO ledger.outbox (id, log_id, leaf) OVERRIDING SYSTEM VALUE "
      "VALUES (" +
      stolen + ", 1, '\\x" + to_hex(writer_.leaf(30)) + "')");

  drain(*sequencer);

  EXPECT_EQ(count("ledger.rejected WHERE why = 'signature'"), 1);
  EXPECT_EQ(count("ledger.rejected WHERE why = 'replay'"), 1);
  EXPECT_EQ(count("ledger.lookup WHERE writer_id = '" + writer_.id() + "'"), 21 + 128 - 2);
  EXPECT_EQ(audit().verdict.severity, ledger::Severity::Proven) << "a number is missing";
  EXPECT_FALSE(audit().has(FindingKind::WriterSig)) << audit().text();
}

// A batch that fails asks for what was checked ahead once more.
TEST_F(SequencerTamper, ABatchThatFailsKeepsWhatWasCheckedAhead) {
  const auto sequencer = make_sequencer(64);
  drain(*sequencer);
  std::vector<Bytes> leaves;
  for (std::uint64_t n = 21; n < 21 + 200; ++n)
    leaves.push_back(writer_.leaf(n));
  stage(leaves);
  ASSERT_TRUE(sequencer->run_batch().is_full);
  for (const std::string table : {"ledger.body", "ledger.entry", "ledger.head"}) {
    const std::string holds = table == "ledger.head" ? "size < 0" : "idx < 0";
    database_.execute("ALTER TABLE " + table + " ADD CONSTRAINT test_full CHECK (" + holds +
                      ") NOT VALID");
    for (int attempt = 0; attempt < 2; ++attempt)
      EXPECT_THROW(static_cast<void>(sequencer->run_batch()), Failure) << table;
    database_.execute("ALTER TABLE " + table + " DROP CONSTRAINT test_full");
  }

  drain(*sequencer);

  EXPECT_EQ(count("ledger.rejected"), 0);
  EXPECT_EQ(count("ledger.lookup WHERE writer_id = '" + writer_.id() + "'"), 21 + 200);
  EXPECT_EQ(count("incident"), 0);
  expect_sound();
}

TEST_F(SequencerTamper, RowsForNoLogAreRefused) {
  stage({writer_.leaf(21)}, 77);
  clock_.advance(std::chrono::seconds(6));

  drain(*sequencer_);

  EXPECT_EQ(count("ledger.outbox"), 0);
  EXPECT_EQ(count("ledger.rejected WHERE why = 'writer'"), 1);
  expect_sound();
}

// X4: head and tree at the edges of tiles and powers of two.
TEST_F(SequencerTamper, TheHeadIsTheTreeOfTheBodiesAtEverySize) {
  ledger::testing::MemoryTree tree;
  std::uint64_t n = 21;
  for (const std::uint64_t target :
       {255U, 256U, 257U, 4095U, 4096U, 4097U, 65535U, 65536U, 65537U}) {
    std::uint64_t missing = target - head_size();
    while (missing > 0) {
      std::vector<Bytes> leaves;
      for (; leaves.size() < 5000 && missing > 0; --missing)
        leaves.push_back(writer_.leaf(n++));
      stage(leaves);
    }
    drain(*sequencer_);
    const auto head = [this] {
      store::Transaction transaction = database_.pool().begin();
      return store::ledger_tables::find_head(transaction, 1).value();
    }();
    ASSERT_EQ(head.size(), target);
    while (tree.size() < target) {  // short transactions: this machine may be slow
      const std::uint64_t end = std::min<std::uint64_t>(target, tree.size() + 8192);
      store::Transaction transaction = database_.pool().begin();
      for (const auto& body : store::ledger_tables::bodies(transaction, 1, tree.size(), end))
        tree.append(ledger::leaf_hash(body.value()));
    }
    EXPECT_EQ(head.root(), ledger::tree_root(tree, target).value()) << target;
  }
  expect_sound();
}

}  // namespace
}  // namespace rightful::testing
