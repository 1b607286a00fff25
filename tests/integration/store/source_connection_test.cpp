#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rightful/core/random.hpp"
#include "rightful/store/connection.hpp"

#include "tests/support/result_matchers.hpp"
#include "tests/support/test_database.hpp"

namespace rightful::lifecycle {

/// The friend of AccountScope; this binary does not link the real one.
class IdentityProof {
 public:
  static AccountScope scope_of(const std::string& account) {
    SystemRandom random;
    return {AccountId::parse(account).value(), RequestId::random(random)};
  }
};

}  // namespace rightful::lifecycle

namespace rightful::store {
namespace {

using namespace std::chrono_literals;
using lifecycle::IdentityProof;
using rightful::testing::IsError;
using rightful::testing::IsOk;
using rightful::testing::TestDatabase;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kReader = "rightful_test_reader";

class SourceConnectionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    rightful::testing::create_test_role(kReader);
    database_.execute(
        "CREATE TABLE note (account text, body text);"
        "INSERT INTO note VALUES ('anna', 'a1'), ('anna', E'tab\\tand\\nline'), ('bert', 'b1'), "
        "('anna', NULL);"
        "GRANT SELECT ON note TO rightful_test_reader");
  }

  [[nodiscard]] SourceSettings settings(std::string_view role = kReader) const {
    SourceSettings made;
    made.url = database_.url(role);
    made.application_name = "rightful:r_test";
    return made;
  }

  /// Of the tables' owner.
  [[nodiscard]] SourceSettings owner_settings() const {
    SourceSettings made = settings();
    made.url = database_.url();
    return made;
  }

  [[nodiscard]] SourceConnection open() const { return SourceConnection::open(settings()).value(); }

  std::vector<std::string> copy(SourceConnection& connection, const std::string& statement) {
    std::vector<std::string> lines;
    connection.copy_out(
        "note", statement, [&](ByteView line) { lines.emplace_back(as_text(line)); });
    return lines;
  }

  const std::string own_notes_ =
      "COPY (SELECT body FROM note WHERE account = current_setting('rightful.account_id') ORDER BY "
      "body) TO STDOUT";
  TestDatabase database_ = TestDatabase::create_empty();
};

TEST_F(SourceConnectionTest, CopiesTheLinesOfItsAccount) {
  SourceConnection connection = open();
  connection.begin_snapshot(IdentityProof::scope_of("anna"));

  EXPECT_THAT(copy(connection, own_notes_), ElementsAre("a1", "tab\\tand\\nline", "\\N"));
}

TEST_F(SourceConnectionTest, AccountIsAParameterNotText) {
  SourceConnection connection = open();
  connection.begin_snapshot(IdentityProof::scope_of("x' OR 'a' = 'a"));

  EXPECT_THAT(copy(connection, own_notes_), ElementsAre());
}

TEST_F(SourceConnectionTest, NextSnapshotForgetsTheAccount) {
  SourceConnection connection = open();
  connection.begin_snapshot(IdentityProof::scope_of("anna"));
  connection.begin_snapshot();

  EXPECT_THAT(copy(connection, own_notes_), ElementsAre());
}

TEST_F(SourceConnectionTest, EndOfSnapshotForgetsTheAccount) {
  SourceConnection connection = open();
  connection.begin_snapshot(IdentityProof::scope_of("anna"));
  connection.end_snapshot();

  const Row row =
      connection.query("setting", "SELECT current_setting('rightful.account_id', true) AS account")
          .only();

  EXPECT_EQ(row.optional_text("account").value_or(""), "");
}

TEST_F(SourceConnectionTest, SeesOneSnapshot) {
  SourceConnection connection = open();
  connection.begin_snapshot(IdentityProof::scope_of("anna"));
  const auto before = connection.count("notes", "SELECT count(*) FROM note");
  database_.execute("INSERT INTO note VALUES ('anna', 'late')");

  EXPECT_EQ(connection.count("notes", "SELECT count(*) FROM note"), before);
  connection.end_snapshot();
  EXPECT_EQ(connection.count("notes", "SELECT count(*) FROM note"), before + 1);
}

TEST_F(SourceConnectionTest, SharesASnapshot) {
  SourceConnection first = open();
  SourceConnection second = open();
  const AccountScope scope = IdentityProof::scope_of("anna");
  first.begin_snapshot(scope);
  const std::string snapshot = first.export_snapshot();
  database_.execute("INSERT INTO note VALUES ('anna', 'late')");

  second.begin_snapshot_at(scope, snapshot);

  EXPECT_EQ(copy(first, own_notes_), copy(second, own_notes_));
}

TEST_F(SourceConnectionTest, CannotWriteEvenWhereItMay) {
  SourceConnection connection = SourceConnection::open(owner_settings()).value();
  connection.begin_snapshot();
  try {
    static_cast<void>(connection.query("write", "INSERT INTO note VALUES ('x', 'y') RETURNING 1"));
    FAIL();
  } catch (const DatabaseFailure& failure) {
    EXPECT_EQ(failure.sqlstate(), "25006");
  }
}

