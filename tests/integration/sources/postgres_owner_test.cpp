// Every way in which a row can lead to its account, against a real PostgreSQL. Each company has a
// second account whose rows must not come.
#include <gmock/gmock.h>

#include "tests/integration/sources/company.hpp"

namespace rightful::sources {
namespace {

using testing::Company;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(PostgresOwner, IsAColumnOfText) {
  const Company company(
      "CREATE TABLE note (id int PRIMARY KEY, account_id text NOT NULL, body text);"
      "INSERT INTO note VALUES (1, 'anna', 'a'), (2, 'bert', 'b'), (3, 'anna', 'c'), (4, 'ann', "
      "'d'), "
      "(5, 'Anna', 'e'), (6, 'anna ', 'f')");

  const auto sink = company.read({"note", "account_id", {"id", "body"}}, "anna");

  EXPECT_THAT(sink.column("body"), ElementsAre("text:a", "text:c"));
  EXPECT_THAT(sink.records[0].owners, ElementsAre("anna"));
}

TEST(PostgresOwner, HasNothingForAnAccountWithoutRows) {
  const Company company(
      "CREATE TABLE note (id int PRIMARY KEY, account_id text);"
      "INSERT INTO note VALUES (1, 'bert'), (2, NULL), (3, '')");

  EXPECT_THAT(company.read({"note", "account_id", {"id"}}, "anna").records, IsEmpty());
}

TEST(PostgresOwner, IsANumberOrAUuidOrPaddedText) {
  const Company company(
      "CREATE TABLE a (o bigint, v text); INSERT INTO a VALUES (42, 'x'), (420, 'y'), (NULL, 'z');"
      "CREATE TABLE b (o smallint, v text); INSERT INTO b VALUES (42, 'x'), (-42, 'y');"
      "CREATE TABLE c (o uuid, v text); INSERT INTO c VALUES "
      "('6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'x'), ('6ba7b810-9dad-11d1-80b4-00c04fd430c9', "
      "'y');"
      "CREATE TABLE d (o char(8), v text); INSERT INTO d VALUES ('42', 'x'), ('420', 'y');"
      "CREATE TABLE e (o varchar(8), v text); INSERT INTO e VALUES ('42', 'x'), ('042', 'y');"
      "CREATE DOMAIN account AS integer CHECK (VALUE > 0); CREATE TABLE f (o account, v text); "
      "INSERT INTO f VALUES (42, 'x'), (43, 'y')");

  for (const char* table : {"a", "b", "d", "e", "f"}) {
    const auto sink = company.read({table, "o", {"v"}}, "42");

    EXPECT_THAT(sink.column("v"), ElementsAre("text:x")) << table;
    EXPECT_THAT(sink.records[0].owners, ElementsAre("42")) << table;
  }
  EXPECT_THAT(company.read({"c", "o", {"v"}}, "6ba7b810-9dad-11d1-80b4-00c04fd430c8").column("v"),
              ElementsAre("text:x"));
}

constexpr const char* kOrders =
    "CREATE TABLE customer (id int PRIMARY KEY, account_id text);"
    "CREATE TABLE orders (id int PRIMARY KEY, customer_id int REFERENCES customer);"
    "CREATE TABLE order_line (order_id int REFERENCES orders, line_no int, price numeric(10,2),"
    "  PRIMARY KEY (order_id, line_no));"
    "INSERT INTO customer VALUES (1, 'anna'), (2, 'bert'), (3, 'anna'), (4, NULL);"
    "INSERT INTO orders VALUES (10, 1), (20, 2), (30, 3), (40, 4), (50, NULL);"
    "INSERT INTO order_line VALUES (10, 1, 1.10), (10, 2, 2.20), (20, 1, 3.30), (30, 1, 4.40), "
    "(40, 1, 5),"
    "  (50, 1, 6)";

TEST(PostgresOwner, IsTwoKeysAway) {
  const Company company(kOrders);

  const auto sink = company.read({"order_line",
                                  "order_id -> orders.id . customer_id -> customer.id . account_id",
                                  {"order_id", "line_no", "price"}},
                                 "anna");

  EXPECT_THAT(sink.column("price"), ElementsAre("decimal:1.10", "decimal:2.20", "decimal:4.40"));
  EXPECT_THAT(sink.records[0].owners, ElementsAre("anna"));
}

TEST(PostgresOwner, IsFoundAlsoWhereNoKeyIsDeclared) {
  const Company company(
      "CREATE TABLE person (no int, account_id text);"
      "CREATE TABLE visit (id int PRIMARY KEY, person_no int, place text);"
      "INSERT INTO person VALUES (1, 'anna'), (1, 'anna'), (2, 'bert');"
      "INSERT INTO visit VALUES (1, 1, 'x'), (2, 2, 'y')");

  const auto sink = company.read(
      {"visit", "person_no -> person.no . account_id", {"id", "person_no", "place"}}, "anna");

  EXPECT_THAT(sink.column("place"), ElementsAre("text:x"));
  EXPECT_THAT(sink.records[0].owners, ElementsAre("anna"));
}

TEST(PostgresOwner, IsBehindACompositeKey) {
  const Company company(
      "CREATE TABLE orders (region text, no int, account_id text, PRIMARY KEY (region, no));"
      "CREATE TABLE line (region text, order_no int, item text,"
      "  FOREIGN KEY (region, order_no) REFERENCES orders);"
      "INSERT INTO orders VALUES ('eu', 1, 'anna'), ('us', 1, 'bert'), ('eu', 2, 'bert');"
      "INSERT INTO line VALUES ('eu', 1, 'a'), ('us', 1, 'b'), ('eu', 2, 'c'), (NULL, 1, 'd')");

  const auto sink = company.read({"line",
                                  "(region, order_no) -> orders.(region, no) . account_id",
                                  {"region", "order_no", "item"}},
                                 "anna");

  EXPECT_THAT(sink.column("item"), ElementsAre("text:a"));
}

TEST(PostgresOwner, AreAllMembersOfASharedThing) {
  const Company company(
      "CREATE TABLE calendar (id int PRIMARY KEY, title text);"
      "CREATE TABLE member (calendar_id int, account_id text, PRIMARY KEY (calendar_id, "
      "account_id));"
      "INSERT INTO calendar VALUES (1, 'family'), (2, 'work'), (3, 'nobody'), (4, 'alone');"
      "INSERT INTO member VALUES (1, 'bert'), (1, 'anna'), (2, 'bert'), (4, 'anna')");

  const auto sink =
      company.read({"calendar", "id -> member.calendar_id . account_id", {"id", "title"}}, "anna");

  EXPECT_THAT(sink.column("title"), ElementsAre("text:family", "text:alone"));
  EXPECT_THAT(sink.records[0].owners, ElementsAre("anna", "bert"));
  EXPECT_THAT(sink.records[1].owners, ElementsAre("anna"));
}

TEST(PostgresOwner, AreSeveralColumnsAndTheRowComesOnce) {
  const Company company(
      "CREATE TABLE call (id int PRIMARY KEY, caller text, callee text);"
      "INSERT INTO call VALUES (1, 'anna', 'bert'), (2, 'bert', 'anna'), (3, 'anna', 'anna'),"
      "  (4, 'bert', 'cecil'), (5, 'anna', NULL), (6, NULL, 'anna')");

  const auto sink = company.read({"call", "[caller, callee]", {"id"}}, "anna");

  EXPECT_THAT(sink.column("id"),
              ElementsAre("integer:1", "integer:2", "integer:3", "integer:5", "integer:6"));
  EXPECT_THAT(sink.records[0].owners, ElementsAre("anna", "bert"));
  EXPECT_THAT(sink.records[2].owners, ElementsAre("anna"));
  EXPECT_THAT(sink.records[3].owners, ElementsAre("anna"));
}

TEST(PostgresOwner, AreAColumnAndAPathAndASharedPath) {
  const Company company(
      "CREATE TABLE person (id int PRIMARY KEY, account_id text);"
      "CREATE TABLE mail (id int PRIMARY KEY, sender text, recipient_id int);"
      "CREATE TABLE copy (mail_id int, account_id text);"
      "INSERT INTO person VALUES (1, 'anna'), (2, 'bert');"
      "INSERT INTO mail VALUES (1, 'anna', 2), (2, 'bert', 1), (3, 'bert', 2), (4, 'bert', 2), (5, "
      "'anna', 1);"
      "INSERT INTO copy VALUES (3, 'anna'), (3, 'cecil'), (5, 'anna')");

  const auto sink = company.read(
      {"mail",
       "[sender, 'recipient_id -> person.id . account_id', 'id -> copy.mail_id . account_id']",
       {"id", "recipient_id"}},
      "anna");

  EXPECT_THAT(sink.column("id"), ElementsAre("integer:1", "integer:2", "integer:3", "integer:5"));
  EXPECT_THAT(sink.records[2].owners, ElementsAre("bert", "anna", "cecil"));
  EXPECT_THAT(sink.records[3].owners, ElementsAre("anna"));
}

TEST(PostgresOwner, IsFoundThroughTheSameTable) {
  const Company company(
      "CREATE TABLE message (id int PRIMARY KEY, parent_id int REFERENCES message, author text);"
      "INSERT INTO message VALUES (1, NULL, 'anna'), (2, 1, 'bert'), (3, 2, 'anna'), (4, NULL, "
      "'bert')");

  const auto sink = company.read(
      {"message", "parent_id -> message.id . author", {"id", "parent_id", "author"}}, "anna");

  EXPECT_THAT(sink.column("id"), ElementsAre("integer:2"));
}

TEST(PostgresOwner, IsFoundInNamesOfAnyKind) {
  const Company company(
      R"(CREATE SCHEMA "My Shop"; GRANT USAGE ON SCHEMA "My Shop" TO source_reader;
         CREATE TABLE "My Shop"."Konto" ("Nr." int PRIMARY KEY, "Account Id" text);
         CREATE TABLE "My Shop"."Order; Line" ("select" int PRIMARY KEY, "Konto ""Nr""" int, "Größe" text);
         INSERT INTO "My Shop"."Konto" VALUES (1, 'anna'), (2, 'bert');
         INSERT INTO "My Shop"."Order; Line" VALUES (1, 1, 'L'), (2, 2, 'S');
         GRANT SELECT ON ALL TABLES IN SCHEMA "My Shop" TO source_reader)");
  testing::DatasetText dataset{"line",
                               R"('"Konto ""Nr""" -> "My Shop"."Konto"."Nr." . "Account Id"')",
                               {"select", R"(Konto \"Nr\")", "Größe"},
                               R"("My Shop"."Order; Line")"};

  const auto sink = company.read(dataset, "anna");

  EXPECT_THAT(sink.column("Größe"), ElementsAre("text:L"));
}

TEST(PostgresOwner, IsFoundInViewsAndPartitionsAndChildren) {
  const Company company(
      "CREATE TABLE event (id int, account_id text, at date) PARTITION BY RANGE (at);"
      "CREATE TABLE event_1 PARTITION OF event FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');"
      "CREATE TABLE event_2 PARTITION OF event FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');"
      "INSERT INTO event VALUES (1, 'anna', '2023-05-05'), (2, 'anna', '2024-05-05'), (3, 'bert', "
      "'2024-05-05');"
      "CREATE VIEW recent AS SELECT id, account_id FROM event WHERE at > '2024-01-01';"
      "CREATE TABLE base (id int PRIMARY KEY, account_id text); CREATE TABLE child () INHERITS "
      "(base);"
      "INSERT INTO base VALUES (1, 'anna'); INSERT INTO child VALUES (1, 'anna'), (2, 'bert');"
      "CREATE TABLE leaf (base_id int, v text); INSERT INTO leaf VALUES (1, 'x')");

  EXPECT_THAT(company.read({"event", "account_id", {"id", "at"}}, "anna").column("at"),
              ElementsAre("date:2023-05-05", "date:2024-05-05"));
  EXPECT_THAT(company.read({"recent", "account_id", {"id"}}, "anna").column("id"),
              ElementsAre("integer:2"));
  EXPECT_THAT(company.read({"base", "account_id", {"id"}}, "anna").records, SizeIs(2));
  EXPECT_THAT(
      company.read({"leaf", "base_id -> base.id . account_id", {"base_id", "v"}}, "anna").records,
      SizeIs(1))
      << "two rows of a table with children answer to one key; the row comes once";
}

TEST(PostgresOwner, TakesAccountsOfAnyCharacters) {
  const Company company("CREATE TABLE note (account_id text, body text)");
  for (const char* account :
       {"O'Brien", "a\\b", "\"x\"", "$1", "{account}", "анна", "a,b", "NULL", "{}"}) {
    const std::string quoted = std::string("$q$") + account + "$q$";
    company.execute("INSERT INTO note VALUES (" + quoted + ", 'mine'), (" + quoted +
                    " || 'x', 'other')");

    const auto sink = company.read({"note", "account_id", {"body"}}, account);

    EXPECT_THAT(sink.column("body"), ElementsAre("text:mine")) << account;
    EXPECT_THAT(sink.records[0].owners, ElementsAre(account));
  }
}

TEST(PostgresOwner, KeepsSpecialCharactersOfManyOwners) {
  const Company company(
      "CREATE TABLE room (id int PRIMARY KEY); INSERT INTO room VALUES (1);"
      "CREATE TABLE guest (room_id int, account_id text);"
      "INSERT INTO guest VALUES (1, 'a,b'), (1, 'c\"d\\e'), (1, 'NULL'), (1, ''), (1, NULL), (1, "
      "'tab\there')");

  const auto sink = company.read({"room", "id -> guest.room_id . account_id", {"id"}}, "a,b");

  EXPECT_THAT(sink.records[0].owners,
              ::testing::UnorderedElementsAre("", "NULL", "a,b", "c\"d\\e", "tab\there"));
}

TEST(PostgresOwner, OrdersRowsTheSameEachTime) {
  const Company company(
      "CREATE TABLE bag (account_id text, x int, t text);"
      "INSERT INTO bag SELECT 'anna', i % 7, md5(i::text) FROM generate_series(1, 500) i");

  const auto first = company.read({"bag", "account_id", {"x", "t"}}, "anna");
  company.execute(
      "CREATE TABLE bag2 AS SELECT * FROM bag ORDER BY random(); TRUNCATE bag; "
      "INSERT INTO bag SELECT * FROM bag2");
  const auto second = company.read({"bag", "account_id", {"x", "t"}}, "anna");

  EXPECT_EQ(first.column("t"), second.column("t"));
  EXPECT_THAT(first.records, SizeIs(500));
}

}  // namespace
}  // namespace rightful::sources
