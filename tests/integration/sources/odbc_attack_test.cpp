// Databases that lie, change under the reader, or die: a typed reason, and never a foreign row.
#include <gmock/gmock.h>

#include "rightful/core/failure.hpp"

#include "tests/integration/sources/mariadb_server.hpp"
#include "tests/integration/sources/odbc_company.hpp"
#include "tests/unit/sources/test_scope.hpp"

namespace rightful::sources {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::OdbcCompany;
using testing::OdbcServer;
using ::testing::SizeIs;

TEST(OdbcAttack, StopsAtTheFirstForeignRow) {
  const OdbcCompany company(
      OdbcServer::Mariadb,
      "CREATE TABLE note (id int PRIMARY KEY, account_id varchar(20), body varchar(30));\n"
      "INSERT INTO note VALUES (1, 'anna', 'mine'), (2, 'ANNA', 'CANARY-OF-ANOTHER'), (3, 'anna', "
      "'too late');\n");
  const catalog::Catalog described = company.catalog({"note", "account_id", {"id", "body"}});
  auto reader = company.open(described, "anna");
  ASSERT_TRUE(reader);
  testing::RecordingSink sink;

  const auto refused = reader->read(described.datasets().front(), sink);

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, SourceErrorKind::ForeignRecord);
  EXPECT_EQ(refused.error().dataset, "note");
  EXPECT_THAT(sink.records, SizeIs(1));
  EXPECT_THAT(to_string(refused.error()), Not(HasSubstr("ANNA")));
}

TEST(OdbcAttack, StopsAtAForeignLookAlikeOfASharedThing) {
  const OdbcCompany company(OdbcServer::Mariadb,
                            "CREATE TABLE room (id int PRIMARY KEY);\n"
                            "CREATE TABLE guest (room_id int, account_id varchar(20));\n"
                            "INSERT INTO room VALUES (1);\n"
                            "INSERT INTO guest VALUES (1, 'ANNA'), (1, 'bert');\n");

  EXPECT_EQ(company.refused({"room", "id -> guest.room_id . account_id", {"id"}}, "anna").kind,
            SourceErrorKind::ForeignRecord);
}

TEST(OdbcAttack, StopsAtAViewWhoseRowsHaveNoOwner) {
  // The comparison finds the row, the selected owner is not there.
  const OdbcCompany company(
      OdbcServer::Sqlite,
      "CREATE TABLE note (id integer PRIMARY KEY, account_id text COLLATE NOCASE);\n"
      "INSERT INTO note VALUES (1, 'ANNA');\n");

  EXPECT_EQ(company.refused({"note", "account_id", {"id"}}, "anna").kind,
            SourceErrorKind::ForeignRecord);
}

// A table without transactions changes between count and reading, whatever the snapshot says.
class ChangingSink final : public RecordSink {
 public:
  ChangingSink(const OdbcCompany& company, std::string script)
      : company_(company), script_(std::move(script)) {}

  void begin_dataset(const DatasetHead& /*head*/) override { company_.execute(script_); }

  void on_record(const Record& /*record*/) override { ++records; }

  void on_object(const ObjectReference& /*object*/) override {}

  int records = 0;

 private:
  const OdbcCompany& company_;
  std::string script_;
};

constexpr const char* kWithoutSnapshot =
    "CREATE TABLE note (id int PRIMARY KEY, account_id varchar(20)) ENGINE=MyISAM;\n"
    "INSERT INTO note VALUES (1, 'anna'), (2, 'anna'), (3, 'anna');\n";

SourceError read_while(const OdbcCompany& company, const std::string& change, int* records) {
  const catalog::Catalog described = company.catalog({"note", "account_id", {"id"}});
  auto reader = company.open(described, "anna");
  if (!reader) return reader.error();
  EXPECT_FALSE(reader->snapshots().front().is_consistent);
  ChangingSink sink(company, change);
  const auto facts = reader->read(described.datasets().front(), sink);
  *records = sink.records;
  return facts ? SourceError{} : facts.error();
}

TEST(OdbcAttack, StopsWhenFewerRowsComeThanWereCounted) {
  const OdbcCompany company(OdbcServer::Mariadb, kWithoutSnapshot);
  int records = 0;

  const SourceError refused = read_while(company, "DELETE FROM note WHERE id = 2;\n", &records);

  EXPECT_EQ(refused.kind, SourceErrorKind::CountMismatch);
  EXPECT_THAT(refused.detail, HasSubstr("3 rows were counted and 2 came"));
}

TEST(OdbcAttack, StopsWhenMoreRowsComeThanWereCounted) {
  const OdbcCompany company(OdbcServer::Mariadb, kWithoutSnapshot);
  int records = 0;

  const SourceError refused =
      read_while(company, "INSERT INTO note VALUES (9, 'anna');\n", &records);

  EXPECT_EQ(refused.kind, SourceErrorKind::CountMismatch);
  EXPECT_EQ(records, 3);
}