TEST_F(SourceConnectionTest, ValuesHaveOneForm) {
  SourceConnection connection = open();
  connection.begin_snapshot();

  EXPECT_THAT(copy(connection,
                   "COPY (SELECT timestamptz '2026-02-03 04:05:06.7+02', date '2026-02-03', "
                   "interval '1 day 2 s', "
                   "'\\x0aff'::bytea, 0.1::float8, true) TO STDOUT"),
              ElementsAre("2026-02-03 02:05:06.7+00\t2026-02-03\tP1DT2S\t\\\\x0aff\t0.1\tt"));
}

TEST_F(SourceConnectionTest, HasMemoryForLargeAccounts) {
  SourceConnection connection = open();
  connection.begin_snapshot();

  EXPECT_THAT(copy(connection, "COPY (SELECT current_setting('work_mem')) TO STDOUT"),
              ElementsAre("16MB"));
}

TEST_F(SourceConnectionTest, ReadsAnIndexOnOwnerAndKeyInItsOrder) {
  database_.execute(
      "CREATE TABLE visit (id bigint PRIMARY KEY, account text NOT NULL, page text NOT NULL);"
      "INSERT INTO visit SELECT i, 'account-' || i % 1000, md5(i::text) "
      "  FROM generate_series(1, 20000) i;"
      "CREATE INDEX ON visit (account);"
      "CREATE INDEX visit_account_id ON visit (account, id);"
      "ANALYZE visit;"
      "GRANT SELECT ON visit TO rightful_test_reader");
  SourceConnection connection = open();
  connection.begin_snapshot(IdentityProof::scope_of("account-7"));
  std::string plan;
  for (const Row& line : connection.query(
           "plan",
           "EXPLAIN (FORMAT TEXT, COSTS OFF) SELECT * FROM visit "
           "WHERE account = (SELECT current_setting('rightful.account_id')) ORDER BY id")) {
    plan += line.text("QUERY PLAN") + "\n";
  }

  EXPECT_THAT(plan, HasSubstr("Index Scan using visit_account_id"));
  EXPECT_THAT(plan, Not(HasSubstr("Sort")));
}

TEST_F(SourceConnectionTest, KeepsTheLargerMemoryOfTheOperator) {
  database_.execute(
      "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem = ''64MB''', "
      "current_database()); END $$");
  SourceConnection connection = open();
  connection.begin_snapshot();

  EXPECT_THAT(copy(connection, "COPY (SELECT current_setting('work_mem')) TO STDOUT"),
              ElementsAre("64MB"));
}

