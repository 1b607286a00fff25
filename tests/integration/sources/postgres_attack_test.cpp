// A source that lies, breaks off, or tells the guard something else than the statement asked for:
// in every case the reading ends with a typed reason and the foreign row never reaches the sink.
#include <gmock/gmock.h>

#include "rightful/core/failure.hpp"
#include "rightful/store/connection.hpp"

#include "tests/integration/sources/company.hpp"
#include "tests/unit/sources/test_scope.hpp"

namespace rightful::sources {
namespace {

using testing::Company;
using ::testing::HasSubstr;
using ::testing::SizeIs;

/// Letters of either case are equal in this column, as some companies have it for user names.
constexpr const char* kLooseNotes =
    "CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);"
    "CREATE TABLE note (id int PRIMARY KEY, account_id text COLLATE loose, body text);"
    "CREATE INDEX ON note (account_id);"
    "INSERT INTO note VALUES (1, 'anna', 'mine'), (2, 'ANNA', 'CANARY-OF-ANOTHER'), (3, 'anna', "
    "'too late')";

TEST(PostgresAttack, StopsAtARowWithAnotherAccountThatComparesEqual) {
  const Company company(kLooseNotes);
  const catalog::Catalog catalog =
      testing::parse_catalog(testing::catalog_text({{"note", "account_id", {"id", "body"}}}));
  AccountReader reader = company.open(catalog, "anna");
  testing::RecordingSink sink;

  const auto refused = reader.read(catalog.datasets().front(), sink);

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, SourceErrorKind::ForeignRecord);
  EXPECT_EQ(refused.error().dataset, "note");
  EXPECT_THAT(sink.records, SizeIs(1));
  EXPECT_EQ(to_string(refused.error()).find("ANNA"), std::string::npos);
}

TEST(PostgresAttack, StopsAtAViewThatShowsForeignRows) {
  // The view answers the count honestly and lies to the reading statement: the row that was asked
  // for comes with another's owner.
  const Company company(
      "CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level1', deterministic = false);"
      "CREATE TABLE note (account_id text, body text); INSERT INTO note VALUES ('anna', 'a'), "
      "('bert', 'b');"
      "CREATE VIEW mine AS SELECT CASE WHEN current_query() LIKE 'COPY%' AND account_id = 'anna' "
      "  THEN 'Anna' ELSE account_id END COLLATE loose AS account_id, body FROM note");

  EXPECT_EQ(company.refused({"mine", "account_id", {"body"}}, "anna").kind,
            SourceErrorKind::ForeignRecord);
}

TEST(PostgresAttack, StopsWhenTheLinkOfASharedThingIsForeign) {
  const Company company(
      "CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);"
      "CREATE TABLE room (id int PRIMARY KEY); CREATE TABLE guest (room_id int, account_id text "
      "COLLATE loose);"
      "INSERT INTO room VALUES (1); INSERT INTO guest VALUES (1, 'ANNA'), (1, 'bert')");

  EXPECT_EQ(company.refused({"room", "id -> guest.room_id . account_id", {"id"}}, "anna").kind,
            SourceErrorKind::ForeignRecord);
}

TEST(PostgresAttack, StopsWhenFewerRowsComeThanWereCounted) {
  const Company company(
      "CREATE TABLE note (id int PRIMARY KEY, account_id text);"
      "INSERT INTO note SELECT i, 'anna' FROM generate_series(1, 10) i;"
      "CREATE VIEW shrinking AS SELECT * FROM note WHERE id > 1 OR current_query() NOT LIKE "
      "'COPY%'");

  const SourceError refused = company.refused({"shrinking", "account_id", {"id"}}, "anna");

  EXPECT_EQ(refused.kind, SourceErrorKind::CountMismatch);
  EXPECT_THAT(refused.detail, HasSubstr("10 rows were counted and 9 came"));
}

TEST(PostgresAttack, StopsWhenMoreRowsComeThanWereCounted) {
  const Company company(
      "CREATE TABLE note (id int PRIMARY KEY, account_id text);"
      "INSERT INTO note SELECT i, 'anna' FROM generate_series(1, 10) i;"
      "CREATE VIEW growing AS SELECT * FROM note WHERE id > 1 OR current_query() LIKE 'COPY%'");

  EXPECT_EQ(company.refused({"growing", "account_id", {"id"}}, "anna").kind,
            SourceErrorKind::CountMismatch);
}

/// Lets the database end the connection while rows still come.
class KillingSink final : public RecordSink {
 public:
  explicit KillingSink(const Company& company) : company_(company) {}

  void begin_dataset(const DatasetHead& /*head*/) override {}

