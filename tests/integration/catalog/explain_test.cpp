// `rightful catalog explain`: over all accounts, what it counts is every row that has an owner, as
// statements say that were written here by hand.
#include "rightful/sources/explain.hpp"

#include <gmock/gmock.h>

#include "tests/integration/catalog/live_schema.hpp"

namespace rightful::sources {
namespace {

using catalog::Catalog;
using testing::Choices;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::LiveSchema;
using ::testing::Not;
using ::testing::Pair;
using testing::schema_file;

/// Dataset → how many rows have an owner, by a statement that knows nothing of catalogs.
using Owned = std::map<std::string, std::string>;

void expect_all_rows(const LiveSchema& live,
                     const Catalog& catalog,
                     const std::string& accounts,
                     const Owned& owned) {
  std::map<std::string, std::uint64_t> sums;
  for (const std::string& account : live.texts(accounts)) {
    for (const auto& [dataset, rows] : live.rows_of(catalog, account)) {
      sums[dataset] += rows;
    }
  }
  for (const auto& [dataset, statement] : owned) {
    const auto rows = static_cast<std::uint64_t>(live.count(statement));
    EXPECT_EQ(sums[dataset], rows) << dataset;
    EXPECT_GT(rows, 0U) << dataset;
  }
  EXPECT_EQ(sums.size(), owned.size()) << "every dataset has a statement here";
}

TEST(Explain, CountsEveryRowOfChinookOnce) {
  const auto live = LiveSchema::chinook();
  if (live == nullptr) GTEST_SKIP();
  const Catalog catalog = live->catalog({});

  EXPECT_THAT(live->rows_of(catalog, "1"),
              ElementsAre(Pair("customer", 1), Pair("invoice", 7), Pair("invoice_line", 38)));
  expect_all_rows(*live,
                  catalog,
                  "SELECT customer_id::text AS v FROM customer",
                  {{"customer", "SELECT count(*) FROM customer"},
                   {"invoice", "SELECT count(*) FROM invoice"},
                   {"invoice_line", "SELECT count(*) FROM invoice_line"}});
}

TEST(Explain, CountsEveryRowOfTheClinicOnce) {
  const LiveSchema live(
      schema_file("clinic.sql") + schema_file("clinic_rows.sql") +
          "GRANT USAGE ON SCHEMA \"Patient Records\" TO catalog_reader;"
          "GRANT SELECT ON ALL TABLES IN SCHEMA \"Patient Records\", public TO catalog_reader;",
      "clinic",
      "\"Patient Records\".\"Patient\".\"Patient No\"");
  const Catalog catalog = live.catalog(
      {{"call_log", "patient_no"}, {"newsletter", "not_personal: clinic.public.newsletter"}});

  expect_all_rows(
      live,
      catalog,
      "SELECT \"Patient No\"::text AS v FROM \"Patient Records\".\"Patient\"",
      {{"patient", "SELECT count(*) FROM \"Patient Records\".\"Patient\""},
       {"visit", "SELECT count(*) FROM \"Patient Records\".visit"},
       {"finding", "SELECT count(*) FROM \"Patient Records\".finding"},
       {"bill_total",
        "SELECT count(*) FROM \"Patient Records\".\"Bill: total\" WHERE \"Patient No\" IS NOT NULL "
        "AND \"Visit No\" IS NOT NULL"},
       {"measurement", "SELECT count(*) FROM \"Patient Records\".measurement"},
       {"document", "SELECT count(*) FROM \"Patient Records\".\"Document\""},
       {"x_ray", "SELECT count(*) FROM \"Patient Records\".\"X-Ray\""},
       {"call_log", "SELECT count(*) FROM \"Call Log\" WHERE patient_no IS NOT NULL"},
       {"public_con", "SELECT count(*) FROM \"CON\" WHERE patient_no IS NOT NULL"},
       {"forbidden", "SELECT count(*) FROM forbidden"}});
}

std::string market() {
  return schema_file("market.sql") + schema_file("market_rows.sql") +
         "GRANT SELECT ON ALL TABLES IN SCHEMA public TO catalog_reader;";
}

TEST(Explain, CountsEveryRowOfTheMarketForEachOwner) {
  const LiveSchema live(market(), "market", "public.app_user.account_id");
  const Catalog catalog = live.catalog(testing::market_choices());

  expect_all_rows(
      live,
      catalog,
      "SELECT account_id AS v FROM app_user UNION SELECT account_id FROM ticket WHERE account_id "
      "IS NOT NULL",
      {{"app_user", "SELECT count(*) FROM app_user"},
       {"address", "SELECT count(*) FROM address WHERE user_id IS NOT NULL"},
       {"orders", "SELECT count(*) FROM orders"},
       {"order_line", "SELECT count(*) FROM order_line"},
       {"billing_profile", "SELECT count(*) FROM billing_profile"},
       {"payment", "SELECT count(*) FROM payment"},
       // A message to oneself has one owner.
       {"message", "SELECT sum(CASE WHEN sender_id = recipient_id THEN 1 ELSE 2 END) FROM message"},
       {"message_file", "SELECT count(*) FROM message_file"},
       {"calendar_member", "SELECT count(*) FROM calendar_member"},
       {"calendar", "SELECT count(DISTINCT (calendar_id, user_id)) FROM calendar_member"},
       {"calendar_event",
        "SELECT count(*) FROM calendar_event e JOIN calendar_member m USING (calendar_id)"},
       {"review", "SELECT count(*) FROM review WHERE author IS NOT NULL"},
       {"audit_case", "SELECT count(*) FROM audit_case WHERE moderator IS NOT NULL"},
       {"wish", "SELECT count(*) FROM wish"},
       {"ticket", "SELECT count(*) FROM ticket WHERE account_id IS NOT NULL"},
       {"ticket_reply",
        "SELECT count(*) FROM ticket_reply r JOIN ticket t ON t.id = r.ticket_id WHERE "
        "t.account_id IS NOT NULL"}});
}

class Explained : public ::testing::Test {
 protected:
  [[nodiscard]] SourceResult<Explanation> explain_for(std::string_view account) const {
    return explain(catalog_, AccountId::parse(account).value(), live_.locations());
  }

