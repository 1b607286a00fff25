// The time of an export does not grow with the table: every kind of owner is found by indexes.
#include <gmock/gmock.h>

#include "rightful/store/connection.hpp"

#include "sources/postgres_statement.hpp"
#include "sources/schema_inspection.hpp"
#include "tests/integration/sources/company.hpp"
#include "tests/unit/sources/test_scope.hpp"

namespace rightful::sources {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kShop =
    "CREATE TABLE customer (id int PRIMARY KEY, account_id text); CREATE INDEX ON customer "
    "(account_id);"
    "CREATE TABLE orders (id int PRIMARY KEY, customer_id int); CREATE INDEX ON orders "
    "(customer_id);"
    "CREATE TABLE line (id int PRIMARY KEY, order_id int, seller text, v text);"
    "CREATE INDEX ON line (order_id); CREATE INDEX ON line (seller);"
    "CREATE TABLE watcher (line_id int, account_id text); CREATE INDEX ON watcher (account_id);"
    "CREATE INDEX ON watcher (line_id);"
    "INSERT INTO customer SELECT i, 'a' || i FROM generate_series(1, 3000) i;"
    "INSERT INTO orders SELECT i, i / 3 FROM generate_series(1, 9000) i;"
    "INSERT INTO line SELECT i, i / 3, 's' || i / 10, 'x' FROM generate_series(1, 27000) i;"
    "INSERT INTO watcher SELECT i, 'a' || i % 3000 FROM generate_series(1, 27000) i;"
    "ANALYZE";

class PostgresPlan : public ::testing::TestWithParam<const char*> {};

TEST_P(PostgresPlan, ReadsNoWholeTable) {
  const testing::Company company(kShop);
  const catalog::Catalog catalog = testing::parse_catalog(
      testing::catalog_text({{"line", GetParam(), {"id", "order_id", "seller", "v"}}}));
  auto connection =
      store::SourceConnection::open({.url = company.database().url(testing::kReader)}).value();
  connection.begin_snapshot(testing::scope_for("a77"));
  const SchemaFacts schema = read_schema(connection, {});
  const PlanningResult planned = plan_dataset(catalog.datasets().front(), {}, schema);
  ASSERT_TRUE(planned.findings.empty()) << planned.findings.front().what;
  std::string statement = compose_copy(planned.plan);
  statement = statement.substr(6, statement.rfind(") TO STDOUT") - 6);

  std::string plan;
  for (const store::Row row : connection.query("plan", "EXPLAIN " + statement)) {
    plan += row.text("QUERY PLAN") + "\n";
  }

  EXPECT_THAT(plan, Not(HasSubstr("Seq Scan"))) << statement;
}

INSTANTIATE_TEST_SUITE_P(
    Owners,
    PostgresPlan,
    ::testing::Values("seller",
                      "order_id -> orders.id . customer_id -> customer.id . account_id",
                      "id -> watcher.line_id . account_id",
                      "[seller, 'order_id -> orders.id . customer_id -> customer.id . account_id', "
                      "'id -> watcher.line_id . account_id']"));

}  // namespace
}  // namespace rightful::sources