  void on_record(const Record& record) override {
    records = record.number;
    if (record.number != 1) return;
    company_.database().execute_as_admin(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'source_reader' "
        "AND "
        "datname = current_database()");
  }

  void on_object(const ObjectReference& /*object*/) override {}

  std::uint64_t records = 0;

 private:
  const Company& company_;
};

TEST(PostgresAttack, FailsForALaterTryWhenTheSourceDiesHalfway) {
  const Company company(
      "CREATE TABLE note (id int PRIMARY KEY, account_id text, body text);"
      "INSERT INTO note SELECT i, 'anna', repeat('x', 10000) FROM generate_series(1, 20000) i");
  const catalog::Catalog catalog =
      testing::parse_catalog(testing::catalog_text({{"note", "account_id", {"id", "body"}}}));
  AccountReader reader = company.open(catalog, "anna");
  KillingSink sink(company);

  try {
    (void)reader.read(catalog.datasets().front(), sink);
    ADD_FAILURE() << "the loss was not noticed";
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.retry(), Retry::Later);
    EXPECT_EQ(failure.cause(), "database_lost");
  }
  EXPECT_GT(sink.records, 0U);
  EXPECT_LT(sink.records, 20000U);
}

constexpr const char* kGuardedNotes =
    "CREATE TABLE note (id int PRIMARY KEY, account_id text, body text);"
    "INSERT INTO note VALUES (1, 'anna', 'a'), (2, 'bert', 'b');"
    "ALTER TABLE note ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;"
    "CREATE POLICY own ON note USING (account_id = NULLIF(current_setting('rightful.account_id', "
    "true), ''))";

TEST(PostgresSecondWall, ShowsOnlyTheAccountEvenWithoutAFilter) {
  const Company company(kGuardedNotes);
  auto connection =
      store::SourceConnection::open({.url = company.database().url(testing::kReader)}).value();

  connection.begin_snapshot();
  const auto without = connection.count("all", "SELECT count(*) FROM public.note");
  connection.begin_snapshot(testing::scope_for("anna"));
  const auto with = connection.count("all", "SELECT count(*) FROM public.note");

  EXPECT_EQ(without, 0);
  EXPECT_EQ(with, 1);
}

TEST(PostgresSecondWall, LetsTheAccountsRowsThrough) {
  const Company company(kGuardedNotes);
  const catalog::Catalog catalog = testing::parse_catalog(testing::catalog_text(
      {{"note", "account_id", {"id", "body"}}}, ", rls: rightful.account_id"));
  AccountReader reader = company.open(catalog, "anna");
  testing::RecordingSink sink;

  ASSERT_TRUE(reader.read(catalog.datasets().front(), sink));

  EXPECT_THAT(sink.column("body"), ::testing::ElementsAre("text:a"));
}

TEST(PostgresAttack, FindsNoForeignOperatorInTheSearchPath) {
  // A schema of the company that is searched first and says that every text equals every other.
  const Company company(
      "CREATE SCHEMA evil; GRANT USAGE ON SCHEMA evil TO source_reader;"
      "CREATE FUNCTION evil.always(text, text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT "
      "true';"
      "CREATE OPERATOR evil.= (FUNCTION = evil.always, LEFTARG = text, RIGHTARG = text);"
      "CREATE TABLE note (account_id text, body text); INSERT INTO note VALUES ('anna', 'a'), "
      "('bert', 'b')");
  company.database().execute_as_admin(
      "ALTER ROLE source_reader SET search_path = evil, pg_catalog, public");

  const auto sink = company.read({"note", "account_id", {"body"}}, "anna");

  company.database().execute_as_admin("ALTER ROLE source_reader RESET search_path");
  EXPECT_THAT(sink.column("body"), ::testing::ElementsAre("text:a"));
}

TEST(PostgresAttack, NamesNoObjectOfAnother) {
  const testing::DatasetText dataset{
      "recording",
      "account_id",
      {"id", "path: { attach: { source: voice, owner_prefix: \"{account}/\" } }"}};
  Company company(
      "CREATE TABLE recording (id int PRIMARY KEY, account_id text, path text);"
      "INSERT INTO recording VALUES (1, 'anna', 'anna/../bert/1.wav')");
  const rightful::testing::TestFolder folder;
  company.files_root = folder.path();

  EXPECT_EQ(company.refused(dataset, "anna").kind, SourceErrorKind::RefusedReference);
  company.execute("UPDATE recording SET path = 'bert/1.wav'");
  EXPECT_EQ(company.refused(dataset, "anna").kind, SourceErrorKind::ForeignRecord);
  company.execute("UPDATE recording SET path = '/etc/passwd'");
  EXPECT_EQ(company.refused(dataset, "anna").kind, SourceErrorKind::RefusedReference);
}

}  // namespace
}  // namespace rightful::sources
