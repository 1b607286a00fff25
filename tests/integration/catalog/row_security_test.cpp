// `rightful catalog rls`: behind its policies a reader sees one account, and everybody else what
// they saw.
#include "rightful/sources/row_security.hpp"

#include <fstream>

#include <gmock/gmock.h>

#include "rightful/core/subprocess.hpp"
#include "rightful/sources/schema_check.hpp"
#include "rightful/store/connection.hpp"

#include "tests/integration/catalog/live_schema.hpp"

namespace rightful::sources {
namespace {

using catalog::Catalog;
using ::testing::HasSubstr;
using testing::kReader;
using testing::LiveSchema;
using ::testing::Not;
using testing::schema_file;

/// As an operator runs it.
void run_in_psql(const LiveSchema& live, const std::string& script) {
  const rightful::testing::TestFolder folder;
  const std::string file = (folder.path() / "rls.sql").string();
  std::ofstream(file) << script;
  const CapturedRun run =
      run_captured({.program = "/usr/lib/postgresql/15/bin/psql",
                    .arguments = {"-X", "-v", "ON_ERROR_STOP=1", "-f", file, live.database().url()},
                    .environment = {"PATH=/usr/bin:/bin"},
                    .directory = {},
                    .descriptors = {},
                    .user = {},
                    .group = {}});
  EXPECT_TRUE(run.status.is_success()) << run.output << script;
}

class RowSecurity : public ::testing::Test {
 protected:
  RowSecurity() {
    rightful::testing::create_test_role("market_app");
    live_.execute("GRANT SELECT, UPDATE ON ALL TABLES IN SCHEMA public TO market_app");
  }

  [[nodiscard]] std::string script() const {
    return row_security_script(catalog_, live_.locations(), kReader);
  }

  /// Rows of a table that a role sees, without and with an account.
  [[nodiscard]] std::int64_t seen(std::string_view role,
                                  const std::string& table,
                                  const std::string& account = {}) const {
    auto connection = store::SourceConnection::open({.url = live_.database().url(role)}).value();
    connection.begin_snapshot();
    if (!account.empty()) {
      (void)connection.query(
          "account", "SELECT set_config('rightful.account_id', $1, true)", {store::Value(account)});
    }
    return connection.count("seen", "SELECT count(*) FROM " + table);
  }

