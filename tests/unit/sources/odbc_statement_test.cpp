#include "sources/odbc_statement.hpp"

#include <gmock/gmock.h>

namespace rightful::sources {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

const OdbcPlace kAccount0{OdbcPlace::What::Account, 0};
const OdbcPlace kAccount1{OdbcPlace::What::Account, 1};

OdbcPlace key(std::size_t index) {
  return {OdbcPlace::What::Key, index};
}

class OdbcStatementText : public ::testing::Test {
 protected:
  OdbcStatementText() {
    facts_.name = "body";
    field_.name = "body";
    dataset_.name = "note";
    dataset_.table = {"", "note"};
    plan_.dataset = &dataset_;
    plan_.columns.push_back({&field_, &facts_, Reading::Value, ValueKind::Text});
    plan_.identity = {"id"};
  }

  void owner(const char* path, bool leads_to_one = true) {
    paths_.push_back(
        std::make_unique<catalog::OwnerPath>(catalog::parse_owner_path(path, "").value()));
    plan_.owners.push_back({paths_.back().get(), OwnerType::Text, leads_to_one});
  }

  catalog::Dataset dataset_;
  catalog::Field field_;
  ColumnFacts facts_;
  DatasetPlan plan_;
  std::vector<std::unique_ptr<catalog::OwnerPath>> paths_;
  OdbcSqlStyle style_{OdbcDialect::Other, "\""};
};

TEST_F(OdbcStatementText, AColumn) {
  owner("account_id");

  const OdbcQuery query = compose_rows(style_, plan_, {});

  EXPECT_EQ(query.sql,
            "SELECT d.\"account_id\" AS o0, d.\"body\" AS c0, d.\"id\" AS k0 FROM \"note\" d WHERE "
            "d.\"account_id\" = ? ORDER BY 3");
  EXPECT_THAT(query.places, ElementsAre(kAccount0));
}

TEST_F(OdbcStatementText, APageBehindAKey) {
  owner("account_id");
  plan_.identity = {"a", "b"};
  style_ = {OdbcDialect::MySql, "`"};

  const OdbcQuery query = compose_rows(style_, plan_, {.is_after_key = true, .rows = 10});

  EXPECT_THAT(query.sql,
              HasSubstr("d.`account_id` = ? AND d.`a` >= ? AND (d.`a` > ? OR (d.`a` = ? AND (d.`b` "
                        "> ?))) ORDER BY 3, 4 LIMIT 10"));
  EXPECT_THAT(query.places, ElementsAre(kAccount0, key(0), key(0), key(0), key(1)));
}

TEST_F(OdbcStatementText, KeysThatLeadToOne) {
  owner("order_id -> orders.id . account_id");

  EXPECT_THAT(compose_rows(style_, plan_, {}).sql,
              HasSubstr("FROM \"note\" d LEFT JOIN \"orders\" o0_0 ON o0_0.\"id\" = "
                        "d.\"order_id\" WHERE o0_0.\"account_id\" = ?"));
}

TEST_F(OdbcStatementText, KeysThatLeadToMany) {
  owner("id -> guest.room_id . account_id", false);
  style_ = {OdbcDialect::MySql, "`"};

  const OdbcQuery query = compose_rows(style_, plan_, {});

  EXPECT_THAT(query.sql,
              HasSubstr("(SELECT JSON_ARRAYAGG(CAST(o0_0.`account_id` AS CHAR)) FROM `guest` o0_0 "
                        "WHERE o0_0.`room_id` = d.`id` AND o0_0.`account_id` IS NOT NULL) AS o0"));
  EXPECT_THAT(query.sql,
              HasSubstr("WHERE EXISTS (SELECT 1 FROM `guest` o0_0 WHERE o0_0.`room_id` = d.`id` "
                        "AND o0_0.`account_id` = ?)"));
  EXPECT_THAT(query.places, ElementsAre(kAccount0));
}

TEST_F(OdbcStatementText, SeveralOwnersEachRowOnce) {
  owner("caller");
  owner("callee");

  const OdbcQuery query = compose_count(style_, plan_);

  EXPECT_EQ(
      query.sql,
      "SELECT COUNT(*) FROM (SELECT 1 AS one FROM \"note\" d WHERE d.\"caller\" = ? UNION ALL "
      "SELECT 1 AS one FROM \"note\" d WHERE d.\"callee\" = ? AND (d.\"caller\" <> ? OR "
      "d.\"caller\" IS NULL)) r");
  EXPECT_THAT(query.places, ElementsAre(kAccount0, kAccount1, kAccount0));
}

TEST_F(OdbcStatementText, WhatIsRedactedIsNotRead) {
  owner("account_id");
  plan_.columns[0].reading = Reading::Presence;

  EXPECT_THAT(compose_rows(style_, plan_, {}).sql,
              HasSubstr("CASE WHEN d.\"body\" IS NULL THEN 0 ELSE 1 END AS c0"));
}

TEST_F(OdbcStatementText, TheWeightOfAPage) {
  owner("account_id");
  style_ = {OdbcDialect::MySql, "`"};

  EXPECT_EQ(compose_weight(style_, plan_, {.is_after_key = false, .rows = 8}, {0}).sql,
            "SELECT COALESCE(SUM(r.bytes), 0) FROM (SELECT COALESCE(OCTET_LENGTH(d.`body`), 0) AS "
            "bytes, d.`id` AS k0 FROM `note` d WHERE d.`account_id` = ? ORDER BY 2 LIMIT 8) r");
}

TEST_F(OdbcStatementText, NamesAreQuotedAsTheDriverSays) {
  EXPECT_EQ(quote_identifier({OdbcDialect::MySql, "`"}, "a`b"), "`a``b`");
  EXPECT_EQ(quote_identifier({OdbcDialect::Other, "\""}, "a\"; DROP"), "\"a\"\"; DROP\"");
  EXPECT_EQ(quote_table({OdbcDialect::Other, "\""}, {"s", "t"}), "\"s\".\"t\"");
}

TEST_F(OdbcStatementText, WithoutQuotesOnlyPlainNamesCanBeWritten) {
  const OdbcSqlStyle none{OdbcDialect::Other, ""};

  EXPECT_TRUE(can_write(none, "plain_1"));
  EXPECT_FALSE(can_write(none, "a b"));
  EXPECT_FALSE(can_write(none, "1a"));
  EXPECT_FALSE(can_write(none, "a;--"));
  EXPECT_EQ(quote_identifier(none, "plain_1"), "plain_1");
  EXPECT_DEATH((void)quote_identifier(none, "a b"), "");
}

}  // namespace
}  // namespace rightful::sources
