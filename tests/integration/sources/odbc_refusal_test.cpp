// What is refused before anything is read, in words that say what to do and never hold a password.
#include <filesystem>

#include <gmock/gmock.h>

#include "rightful/core/failure.hpp"

#include "tests/integration/sources/odbc_company.hpp"

namespace rightful::sources {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::OdbcCompany;
using testing::OdbcServer;

const testing::DatasetText kNote{"note", "account_id", {"id"}};
constexpr const char* kNotes =
    "CREATE TABLE note (id int PRIMARY KEY, account_id varchar(50));\n"
    "INSERT INTO note VALUES (1, 'anna');\n";

TEST(OdbcRefusal, NoDriverOfThisName) {
  OdbcCompany company(OdbcServer::Sqlite, kNotes);
  company.connection = "Driver=No Such Driver;PWD=hunter2hunter2";

  const SourceError refused = company.refused(kNote, "anna");

  EXPECT_EQ(refused.kind, SourceErrorKind::NotConfigured);
  EXPECT_THAT(refused.detail, HasSubstr("odbcinst.ini"));
  EXPECT_THAT(refused.detail, Not(HasSubstr("hunter2")));
}

TEST(OdbcRefusal, NoDataSourceOfThisName) {
  OdbcCompany company(OdbcServer::Sqlite, kNotes);
  company.connection = "DSN=nosuchname;PWD=hunter2hunter2";

  EXPECT_THAT(company.refused(kNote, "anna").detail, HasSubstr("odbc.ini"));
}

TEST(OdbcRefusal, AWrongPassword) {
  OdbcCompany company(OdbcServer::Mariadb, kNotes);
  company.connection = company.connection + ";";
  company.connection.replace(company.connection.find("hunter2hunter2"), 14, "wrongwrongwrong");

  const SourceError refused = company.refused(kNote, "anna");

  EXPECT_EQ(refused.kind, SourceErrorKind::NotConfigured);
  EXPECT_THAT(refused.detail, HasSubstr("password were refused"));
  EXPECT_THAT(refused.detail, Not(HasSubstr("wrongwrong")));
}

TEST(OdbcRefusal, AFileThatDoesNotExistIsNotMade) {
  OdbcCompany company(OdbcServer::Sqlite, kNotes);
  const rightful::testing::TestFolder folder;
  const auto file = folder.path() / "none.db";
  company.connection = "Driver=SQLite3;Database=" + file.string();

  const SourceError refused = company.refused(kNote, "anna");

  EXPECT_EQ(refused.kind, SourceErrorKind::NotConfigured);
  EXPECT_THAT(refused.detail, HasSubstr("file cannot be opened"));
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST(OdbcRefusal, AnUnsetVariable) {
  OdbcCompany company(OdbcServer::Sqlite, kNotes);
  company.connection.clear();

  EXPECT_THAT(company.refused(kNote, "anna").detail, HasSubstr("CRM is not set"));
}

TEST(OdbcRefusal, AUserThatMayWrite) {
  OdbcCompany company(OdbcServer::Mariadb, kNotes);
  company.execute(
      "CREATE OR REPLACE USER writer@localhost IDENTIFIED BY 'hunter2hunter2';\n"
      "GRANT SELECT, INSERT (id) ON note TO writer@localhost;\n");
  company.connection.replace(company.connection.find("User=reader"), 11, "User=writer");

  const SourceError refused = company.refused(kNote, "anna");
  company.source_options = ", allow_writable_role: true";
  const auto catalog = company.catalog(kNote);
  const auto allowed = company.open(catalog, "anna");

  EXPECT_EQ(refused.kind, SourceErrorKind::RoleTooPowerful);
  EXPECT_THAT(refused.detail, HasSubstr("SELECT alone"));
  ASSERT_TRUE(allowed) << to_string(allowed.error());
  EXPECT_TRUE(allowed->snapshots().front().has_writable_role);
}

TEST(OdbcRefusal, AColumnThatNobodyDescribed) {
  for (const OdbcServer server : {OdbcServer::Mariadb, OdbcServer::Sqlite, OdbcServer::Postgres}) {
    const OdbcCompany company(
        server, "CREATE TABLE note (id int PRIMARY KEY, account_id varchar(50), secret int);\n");

    const SourceError refused = company.refused(kNote, "anna");

    EXPECT_EQ(refused.kind, SourceErrorKind::SchemaChanged);
    EXPECT_THAT(refused.detail, HasSubstr("nobody has described note.secret"));
  }
}

TEST(OdbcRefusal, AnInstantWhoseZoneNobodySaid) {
  OdbcCompany company(OdbcServer::Sqlite,
                      "CREATE TABLE note (id int PRIMARY KEY, account_id text, seen datetime);\n");
  const testing::DatasetText dataset{"note", "account_id", {"id", "seen: { kind: instant }"}};

  EXPECT_THAT(company.refused(dataset, "anna").detail, HasSubstr("write `kind: datetime`"));
}

TEST(OdbcRefusal, ATableThatIsNotThere) {
  const OdbcCompany company(OdbcServer::Mariadb, kNotes);

  EXPECT_THAT(company.refused({"notes", "account_id", {"id"}}, "anna").detail,
              HasSubstr("there is no table notes"));
}

TEST(OdbcRefusal, AnOwnerOfATypeWhoseEqualityIsAnother) {
  const OdbcCompany company(OdbcServer::Mariadb,
                            "CREATE TABLE note (id int PRIMARY KEY, account_id double);\nINSERT "
                            "INTO note VALUES (1, 42);\n");

  EXPECT_THAT(company.refused(kNote, "42").detail,
              HasSubstr("the owner note.account_id is of type"));
}

TEST(OdbcRefusal, BytesInATextOfSqlite) {
  const OdbcCompany company(OdbcServer::Sqlite,
                            "CREATE TABLE note (id int PRIMARY KEY, account_id text, body text);\n"
                            "INSERT INTO note VALUES (1, 'anna', x'ff00');\n");
  const auto catalog = company.catalog({"note", "account_id", {"id", "body"}});
  auto reader = company.open(catalog, "anna");
  ASSERT_TRUE(reader);
  testing::RecordingSink sink;

  try {
    (void)reader->read(catalog.datasets().front(), sink);
    ADD_FAILURE() << "nothing was refused";
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.cause(), "bad_row");
    EXPECT_EQ(failure.retry(), Retry::Never);
  }
}

}  // namespace
}  // namespace rightful::sources