TEST_F(SourceConnectionTest, StreamsWithoutKeeping) {
  SourceConnection connection = open();
  connection.begin_snapshot();
  std::uint64_t bytes = 0;

  const auto lines = connection.copy_out(
      "series",
      "COPY (SELECT repeat('x', 1000) FROM generate_series(1, 200000)) TO STDOUT",
      [&](ByteView line) { bytes += line.size(); });

  EXPECT_EQ(lines, 200'000U);
  EXPECT_EQ(bytes, 200'000'000U);
}

TEST_F(SourceConnectionTest, CallbackMayBreakOff) {
  SourceConnection connection = open();
  connection.begin_snapshot();

  struct Foreign {};

  EXPECT_THROW(connection.copy_out("series",
                                   "COPY (SELECT generate_series(1, 100000)) TO STDOUT",
                                   [](ByteView) { throw Foreign(); }),
               Foreign);
  EXPECT_THROW(connection.begin_snapshot(), DatabaseFailure);
}

TEST_F(SourceConnectionTest, ErrorInTheMiddleIsNotAShortResult) {
  SourceConnection connection = open();
  connection.begin_snapshot();
  std::uint64_t seen = 0;
  try {
    connection.copy_out("dataset_7",
                        "COPY (SELECT 1 / (5000 - n) FROM generate_series(1, 10000) n) TO STDOUT",
                        [&](ByteView) { ++seen; });
    FAIL();
  } catch (const DatabaseFailure& failure) {
    EXPECT_EQ(failure.sqlstate(), "22012");
    EXPECT_STREQ(failure.what(), "query dataset_7: SQLSTATE 22012");
  }
  EXPECT_GT(seen, 0U);
}

TEST_F(SourceConnectionTest, UnknownTableIsRefused) {
  SourceConnection connection = open();
  connection.begin_snapshot();
  try {
    copy(connection, "COPY (SELECT * FROM nowhere) TO STDOUT");
    FAIL();
  } catch (const DatabaseFailure& failure) {
    EXPECT_EQ(failure.cause(), "database_refused");
    EXPECT_EQ(failure.sqlstate(), "42P01");
  }
  EXPECT_NO_THROW(connection.begin_snapshot());
}

TEST_F(SourceConnectionTest, KilledBackendIsDatabaseLost) {
  SourceConnection connection = open();
  const auto pid = connection.count("pid", "SELECT pg_backend_pid()");
  connection.begin_snapshot();
  database_.execute_as_admin("SELECT pg_terminate_backend(" + std::to_string(pid) + ", 5000)");
  try {
    copy(connection, own_notes_);
    FAIL();
  } catch (const DatabaseFailure& failure) {
    EXPECT_EQ(failure.cause(), "database_lost");
    EXPECT_EQ(failure.retry(), Retry::Later);
  }
  EXPECT_THROW(static_cast<void>(connection.count("one", "SELECT 1")), DatabaseFailure);
}

TEST_F(SourceConnectionTest, StatementTimeoutHolds) {
  SourceSettings hasty = settings();
  hasty.statement_timeout = 50ms;
  SourceConnection connection = SourceConnection::open(hasty).value();
  connection.begin_snapshot();
  try {
    copy(connection, "COPY (SELECT pg_sleep(5)) TO STDOUT");
    FAIL();
  } catch (const DatabaseFailure& failure) {
    EXPECT_EQ(failure.cause(), "timeout");
  }
}

TEST_F(SourceConnectionTest, ReaderIsJustAReader) {
  const SourceRole role = open().role();

  EXPECT_EQ(role.name, kReader);
  EXPECT_FALSE(role.is_superuser);
  EXPECT_FALSE(role.bypasses_row_security);
  EXPECT_FALSE(role.can_write);
}

TEST_F(SourceConnectionTest, TellsWhatARoleMayWrite) {
  rightful::testing::create_test_role("rightful_test_writer");
  database_.execute("GRANT UPDATE (body) ON note TO rightful_test_writer");

  const SourceRole writer = SourceConnection::open(settings("rightful_test_writer")).value().role();
  const SourceRole owner = SourceConnection::open(owner_settings()).value().role();

  EXPECT_TRUE(writer.can_write);
  EXPECT_EQ(writer.writable_table, "public.note");
  EXPECT_TRUE(owner.can_write);
}

TEST_F(SourceConnectionTest, TellsASuperuserBehindAMembership) {
  rightful::testing::create_test_role("rightful_test_member");
  database_.execute_as_admin(
      "DO $$ BEGIN CREATE ROLE rightful_test_super SUPERUSER BYPASSRLS; "
      "EXCEPTION WHEN duplicate_object THEN NULL; END $$;"
      "GRANT rightful_test_super TO rightful_test_member");

  const SourceRole role = SourceConnection::open(settings("rightful_test_member")).value().role();

  EXPECT_TRUE(role.is_superuser);
  EXPECT_TRUE(role.bypasses_row_security);
}

TEST_F(SourceConnectionTest, RowSecurityFollowsTheAccount) {
  database_.execute(
      "ALTER TABLE note ENABLE ROW LEVEL SECURITY; ALTER TABLE note FORCE ROW LEVEL SECURITY;"
      "CREATE POLICY own ON note FOR SELECT"
      "  USING (account = NULLIF(current_setting('rightful.account_id', true), ''))");
  SourceConnection connection = open();

  connection.begin_snapshot(IdentityProof::scope_of("bert"));
  EXPECT_EQ(connection.count("notes", "SELECT count(*) FROM note"), 1);
  connection.begin_snapshot();
  EXPECT_EQ(connection.count("notes", "SELECT count(*) FROM note"), 0);
}

TEST_F(SourceConnectionTest, OpenSaysWhyNot) {
  SourceSettings nowhere = settings();
  nowhere.url = "postgresql:///x?host=/nonexistent-folder";
  const SourceSettings no_role = settings("rightful_test_absent");

  EXPECT_THAT(SourceConnection::open(nowhere), IsError(ErrorCode::Unavailable));
  EXPECT_THAT(SourceConnection::open(no_role), IsError(ErrorCode::Denied));
}

TEST_F(SourceConnectionTest, ParametersStayParameters) {
  SourceConnection connection = open();

  const Row row =
      connection.query("echo", "SELECT $1::text AS text, $2::integer + 1 AS n", {"'; DROP", 41})
          .only();

  EXPECT_EQ(row.text("text"), "'; DROP");
  EXPECT_EQ(row.integer("n"), 42);
}

TEST_F(SourceConnectionTest, CountWantsOneNumber) {
  SourceConnection connection = open();

  EXPECT_THROW(static_cast<void>(connection.count("two", "SELECT 1, 2")), Failure);
  EXPECT_THROW(static_cast<void>(connection.count("word", "SELECT 'word'")), Failure);
  EXPECT_THROW(static_cast<void>(connection.count("null", "SELECT NULL")), Failure);
}

TEST_F(SourceConnectionTest, NamesItselfToTheServer) {
  SourceConnection connection = open();

  EXPECT_EQ(connection.query("name", "SELECT current_setting('application_name') AS name")
                .only()
                .text("name"),
            "rightful:r_test");
  EXPECT_GE(connection.server_version(), 150'000);
}

}  // namespace
}  // namespace rightful::store