  LiveSchema live_{
      "CREATE TABLE person (id int PRIMARY KEY, secret_word text);"
      "INSERT INTO person SELECT i, 'CANARY-' || i FROM generate_series(1, 9) i;"
      "GRANT SELECT ON person TO catalog_reader;",
      "s",
      "person.id"};
  Catalog catalog_ = live_.catalog({});
};

TEST_F(Explained, ShowsStatementAndPlanAndNoValue) {
  const auto explanation = explain_for("7");

  ASSERT_TRUE(explanation.has_value()) << to_string(explanation.error());
  const ExplainedDataset& person = explanation->datasets.front();
  EXPECT_EQ(person.rows, 1U);
  EXPECT_EQ(person.table, "public.person");
  EXPECT_EQ(person.expected_rows, 1U);
  EXPECT_THAT(person.statement, HasSubstr("COPY (SELECT"));
  EXPECT_THAT(person.plan, Not(IsEmpty()));
  for (const std::string& line : person.plan) {
    EXPECT_THAT(line, Not(HasSubstr("CANARY")));
  }
  EXPECT_THAT(explanation->warnings, IsEmpty());
}

TEST_F(Explained, HasNoRowsForAnAccountThatIsNotThere) {
  EXPECT_EQ(explain_for("77")->datasets.front().rows, 0U);
}

TEST_F(Explained, RefusesAnAccountThatCannotStandInTheColumn) {
  const auto explanation = explain_for("007");

  ASSERT_FALSE(explanation.has_value());
  EXPECT_EQ(explanation.error().kind, SourceErrorKind::AccountNotPossible);
}

TEST_F(Explained, RefusesASchemaThatChanged) {
  live_.execute("ALTER TABLE person ADD COLUMN mood text");

  const auto explanation = explain_for("7");

  ASSERT_FALSE(explanation.has_value());
  EXPECT_EQ(explanation.error().kind, SourceErrorKind::SchemaChanged);
  EXPECT_THAT(explanation.error().detail, HasSubstr("mood"));
}

TEST_F(Explained, RefusesASourceThatIsNowhere) {
  const auto explanation = explain(catalog_, AccountId::parse("7").value(), {});

  ASSERT_FALSE(explanation.has_value());
  EXPECT_THAT(explanation.error().detail, HasSubstr("S_URL is not set"));
}

}  // namespace
}  // namespace rightful::sources
