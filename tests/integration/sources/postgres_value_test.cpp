// What comes out is what was put in, exactly.
#include <gmock/gmock.h>

#include "rightful/store/connection.hpp"

#include "sources/postgres_statement.hpp"
#include "tests/integration/sources/company.hpp"
#include "tests/unit/sources/test_scope.hpp"

namespace rightful::sources {
namespace {

using testing::Company;
using ::testing::ElementsAre;
using ::testing::SizeIs;

/// Reads one column of a table `t (o text, v <type>)` with one row per literal.
std::vector<std::string> values_of(const std::string& type,
                                   const std::vector<std::string>& literals) {
  std::string schema =
      "CREATE TABLE t (n serial PRIMARY KEY, o text DEFAULT 'anna', v " + type + ")";
  for (const std::string& literal : literals) {
    schema += "; INSERT INTO t (v) VALUES (" + literal + ")";
  }
  const Company company(schema);
  return company.read({"t", "o", {"n", "v"}}, "anna").column("v");
}

TEST(PostgresValue, KeepsNumbersExactly) {
  EXPECT_THAT(values_of("bigint", {"9223372036854775807", "-9223372036854775808", "NULL"}),
              ElementsAre("integer:9223372036854775807", "integer:-9223372036854775808", "null"));
  EXPECT_THAT(
      values_of("numeric", {"0.1", "1.10", "123456789012345678901234567890.123456789", "'NaN'"}),
      ElementsAre("decimal:0.1",
                  "decimal:1.10",
                  "decimal:123456789012345678901234567890.123456789",
                  "decimal:NaN"));
  EXPECT_THAT(
      values_of("double precision", {"0.1", "1e300", "5e-324", "'NaN'", "'-Infinity'", "'-0'"}),
      ElementsAre("double:0.1",
                  "double:1e+300",
                  "double:5e-324",
                  "double:NaN",
                  "double:-Infinity",
                  "double:-0"));
  EXPECT_THAT(values_of("real", {"0.1", "16777217"}),
              ElementsAre("double:0.1", "double:1.6777216e+07"));
}

TEST(PostgresValue, WritesTimesInUtc) {
  EXPECT_THAT(
      values_of("timestamptz",
                {"'2024-02-29 12:00:00.123456+02'", "'infinity'", "'0001-01-01 BC'", "NULL"}),
      ElementsAre("instant:2024-02-29T10:00:00.123456Z",
                  "text:infinity",
                  "text:0001-01-01 00:00:00+00 BC",
                  "null"));
  EXPECT_THAT(values_of("timestamp", {"'2024-02-29 12:00'"}),
              ElementsAre("datetime:2024-02-29T12:00:00"));
  EXPECT_THAT(values_of("date", {"'2024-02-29'", "'-infinity'"}),
              ElementsAre("date:2024-02-29", "text:-infinity"));
  EXPECT_THAT(values_of("time", {"'23:59:59.5'"}), ElementsAre("time:23:59:59.5"));
  EXPECT_THAT(values_of("interval", {"'1 year 2 mons 3 days 04:05:06.7'", "'0'"}),
              ElementsAre("interval:P1Y2M3DT4H5M6.7S", "interval:PT0S"));
}

TEST(PostgresValue, KeepsStructures) {
  EXPECT_THAT(values_of("jsonb", {R"('{"a": [1, null, "x\ty"]}')"}),
              ElementsAre(R"(json:{"a": [1, null, "x\ty"]})"));
  EXPECT_THAT(values_of("json", {"E'{\"b\":1.10,\\n \"a\":\"\\\\u00e4\"}'"}),
              ElementsAre("json:{\"b\":1.10,\n \"a\":\"\\u00e4\"}"));
  EXPECT_THAT(values_of("text[]", {"ARRAY['a', NULL, 'c,\"d']", "'{}'", "NULL"}),
              ElementsAre(R"(json:["a",null,"c,\"d"])", "json:[]", "null"));
  EXPECT_THAT(values_of("int[]", {"'{{1,2},{3,4}}'"}), ElementsAre("json:[[1,2],[3,4]]"));
  EXPECT_THAT(values_of("int4range", {"'[1,5)'"}), ElementsAre("text:[1,5)"));
  EXPECT_THAT(values_of("bytea", {"'\\x00ff5c'", "''"}), ElementsAre("bytes:AP9c", "bytes"));
  EXPECT_THAT(values_of("uuid", {"'6BA7B810-9DAD-11D1-80B4-00C04FD430C8'"}),
              ElementsAre("uuid:6ba7b810-9dad-11d1-80b4-00c04fd430c8"));
  EXPECT_THAT(values_of("boolean", {"true", "false"}),
              ElementsAre("boolean:true", "boolean:false"));
  EXPECT_THAT(values_of("inet", {"'::1'"}), ElementsAre("text:::1"));
}

TEST(PostgresValue, KeepsEnumsDomainsAndComposites) {
  const Company company(
      "CREATE TYPE mood AS ENUM ('good', 'bad day'); CREATE DOMAIN price AS numeric(6,2);"
      "CREATE DOMAIN net AS price; CREATE TYPE point2 AS (x int, y int);"
      "CREATE TABLE t (o text, m mood, p net, c point2);"
      "INSERT INTO t VALUES ('anna', 'bad day', 1.5, (1, 2))");

  const auto sink = company.read({"t", "o", {"m", "p", "c"}}, "anna");

  EXPECT_THAT(sink.column("m"), ElementsAre("text:bad day"));
  EXPECT_THAT(sink.column("p"), ElementsAre("decimal:1.50"));
  EXPECT_THAT(sink.column("c"), ElementsAre(R"(json:{"x":1,"y":2})"));
}

TEST(PostgresValue, KeepsHostileTexts) {
  const std::vector<std::string> texts{
      "",
      "\\N",
      "\\.",
      "a\tb\nc\rd\be\ff\vg\\h",
      "'; DROP TABLE t; --",
      "<script>alert(1)</script>&amp;",
      "=1+1|cmd",
      "../../etc/passwd",
      "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x9A\x80 \xE2\x80\xAEolleh",
      "\x01\x1F\x7F",
      "\xEF\xBF\xBF\xF4\x8F\xBF\xBF"};
  std::vector<std::string> literals;
  std::vector<std::string> expected;
  for (const std::string& text : texts) {
    literals.push_back("$q$" + text + "$q$");
    expected.push_back("text:" + text);
  }

  EXPECT_EQ(values_of("text", literals), expected);
}

TEST(PostgresValue, KeepsAMegabyteOfText) {
  const Company company(
      "CREATE TABLE t (o text, v text);"
      "INSERT INTO t SELECT 'anna', repeat(E'x\\t\\\\\\n\\U0001F600', 131072)");

  const auto sink = company.read({"t", "o", {"v"}}, "anna");

  std::string expected = "text:";
  for (int i = 0; i < 131072; ++i) {
    expected += "x\t\\\n\xF0\x9F\x98\x80";
  }
  ASSERT_THAT(sink.records, SizeIs(1));
  EXPECT_TRUE(sink.column("v").front() == expected);
}

TEST(PostgresValue, DoesNotDependOnTheServersSettings) {
  const Company company(
      "CREATE TABLE t (o text, v timestamptz, d date, i interval);"
      "INSERT INTO t VALUES ('anna', '2024-02-29 12:00+00', '2024-02-01', '1 day')");
  company.database().execute_as_admin(
      "ALTER ROLE source_reader SET TimeZone = 'Asia/Tokyo';"
      "ALTER ROLE source_reader SET DateStyle = 'German';"
      "ALTER ROLE source_reader SET IntervalStyle = 'sql_standard'");

  const auto sink = company.read({"t", "o", {"v", "d", "i"}}, "anna");

  company.database().execute_as_admin("ALTER ROLE source_reader RESET ALL");
  EXPECT_THAT(sink.column("v"), ElementsAre("instant:2024-02-29T12:00:00Z"));
  EXPECT_THAT(sink.column("d"), ElementsAre("date:2024-02-01"));
  EXPECT_THAT(sink.column("i"), ElementsAre("interval:P1D"));
}

TEST(PostgresValue, MasksThirdPartiesAndCountsIt) {
  const Company company(
      "CREATE TABLE call (id int PRIMARY KEY, caller text, callee text, note text);"
      "INSERT INTO call VALUES (1, 'anna', 'bert', 'about bert'), (2, 'bert', 'anna', NULL),"
      "  (3, 'anna', 'cecil', ''), (4, 'bert', 'anna', 'x')");
  const catalog::Catalog catalog =
      testing::parse_catalog(testing::catalog_text({{"call",
                                                     "[caller, callee]",
                                                     {"id",
                                                      "caller: { third_party: pseudonymise }",
                                                      "callee: { third_party: pseudonymise }",
                                                      "note: { third_party: redact }"}}}));
  AccountReader reader = company.open(catalog, "anna");
  testing::RecordingSink sink;

  const auto facts = reader.read(catalog.datasets().front(), sink);

  ASSERT_TRUE(facts);
  EXPECT_THAT(sink.column("caller"),
              ElementsAre("text:anna", "pseudonym:1", "text:anna", "pseudonym:1"));
  EXPECT_THAT(sink.column("callee"),
              ElementsAre("pseudonym:1", "text:anna", "pseudonym:2", "text:anna"));
  EXPECT_THAT(sink.column("note"), ElementsAre("redacted", "null", "redacted", "redacted"));
  EXPECT_EQ(facts->redacted.at("note"), 3U);
  EXPECT_EQ(facts->pseudonymised.at("callee"), 2U);
}

TEST(PostgresValue, LeavesOutWhatIsWithheld) {
  const Company company(
      "CREATE TABLE login (account_id text, name text, password_hash text);"
      "INSERT INTO login VALUES ('anna', 'Anna', 'secret')");

  const auto sink = company.read(
      {"login", "account_id", {"name", "password_hash: { withhold: security }"}}, "anna");

  EXPECT_THAT(sink.records[0].values, ElementsAre(::testing::Pair("name", "text:Anna")));
}

TEST(PostgresValue, IsOfOneSnapshotForAllDatasets) {
  const Company company(
      "CREATE TABLE a (o text, v int); CREATE TABLE b (o text, v int);"
      "INSERT INTO a SELECT 'anna', i FROM generate_series(1, 100) i; INSERT INTO b VALUES "
      "('anna', 1)");
  const catalog::Catalog catalog =
      testing::parse_catalog(testing::catalog_text({{"a", "o", {"v"}}, {"b", "o", {"v"}}}));
  AccountReader reader = company.open(catalog, "anna");

  company.execute(
      "DELETE FROM a WHERE v > 1; UPDATE b SET v = 2; INSERT INTO b VALUES ('anna', 3)");
  testing::RecordingSink a;
  testing::RecordingSink b;
  ASSERT_TRUE(reader.read(catalog.datasets()[0], a));
  company.execute("DELETE FROM b");
  ASSERT_TRUE(reader.read(catalog.datasets()[1], b));

  EXPECT_THAT(a.records, SizeIs(100));
  EXPECT_THAT(b.column("v"), ElementsAre("integer:1"));
  EXPECT_EQ(reader.snapshots().front().source, "shop");
  EXPECT_TRUE(reader.snapshots().front().is_consistent);
}

TEST(PostgresSnapshot, LetsNobodyEmptyATableThatIsStillToBeRead) {
  const Company company("CREATE TABLE a (o text, v int); INSERT INTO a VALUES ('anna', 1)");
  const catalog::Catalog catalog =
      testing::parse_catalog(testing::catalog_text({{"a", "o", {"v"}}}));
  AccountReader reader = company.open(catalog, "anna");
  const std::string truncate = "SET LOCAL lock_timeout = '100ms'; TRUNCATE a";

  EXPECT_ANY_THROW(company.execute(truncate));
  testing::RecordingSink sink;
  ASSERT_TRUE(reader.read(catalog.datasets().front(), sink));
  reader.end_records();

  EXPECT_THAT(sink.records, SizeIs(1));
  EXPECT_NO_THROW(company.execute(truncate));
}

TEST(PostgresSnapshot, NoticesATableThatWasEmptiedBeforeItWasHeld) {
  const Company company("CREATE TABLE a (v int); INSERT INTO a VALUES (1)");
  auto connection =
      store::SourceConnection::open({.url = company.database().url(testing::kReader)}).value();
  connection.begin_snapshot();

  company.execute("TRUNCATE a");

  // The danger: the snapshot is older than the TRUNCATE, and the row is gone from it all the same.
  EXPECT_EQ(connection.count("rows", "SELECT count(*) FROM public.a"), 0);
  EXPECT_EQ(connection.count("rewritten", kCountRewritten), 1);
}

TEST(PostgresSnapshot, TakesUntouchedTablesForUntouched) {
  const Company company("CREATE TABLE a (v int); INSERT INTO a VALUES (1)");
  auto connection =
      store::SourceConnection::open({.url = company.database().url(testing::kReader)}).value();
  connection.begin_snapshot();

  company.execute("INSERT INTO a VALUES (2)");

  EXPECT_EQ(connection.count("rows", "SELECT count(*) FROM public.a"), 1);
  EXPECT_EQ(connection.count("rewritten", kCountRewritten), 0);
}

}  // namespace
}  // namespace rightful::sources