TEST(OdbcSnapshot, MariadbShowsOneStateHoweverItIsChanged) {
  const OdbcCompany company(OdbcServer::Mariadb,
                            "CREATE TABLE note (id int PRIMARY KEY, account_id varchar(20));\n"
                            "INSERT INTO note VALUES (1, 'anna'), (2, 'anna');\n");
  const catalog::Catalog described = company.catalog({"note", "account_id", {"id"}});
  auto reader = company.open(described, "anna");
  ASSERT_TRUE(reader);

  company.execute("DELETE FROM note WHERE id = 1;\nINSERT INTO note VALUES (3, 'anna');\n");
  testing::RecordingSink sink;
  const auto facts = reader->read(described.datasets().front(), sink);

  ASSERT_TRUE(facts) << to_string(facts.error());
  EXPECT_THAT(sink.column("id"), ElementsAre("integer:1", "integer:2"));
}

TEST(OdbcSnapshot, SqliteShowsOneStateWhileAnotherWrites) {
  const OdbcCompany company(
      OdbcServer::Sqlite,
      "PRAGMA journal_mode = WAL;\nCREATE TABLE note (id integer PRIMARY KEY, account_id text);\n"
      "INSERT INTO note VALUES (1, 'anna'), (2, 'anna');\n");
  const catalog::Catalog described = company.catalog({"note", "account_id", {"id"}});
  auto reader = company.open(described, "anna");
  ASSERT_TRUE(reader) << to_string(reader.error());

  company.execute("DELETE FROM note WHERE id = 1;\nINSERT INTO note VALUES (3, 'anna');\n");
  testing::RecordingSink sink;
  const auto facts = reader->read(described.datasets().front(), sink);

  ASSERT_TRUE(facts) << to_string(facts.error());
  EXPECT_THAT(sink.column("id"), ElementsAre("integer:1", "integer:2"));
}

/// Does something once, at the first record.
class OnceSink final : public RecordSink {
 public:
  explicit OnceSink(std::function<void()> act) : act_(std::move(act)) {}

  void begin_dataset(const DatasetHead& /*head*/) override {}

  void on_record(const Record& record) override {
    records = record.number;
    if (record.number == 1) act_();
  }

  void on_object(const ObjectReference& /*object*/) override {}

  std::uint64_t records = 0;

 private:
  std::function<void()> act_;
};

TEST(OdbcAttack, FailsForALaterTryWhenTheServerDiesHalfway) {
  testing::MariadbServer server;
  server.make_database("crm");
  server.execute("crm",
                 "CREATE TABLE note (id int PRIMARY KEY, account_id varchar(20), body text);\n"
                 "INSERT INTO note SELECT seq, 'anna', repeat('x', 10000) FROM seq_1_to_20000;");
  OdbcCompany company(OdbcServer::Sqlite, "");
  company.connection = server.connection("crm");
  const catalog::Catalog described = company.catalog({"note", "account_id", {"id", "body"}});
  auto reader = company.open(described, "anna");
  ASSERT_TRUE(reader) << to_string(reader.error());
  OnceSink sink([&] { server.kill(); });

  try {
    (void)reader->read(described.datasets().front(), sink);
    ADD_FAILURE() << "the loss was not noticed";
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.retry(), Retry::Later);
    EXPECT_EQ(failure.cause(), "database_lost");
    EXPECT_THAT(std::string(failure.what()), Not(HasSubstr("hunter2")));
  }
  EXPECT_GT(sink.records, 0U);
  EXPECT_LT(sink.records, 20000U);
  // And the next attempt, while it is down.
  try {
    (void)company.open(described, "anna");
    ADD_FAILURE() << "there is no server";
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.retry(), Retry::Later);
    EXPECT_EQ(failure.cause(), "source_lost");
    EXPECT_THAT(std::string(failure.what()), Not(HasSubstr("hunter2")));
  }
}

TEST(OdbcAttack, FailsForALaterTryWhenTheConnectionIsKilled) {
  const OdbcCompany company(
      OdbcServer::Mariadb,
      "CREATE TABLE note (id int PRIMARY KEY, account_id varchar(20), body text);\n"
      "INSERT INTO note SELECT seq, 'anna', repeat('x', 10000) FROM seq_1_to_5000;\n");
  const catalog::Catalog described = company.catalog({"note", "account_id", {"id", "body"}});
  auto reader = company.open(described, "anna");
  ASSERT_TRUE(reader) << to_string(reader.error());
  OnceSink sink([&] { company.execute("KILL USER reader@localhost;\n"); });

  try {
    (void)reader->read(described.datasets().front(), sink);
    ADD_FAILURE() << "the loss was not noticed";
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.retry(), Retry::Later);
    EXPECT_EQ(failure.cause(), "database_lost");
  }
}

TEST(OdbcAttack, FailsForALaterTryWhenATableIsEmptiedWhileItIsOpened) {
  // TRUNCATE is not bound by snapshots; the table waits for it, or the reader is told.
  const OdbcCompany company(OdbcServer::Mariadb,
                            "CREATE TABLE note (id int PRIMARY KEY, account_id varchar(20));\n"
                            "INSERT INTO note VALUES (1, 'anna');\n");
  const catalog::Catalog described = company.catalog({"note", "account_id", {"id"}});
  auto reader = company.open(described, "anna");
  ASSERT_TRUE(reader) << to_string(reader.error());

  EXPECT_THROW(company.execute("SET lock_wait_timeout = 1;\nTRUNCATE TABLE note;\n"), Failure);

  testing::RecordingSink sink;
  ASSERT_TRUE(reader->read(described.datasets().front(), sink));
  EXPECT_THAT(sink.records, SizeIs(1));
}

}  // namespace
}  // namespace rightful::sources
