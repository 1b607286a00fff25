// What each group role of the ledger can do, and what the triggers stop.

#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rightful/core/failure.hpp"
#include "rightful/ledger/event.hpp"
#include "rightful/store/ledger_writer.hpp"

#include "tests/integration/ledger/ledger_fixture.hpp"
#include "tests/support/result_matchers.hpp"

namespace rightful::testing {
namespace {

class LedgerRoles : public LedgerFixture {
 protected:
  LedgerRoles() { open_log(); }

  /// `ok`, or the cause of the failure.
  [[nodiscard]] std::string try_as(const std::string& role, const std::string& statement) {
    try {
      database_.execute_as_admin("SET LOCAL ROLE " + role + "; " + statement);
    } catch (const Failure& failure) {
      return failure.cause();
    }
    return "ok";
  }

  /// One whose own connections have the writer's rights and no others.
  [[nodiscard]] std::unique_ptr<store::LedgerWriter> make_restricted_writer() {
    create_test_role("test_ledger_writer");
    database_.execute_as_admin("GRANT rightful_ledger_writer TO test_ledger_writer");
    restricted_.url = database_.url("test_ledger_writer");
    return std::make_unique<store::LedgerWriter>(
        restricted_,
        store::LedgerWriterSettings{.role = "serve",
                                    .build = ledger::Build::parse("0.1.0").value()},
        keys_,
        clock_,
        random_);
  }

