#include "sources/postgres_statement.hpp"

#include <deque>

#include <gmock/gmock.h>

namespace rightful::sources {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// A plan made by hand, with everything that it points to.
class PlanBuilder {
 public:
  explicit PlanBuilder(catalog::TableName table) { dataset_.table = std::move(table); }

  PlanBuilder& owner(std::string_view path, OwnerType type, bool leads_to_one = true) {
    paths_.push_back(catalog::parse_owner_path(path, "public").value());
    plan_.owners.push_back({&paths_.back(), type, leads_to_one});
    return *this;
  }

  PlanBuilder& column(const char* name, Reading reading = Reading::Value, bool as_json = false) {
    fields_.emplace_back().name = name;
    ColumnFacts& facts = facts_.emplace_back();
    facts.name = name;
    facts.is_read_as_json = as_json;
    plan_.columns.push_back({&fields_.back(), &facts, reading});
    return *this;
  }

  PlanBuilder& identity(std::vector<std::string> columns) {
    plan_.identity = std::move(columns);
    return *this;
  }

  const DatasetPlan& plan() {
    plan_.dataset = &dataset_;
    return plan_;
  }

 private:
  catalog::Dataset dataset_;
  std::deque<catalog::OwnerPath> paths_;
  std::deque<catalog::Field> fields_;
  std::deque<ColumnFacts> facts_;
  DatasetPlan plan_;
};

TEST(QuoteIdentifier, DoublesQuotesAndKeepsEverythingElse) {
  EXPECT_EQ(quote_identifier("note"), "\"note\"");
  EXPECT_EQ(quote_identifier("Order Line"), "\"Order Line\"");
  EXPECT_EQ(quote_identifier("a\"; DROP TABLE x; --"), "\"a\"\"; DROP TABLE x; --\"");
  EXPECT_EQ(quote_identifier("select"), "\"select\"");
  EXPECT_EQ(quote_table({"My Schema", "T\"t"}), "\"My Schema\".\"T\"\"t\"");
}

TEST(QuoteIdentifierDeath, RefusesWhatCannotBeAName) {
  EXPECT_DEATH((void)quote_identifier(""), "");
  EXPECT_DEATH((void)quote_identifier(std::string_view("a\0b", 3)), "");
}

TEST(ComposeCopy, ReadsAColumnOfTheTable) {
  PlanBuilder builder({"public", "note"});
  builder.owner("account_id", OwnerType::Text).column("body").identity({"id"});

  EXPECT_EQ(
      compose_copy(builder.plan()),
      "COPY (SELECT r.o0, r.c0 FROM (SELECT d.\"account_id\"::pg_catalog.text AS o0, d.\"body\" "
      "AS c0, d.\"id\" AS k0 FROM \"public\".\"note\" d WHERE d.\"account_id\" = "
      "(SELECT pg_catalog.current_setting('rightful.account_id')::pg_catalog.text)) r ORDER BY "
      "r.k0) TO STDOUT");
}

TEST(ComposeCopy, ComparesInTheTypeOfTheOwner) {
  for (const auto& [type, cast] : {std::pair{OwnerType::Int8, "int8"},
                                   std::pair{OwnerType::Int4, "int4"},
                                   std::pair{OwnerType::Int2, "int2"},
                                   std::pair{OwnerType::Uuid, "uuid"},
                                   std::pair{OwnerType::PaddedText, "bpchar"}}) {
    PlanBuilder builder({"public", "note"});
    builder.owner("owner", type);

    EXPECT_THAT(
        compose_copy(builder.plan()),
        HasSubstr(
            "d.\"owner\" = (SELECT pg_catalog.current_setting('rightful.account_id')::pg_catalog." +
            std::string(cast) + "))"));
  }
}

TEST(ComposeCopy, JoinsAlongKeysThatLeadToOne) {
  PlanBuilder builder({"public", "order_line"});
  builder.owner("order_id -> orders.id . customer_id -> customer.id . account_id", OwnerType::Int8)
      .column("price")
      .identity({"order_id", "line_no"});

  const std::string statement = compose_copy(builder.plan());

  EXPECT_THAT(statement,
              HasSubstr("FROM \"public\".\"order_line\" d LEFT JOIN \"public\".\"orders\" o0_0 ON "
                        "o0_0.\"id\" = d.\"order_id\" LEFT JOIN \"public\".\"customer\" o0_1 ON "
                        "o0_1.\"id\" = o0_0.\"customer_id\" WHERE o0_1.\"account_id\" = "));
  EXPECT_THAT(statement, HasSubstr("SELECT o0_1.\"account_id\"::pg_catalog.text AS o0"));
  EXPECT_THAT(statement, HasSubstr("ORDER BY r.k0, r.k1) TO STDOUT"));
}

TEST(ComposeCopy, LinksAllColumnsOfACompositeKey) {
  PlanBuilder builder({"public", "line"});
  builder.owner("(region, no) -> orders.(r, n) . account", OwnerType::Text);

  EXPECT_THAT(compose_copy(builder.plan()),
              HasSubstr("ON o0_0.\"r\" = d.\"region\" AND o0_0.\"n\" = d.\"no\""));
}

TEST(ComposeCopy, CollectsTheOwnersOfAPathThatLeadsToMany) {
  PlanBuilder builder({"public", "calendar"});
  builder.owner("id -> member.calendar_id . account_id", OwnerType::Text, false).column("title");

  const std::string statement = compose_copy(builder.plan());

  EXPECT_THAT(statement,
              HasSubstr("ARRAY(SELECT DISTINCT o0_0.\"account_id\"::pg_catalog.text FROM "
                        "\"public\".\"member\" o0_0 WHERE o0_0.\"calendar_id\" = d.\"id\" AND "
                        "o0_0.\"account_id\" IS NOT NULL ORDER BY 1) AS o0"));
  EXPECT_THAT(statement,
              HasSubstr("WHERE EXISTS (SELECT 1 FROM \"public\".\"member\" o0_0 WHERE "));
  EXPECT_THAT(statement, Not(HasSubstr("LEFT JOIN")));
}

TEST(ComposeCopy, GivesARowOnceToAnAccountThatOwnsItTwice) {
  PlanBuilder builder({"public", "call"});
  builder.owner("caller", OwnerType::Text).owner("callee", OwnerType::Text);

  const std::string statement = compose_copy(builder.plan());

  EXPECT_THAT(statement, HasSubstr("SELECT r.o0, r.o1 FROM (SELECT "));
  EXPECT_THAT(statement, HasSubstr(" UNION ALL SELECT "));
  EXPECT_THAT(statement,
              HasSubstr("WHERE d.\"callee\" = (SELECT pg_catalog.current_setting("
                        "'rightful.account_id')::pg_catalog.text) AND (d.\"caller\" = (SELECT "
                        "pg_catalog.current_setting('rightful.account_id')::pg_catalog.text)) IS "
                        "NOT TRUE"));
}

TEST(ComposeCopy, LeavesRedactedValuesInTheSource) {
  PlanBuilder builder({"public", "note"});
  builder.owner("a", OwnerType::Text).column("about", Reading::Presence).identity({"id"});

  EXPECT_THAT(compose_copy(builder.plan()), HasSubstr("(d.\"about\" IS NOT NULL) AS c0"));
  EXPECT_THAT(compose_copy(builder.plan()), Not(HasSubstr("d.\"about\" AS")));
}

TEST(ComposeCopy, ReadsArraysAsJson) {
  PlanBuilder builder({"public", "note"});
  builder.owner("a", OwnerType::Text).column("tags", Reading::Value, true);

  EXPECT_THAT(compose_copy(builder.plan()), HasSubstr("pg_catalog.to_json(d.\"tags\") AS c0"));
}

TEST(ComposeCopy, OrdersByEverythingWithoutAKey) {
  PlanBuilder builder({"public", "view"});
  builder.owner("a", OwnerType::Text).column("x").column("y");

  EXPECT_THAT(compose_copy(builder.plan()),
              HasSubstr("(d.\"x\")::pg_catalog.text COLLATE \"C\" AS k0, "
                        "(d.\"y\")::pg_catalog.text COLLATE \"C\" AS k1"));
}

TEST(ComposeCopy, QuotesHostileNames) {
  PlanBuilder builder({"My \"Schema\"", "Order; Line"});
  builder.owner("\"Konto Nr.\" -> \"A'B\".\"$1\" . \"--x\"", OwnerType::Text).column("a\"b");

  const std::string statement = compose_copy(builder.plan());

  EXPECT_THAT(statement, HasSubstr("FROM \"My \"\"Schema\"\"\".\"Order; Line\" d"));
  EXPECT_THAT(statement, HasSubstr("\"public\".\"A'B\" o0_0 ON o0_0.\"$1\" = d.\"Konto Nr.\""));
  EXPECT_THAT(statement, HasSubstr("o0_0.\"--x\"::pg_catalog.text"));
  EXPECT_THAT(statement, HasSubstr("d.\"a\"\"b\" AS c0"));
}

TEST(ComposeCount, CountsTheSameRows) {
  PlanBuilder builder({"public", "call"});
  builder.owner("caller", OwnerType::Text).owner("callee", OwnerType::Text).column("x");

  EXPECT_EQ(compose_count(builder.plan()).substr(0, 76),
            "SELECT pg_catalog.count(*) FROM (SELECT 1 FROM \"public\".\"call\" d WHERE d.\"ca");
  EXPECT_THAT(compose_count(builder.plan()), HasSubstr("UNION ALL"));
}

TEST(ComposeCures, AreStatementsToRun) {
  TableFacts table;
  table.name = {"s", "t"};
  EXPECT_EQ(compose_create_index(table, {"a", "B"}),
            "CREATE INDEX CONCURRENTLY ON \"s\".\"t\" (\"a\", \"B\");");
  table.kind = 'p';
  EXPECT_EQ(compose_create_index(table, {"a"}), "CREATE INDEX ON \"s\".\"t\" (\"a\");");
  EXPECT_EQ(compose_grant({"s", "t"}, "r"), "GRANT SELECT ON \"s\".\"t\" TO \"r\";");
}

}  // namespace
}  // namespace rightful::sources
