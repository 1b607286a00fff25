// Whose rows are delivered, on every real database: exactly the account's, in its column's own
// type.
#include <gmock/gmock.h>

#include "tests/integration/sources/odbc_company.hpp"

namespace rightful::sources {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::OdbcCompany;
using testing::OdbcServer;
using ::testing::UnorderedElementsAre;

class OdbcOwner : public ::testing::TestWithParam<OdbcServer> {
 protected:
  [[nodiscard]] bool is(OdbcServer server) const { return GetParam() == server; }
};

INSTANTIATE_TEST_SUITE_P(Real,
                         OdbcOwner,
                         ::testing::Values(OdbcServer::Mariadb,
                                           OdbcServer::Sqlite,
                                           OdbcServer::Postgres),
                         [](const auto& instance) { return testing::name_of(instance.param); });

constexpr const char* kNotes =
    "CREATE TABLE note (id int PRIMARY KEY, account_id varchar(50), body varchar(100));\n"
    "CREATE INDEX note_account ON note (account_id);\n"
    "INSERT INTO note VALUES (1, 'anna', 'mine'), (2, 'bert', 'CANARY-OF-ANOTHER'), "
    "(3, NULL, 'nobody'), (4, 'anna', 'mine too');\n";

TEST_P(OdbcOwner, DeliversTheAccountsRowsInOrderOfTheKey) {
  const OdbcCompany company(GetParam(), kNotes);

  const auto sink = company.read({"note", "account_id", {"id", "body"}}, "anna");

  EXPECT_THAT(sink.column("id"), ElementsAre("integer:1", "integer:4"));
  EXPECT_THAT(sink.column("body"), ElementsAre("text:mine", "text:mine too"));
  EXPECT_THAT(sink.records.front().owners, ElementsAre("anna"));
}

TEST_P(OdbcOwner, DeliversNothingToAnAccountWithoutRows) {
  const OdbcCompany company(GetParam(), kNotes);

  EXPECT_THAT(company.read({"note", "account_id", {"id", "body"}}, "carl").records, IsEmpty());
}

TEST_P(OdbcOwner, TreatsTheAccountAsAValue) {
  const OdbcCompany company(GetParam(), kNotes);

  for (const char* account : {"anna' OR '1'='1", "%", "a_na", "anna\\", "anna' -- ", "?"}) {
    EXPECT_THAT(company.read({"note", "account_id", {"id", "body"}}, account).records, IsEmpty());
  }
}

TEST_P(OdbcOwner, NeverDeliversALookAlike) {
  const OdbcCompany company(GetParam(),
                            "CREATE TABLE note (id int PRIMARY KEY, account_id varchar(50));\n"
                            "INSERT INTO note VALUES (1, 'Anna'), (2, 'anna '), (3, 'ANNA'), "
                            "(4, 'annä');\n");
  const testing::DatasetText dataset{"note", "account_id", {"id"}};

  if (is(OdbcServer::Mariadb)) {
    // Its default collation takes all four for `anna`: the guard does not.
    EXPECT_EQ(company.refused(dataset, "anna").kind, SourceErrorKind::ForeignRecord);
  } else {
    EXPECT_THAT(company.read(dataset, "anna").records, IsEmpty());
  }
}

TEST_P(OdbcOwner, RefusesAnAccountThatIsNoNumberOfTheColumn) {
  const OdbcCompany company(
      GetParam(),
      "CREATE TABLE note (id int PRIMARY KEY, account_id bigint);\n"
      "INSERT INTO note VALUES (1, 42), (2, 9007199254740993), (3, 9007199254740992);\n");
  const testing::DatasetText dataset{"note", "account_id", {"id"}};

  for (const char* account : {"0042", "42 ", "+42", "42.0", "anna", "4e1", "0x2a"}) {
    EXPECT_EQ(company.refused(dataset, account).kind, SourceErrorKind::AccountNotPossible)
        << account;
  }
  EXPECT_THAT(company.read(dataset, "42").column("id"), ElementsAre("integer:1"));
  // As doubles these two are equal.
  EXPECT_THAT(company.read(dataset, "9007199254740993").column("id"), ElementsAre("integer:2"));
}

TEST_P(OdbcOwner, FollowsKeys) {
  const OdbcCompany company(
      GetParam(),
      "CREATE TABLE customer (id int PRIMARY KEY, account_id varchar(50));\n"
      "CREATE TABLE orders (region varchar(5), no int, customer_id int, PRIMARY KEY (region, "
      "no));\n"
      "CREATE TABLE order_line (id int PRIMARY KEY, region varchar(5), order_no int, price "
      "decimal(10,2));\n"
      "INSERT INTO customer VALUES (1, 'anna'), (2, 'bert');\n"
      "INSERT INTO orders VALUES ('eu', 1, 1), ('us', 1, 2), ('eu', 2, 1);\n"
      "INSERT INTO order_line VALUES (10, 'eu', 1, 9.90), (11, 'us', 1, 1.00), (12, 'eu', 2, "
      "0.05), "
      "(13, NULL, 1, 3.00);\n");

  const auto sink = company.read(
      {"order_line",
       "'(region, order_no) -> orders.(region, no) . customer_id -> customer.id . account_id'",
       {"id", "region", "order_no", "price"}},
      "anna");

  EXPECT_THAT(sink.column("id"), ElementsAre("integer:10", "integer:12"));
  if (!is(OdbcServer::Sqlite)) {  // which keeps decimals as doubles
    EXPECT_THAT(sink.column("price"), ElementsAre("decimal:9.90", "decimal:0.05"));
  }
}

TEST_P(OdbcOwner, DeliversARowOnceToEachOfItsOwners) {
  const OdbcCompany company(
      GetParam(),
      "CREATE TABLE call_log (id int PRIMARY KEY, caller varchar(20), callee varchar(20));\n"
      "INSERT INTO call_log VALUES (1, 'anna', 'bert'), (2, 'bert', 'anna'), (3, 'anna', 'anna'), "
      "(4, 'bert', 'carl'), (5, NULL, 'anna');\n");

  const auto sink = company.read({"call_log", "[caller, callee]", {"id"}}, "anna");

  EXPECT_THAT(sink.column("id"), ElementsAre("integer:1", "integer:2", "integer:3", "integer:5"));
  EXPECT_THAT(sink.records[0].owners, ElementsAre("anna", "bert"));
}

constexpr const char* kRooms =
    "CREATE TABLE room (id int PRIMARY KEY, name varchar(20));\n"
    "CREATE TABLE guest (room_id int, account_id varchar(20));\n"
    "INSERT INTO room VALUES (1, 'blue'), (2, 'red'), (3, 'empty');\n"
    "INSERT INTO guest VALUES (1, 'anna'), (1, 'bert'), (1, 'anna'), (2, 'bert'), (1, NULL);\n";

TEST_P(OdbcOwner, KnowsAllOwnersOfASharedThing) {
  const OdbcCompany company(GetParam(), kRooms);
  const testing::DatasetText dataset{"room", "id -> guest.room_id . account_id", {"id", "name"}};

  if (is(OdbcServer::Postgres)) {
    const auto refused = company.refused(dataset, "anna");
    EXPECT_EQ(refused.kind, SourceErrorKind::SchemaChanged);
    EXPECT_THAT(refused.detail, HasSubstr("a view with one row for each owner"));
    return;
  }
  const auto sink = company.read(dataset, "anna");
  EXPECT_THAT(sink.column("name"), ElementsAre("text:blue"));
  EXPECT_THAT(sink.records[0].owners, UnorderedElementsAre("anna", "bert"));
}

TEST_P(OdbcOwner, ReadsNamesWithOddCharacters) {
  const bool has_backticks = is(OdbcServer::Mariadb);
  const std::string quote = has_backticks ? "`" : "\"";
  const auto quoted = [&](const std::string& name) { return quote + name + quote; };
  const OdbcCompany company(
      GetParam(),
      "CREATE TABLE " + quoted("Order Line") + " (" + quoted("select") + " int PRIMARY KEY, " +
          quoted("Account'Id") + " varchar(20), " + quoted("a" + quote + quote + "b;--") +
          " varchar(20));\nINSERT INTO " + quoted("Order Line") + " VALUES (1, 'anna', 'x');\n");
  const std::string odd = has_backticks ? "a`b;--" : "a\\\"b;--";

  const auto sink =
      company.read({"order_line", "'\"Account''Id\"'", {"select", odd}, "\"Order Line\""}, "anna");

  EXPECT_EQ(sink.records.size(), 1U);
}

TEST_P(OdbcOwner, RemovesWhatIsRedactedAndNamesOthersByNumber) {
  const OdbcCompany company(
      GetParam(),
      "CREATE TABLE call_log (id int PRIMARY KEY, a varchar(20), b "
      "varchar(20), note varchar(90));\n"
      "INSERT INTO call_log VALUES (1, 'anna', 'bert', 'SECRET'), (2, 'anna', "
      "'carl', NULL), (3, 'bert', 'anna', '');\n");

  const auto sink = company.read({"call_log",
                                  "[a, b]",
                                  {"id",
                                   "a: { third_party: pseudonymise }",
                                   "b: { third_party: pseudonymise }",
                                   "note: { third_party: redact }"}},
                                 "anna");

  EXPECT_THAT(sink.column("b"), ElementsAre("pseudonym:1", "pseudonym:2", "text:anna"));
  EXPECT_THAT(sink.column("note"), ElementsAre("redacted", "null", "redacted"));
}

TEST_P(OdbcOwner, TellsWhatItReadFrom) {
  const OdbcCompany company(GetParam(), kNotes);
  const catalog::Catalog described = company.catalog({"note", "account_id", {"id", "body"}});

  const auto reader = company.open(described, "anna");

  ASSERT_TRUE(reader) << to_string(reader.error());
  const auto snapshots = reader->snapshots();
  ASSERT_EQ(snapshots.size(), 1U);
  EXPECT_TRUE(snapshots[0].is_consistent);
  EXPECT_THAT(snapshots[0].kind, ::testing::StartsWith("odbc ("));
}

}  // namespace
}  // namespace rightful::sources