  LiveSchema live_{schema_file("market.sql") + schema_file("market_rows.sql") +
                       "GRANT SELECT ON ALL TABLES IN SCHEMA public TO catalog_reader;",
                   "market",
                   "public.app_user.account_id"};
  Catalog catalog_ = live_.catalog(testing::market_choices());
};

TEST_F(RowSecurity, ShowsTheReaderOneAccountInEveryTable) {
  std::map<std::string, std::map<std::string, std::uint64_t>> before;
  const std::vector<std::string> accounts{"acct-1", "acct-2", "acct-13"};
  for (const std::string& account : accounts) {
    before[account] = live_.rows_of(catalog_, account);
  }

  run_in_psql(live_, script());

  for (const std::string& account : accounts) {
    EXPECT_EQ(live_.rows_of(catalog_, account), before[account]);
    for (const catalog::Dataset& dataset : catalog_.datasets()) {
      EXPECT_EQ(static_cast<std::uint64_t>(seen(kReader, dataset.table.table, account)),
                before[account][dataset.name])
          << dataset.name;
    }
  }
}

TEST_F(RowSecurity, ShowsNothingWithoutAnAccount) {
  run_in_psql(live_, script());

  for (const catalog::Dataset& dataset : catalog_.datasets()) {
    EXPECT_EQ(seen(kReader, dataset.table.table), 0) << dataset.name;
    EXPECT_EQ(seen(kReader, dataset.table.table, "nobody' OR true --"), 0) << dataset.name;
  }
}

TEST_F(RowSecurity, LeavesOtherRolesWhatTheySaw) {
  const std::int64_t orders = live_.count("SELECT count(*) FROM orders");

  run_in_psql(live_, script());

  EXPECT_EQ(seen("market_app", "orders"), orders);
  EXPECT_EQ(live_.count("SELECT count(*) FROM orders"), orders) << "the owner, in spite of FORCE";
}

TEST_F(RowSecurity, DoesNotOpenWhatWasClosedToOthers) {
  live_.execute(
      "ALTER TABLE orders ENABLE ROW LEVEL SECURITY;"
      "CREATE POLICY own ON orders TO market_app USING (id <= 10);");

  run_in_psql(live_, script());

  EXPECT_EQ(seen("market_app", "orders"), 10);
}

TEST_F(RowSecurity, LeavesTheOwnerWhatNoPolicyHeldBack) {
  const std::int64_t orders = live_.count("SELECT count(*) FROM orders");
  live_.execute(
      "ALTER TABLE orders ENABLE ROW LEVEL SECURITY;"
      "CREATE POLICY own ON orders TO market_app USING (id <= 10);");

  run_in_psql(live_, script());
  run_in_psql(live_, script());

  EXPECT_EQ(live_.count("SELECT count(*) FROM orders"), orders);
}

TEST_F(RowSecurity, IsNotWidenedByAPolicyThatWasThere) {
  live_.execute(
      "ALTER TABLE orders ENABLE ROW LEVEL SECURITY; CREATE POLICY all_of_it ON orders USING "
      "(true)");
  const auto own = live_.rows_of(catalog_, "acct-3").at("orders");

  run_in_psql(live_, script());

  EXPECT_EQ(static_cast<std::uint64_t>(seen(kReader, "orders", "acct-3")), own);
}

TEST_F(RowSecurity, MayRunTwice) {
  run_in_psql(live_, script());
  run_in_psql(live_, script());

  EXPECT_EQ(seen("market_app", "orders"), live_.count("SELECT count(*) FROM orders"));
}

TEST_F(RowSecurity, IsWhatCheckThenDemands) {
  std::string text = testing::with_words(live_.discover().yaml, testing::market_choices());
  text.replace(
      text.find("url_env: MARKET_URL"), 19, "url_env: MARKET_URL, rls: rightful.account_id");
  const Catalog demanding = Catalog::parse(text, "c.yaml").value();
  const auto errors = [&] {
    std::size_t count = 0;
    for (const Finding& finding : check_against_schema(demanding, live_.locations())) {
      if (finding.kind == FindingKind::RowSecurity) ++count;
    }
    return count;
  };
  ASSERT_EQ(errors(), demanding.datasets().size());

  run_in_psql(live_, script());

  EXPECT_EQ(errors(), 0U);
}

TEST_F(RowSecurity, RefusesARoleThatIsAboveIt) {
  live_.database().execute_as_admin(
      "DO $$BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'above') THEN CREATE ROLE "
      "above BYPASSRLS; END IF; END$$");

  EXPECT_THAT(row_security_script(catalog_, {}, "above"),
              HasSubstr("RAISE EXCEPTION 'the role is above row security"));
}

TEST(RowSecurityScript, HasNoPolicyThatAsksItself) {
  const LiveSchema live(
      "CREATE TABLE person (id int PRIMARY KEY, account text UNIQUE);"
      "CREATE TABLE thread (id int PRIMARY KEY, parent_id int REFERENCES thread, person_id int "
      "REFERENCES person);",
      "s",
      "person.account");
  std::string text = testing::with_words(live.discover().yaml);
  const std::string owner = "owner: person_id -> person.id . account";
  ASSERT_NE(text.find(owner), std::string::npos) << text;
  text.replace(text.find(owner),
               owner.size(),
               "owner: parent_id -> thread.id . person_id -> person.id . account");

  const std::string script =
      row_security_script(Catalog::parse(text, "c.yaml").value(), live.locations(), kReader);

  EXPECT_THAT(script, HasSubstr("-- public.thread: its owner's path leads over itself"));
  EXPECT_THAT(script, Not(HasSubstr("ON \"public\".\"thread\" FOR SELECT")));
}

TEST(RowSecurityScript, KnowsThatAViewHasNoPolicies) {
  const LiveSchema live(
      "CREATE TABLE person (id int PRIMARY KEY); CREATE VIEW shown AS SELECT id "
      "FROM person; GRANT SELECT ON shown TO catalog_reader",
      "s",
      "person.id");
  std::string text = testing::with_words(live.discover().yaml);
  text += "";
  const std::size_t at = text.find("  - name: person");
  text.insert(
      at,
      "  - { name: shown, source: s, table: shown, owner: id, title: S, categories: [Name], "
      "fields: { id: { title: I } } }\n");
  const Catalog catalog = Catalog::parse(text, "c.yaml").value();

  EXPECT_THAT(row_security_script(catalog, live.locations(), kReader),
              HasSubstr("-- public.shown is no table: it has no policies."));
  EXPECT_THAT(row_security_script(catalog, {}, kReader),
              HasSubstr("The database was not looked at"));
}

TEST(RowSecurityScript, QuotesWhatItNames) {
  const LiveSchema live(
      "CREATE SCHEMA \"a $rightful$ %s b\"; CREATE TABLE \"a $rightful$ %s b\".\"it's \"\"x\"\"\" "
      "(\"the "
      "'id'\" int PRIMARY KEY); INSERT INTO \"a $rightful$ %s b\".\"it's \"\"x\"\"\" VALUES (1), "
      "(2);"
      "GRANT USAGE ON SCHEMA \"a $rightful$ %s b\" TO catalog_reader",
      "s",
      "\"a $rightful$ %s b\".\"it's \"\"x\"\"\".\"the 'id'\"");

  const Catalog catalog = live.catalog({});
  run_in_psql(live, row_security_script(catalog, live.locations(), kReader));

  EXPECT_EQ(live.rows_of(catalog, "2").begin()->second, 1U);
}

}  // namespace
}  // namespace rightful::sources