  store::ConnectionSettings restricted_ = database_.settings();
};

constexpr const char* kWriter = "rightful_ledger_writer";
constexpr const char* kSequencer = "rightful_ledger_sequencer";
constexpr const char* kReader = "rightful_ledger_reader";
constexpr const char* kEraser = "rightful_ledger_eraser";
constexpr const char* kDenied = "database_denied";

constexpr const char* kInsertLeaf =
    "INSERT INTO ledger.outbox (log_id, leaf) VALUES (1, decode(repeat('00', 200), 'hex'))";

TEST_F(LedgerRoles, WriterOnlyAddsToTheOutbox) {
  EXPECT_EQ(try_as(kWriter, kInsertLeaf), "ok");
  EXPECT_EQ(try_as(kWriter, "SELECT leaf FROM ledger.outbox"), kDenied);
  EXPECT_EQ(try_as(kWriter, "DELETE FROM ledger.outbox"), kDenied);
  EXPECT_EQ(try_as(kWriter, "UPDATE ledger.outbox SET log_id = 2"), kDenied);
  EXPECT_EQ(try_as(kWriter, "TRUNCATE ledger.outbox"), kDenied);
  EXPECT_EQ(try_as(kWriter, "INSERT INTO ledger.entry VALUES (1, 0, sha256(''))"), kDenied);
  EXPECT_EQ(try_as(kWriter, "UPDATE ledger.head SET size = 1"), kDenied);
  EXPECT_EQ(try_as(kWriter, "UPDATE ledger.log SET state = 'frozen'"), kDenied);
}

TEST_F(LedgerRoles, WriterSeesWhetherALeafIsCovered) {
  EXPECT_EQ(try_as(kWriter, "SELECT log_id, idx, writer_id, n FROM ledger.lookup"), "ok");
  EXPECT_EQ(try_as(kWriter, "SELECT subj FROM ledger.lookup"), kDenied);
  EXPECT_EQ(try_as(kWriter, "SELECT * FROM ledger.body"), kDenied);
}

TEST_F(LedgerRoles, WriterDestroysNoSubjectKey) {
  EXPECT_EQ(try_as(kWriter, "SELECT * FROM ledger_secret.subject_key"), "ok");
  EXPECT_EQ(try_as(kWriter, "DELETE FROM ledger_secret.subject_key"), kDenied);
  EXPECT_EQ(try_as(kWriter, "UPDATE ledger_secret.subject_key SET kek_epoch = 2"), kDenied);
}

TEST_F(LedgerRoles, SequencerMovesRowsAndSeesNoKeys) {
  EXPECT_EQ(try_as(kSequencer, "SELECT id FROM ledger.outbox FOR UPDATE"), "ok");
  EXPECT_EQ(try_as(kSequencer, "DELETE FROM ledger.outbox"), "ok");
  EXPECT_EQ(try_as(kSequencer, "UPDATE ledger.head SET size = size"), "ok");
  EXPECT_EQ(try_as(kSequencer, "SELECT * FROM ledger_secret.subject_key"), kDenied);
  EXPECT_EQ(try_as(kSequencer, kInsertLeaf), kDenied);
  EXPECT_EQ(try_as(kSequencer, "DELETE FROM ledger.body"), kDenied);
}

TEST_F(LedgerRoles, ReaderReadsTheLogAndNoKeys) {
  for (const char* const table : {"log",
                                  "outbox",
                                  "writer",
                                  "entry",
                                  "body",
                                  "lookup",
                                  "head",
                                  "checkpoint",
                                  "signer_key",
                                  "rejected"}) {
    EXPECT_EQ(try_as(kReader, std::string("SELECT * FROM ledger.") + table), "ok") << table;
  }
  EXPECT_EQ(try_as(kReader, "SELECT * FROM ledger_secret.subject_key"), kDenied);
  EXPECT_EQ(try_as(kReader, "SELECT * FROM ledger_secret.actor"), kDenied);
  EXPECT_EQ(try_as(kReader, kInsertLeaf), kDenied);
}

TEST_F(LedgerRoles, EraserDestroysKeysAndBodiesOnly) {
  EXPECT_EQ(try_as(kEraser, "DELETE FROM ledger_secret.subject_key"), "ok");
  EXPECT_EQ(try_as(kEraser, "DELETE FROM ledger_secret.actor WHERE actor = 'a_'"), "ok");
  EXPECT_EQ(try_as(kEraser, "DELETE FROM ledger.body WHERE idx = 1"), "ok");
  EXPECT_EQ(try_as(kEraser, kInsertLeaf), "ok");
  EXPECT_EQ(try_as(kEraser, "DELETE FROM ledger.entry"), kDenied);
  EXPECT_EQ(try_as(kEraser, "UPDATE ledger.lookup SET n = 1"), kDenied);
}

TEST_F(LedgerRoles, NoRoleOfTheLedgerReachesTheState) {
  for (const char* const role : {kWriter, kSequencer, kReader, kEraser}) {
    EXPECT_EQ(try_as(role, "SELECT * FROM public.account"), kDenied) << role;
  }
}

TEST_F(LedgerRoles, TriggersStopAnOwnersMistakes) {
  const auto cause = [this](const std::string& statement) {
    try {
      database_.execute(statement);
    } catch (const Failure& failure) {
      return failure.cause();
    }
    return std::string("ok");
  };

  EXPECT_NE(cause("DELETE FROM ledger.entry"), "ok");
  EXPECT_NE(cause("UPDATE ledger.entry SET idx = 1"), "ok");
  EXPECT_NE(cause("TRUNCATE ledger.entry"), "ok");
  EXPECT_NE(cause("DELETE FROM ledger.checkpoint"), "ok");
  EXPECT_NE(cause("UPDATE ledger.body SET idx = 1"), "ok");
  EXPECT_EQ(cause("DELETE FROM ledger.body"), "ok");
}

TEST_F(LedgerRoles, TheWriterNeedsNoMoreThanItsRole) {
  const auto writer = make_restricted_writer();
  ASSERT_THAT(writer->start(), IsOk());
  store::Pool pool(restricted_, 1, writer.get());

  store::Transaction transaction = pool.begin();
  transaction.record(job_queued(anna_));
  transaction.commit();
  clock_.advance(std::chrono::seconds(300));
  writer->keep_alive();
  writer->stop();

  EXPECT_THAT(acts(),
              ::testing::ElementsAre(
                  "log.genesis", "writer.start", "job.queued", "writer.alive", "writer.stop"));
}

// What says that rows were deleted does not depend on what makes commits faster or slower.
TEST_F(LedgerRoles, AWriterThatMayNotSeeTheSequencersWorkSaysThatItIsAlive) {
  const auto writer = make_restricted_writer();
  ASSERT_THAT(writer->start(), IsOk());
  database_.execute_as_admin(
      "REVOKE SELECT (log_id, idx, writer_id, n) ON ledger.lookup FROM rightful_ledger_writer");
  clock_.advance(std::chrono::seconds(300));

  EXPECT_THROW(writer->keep_alive(), Failure);

  EXPECT_THAT(acts(), ::testing::ElementsAre("log.genesis", "writer.start", "writer.alive"));
}

}  // namespace
}  // namespace rightful::testing
