// `rightful catalog check` against a live schema.
#include "rightful/sources/schema_check.hpp"

#include <gmock/gmock.h>

#include "tests/integration/sources/company.hpp"

namespace rightful::sources {
namespace {

using ::testing::AllOf;
using testing::Company;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kSchema =
    "CREATE TABLE note (id int PRIMARY KEY, account_id text, body text); CREATE INDEX ON note "
    "(account_id);"
    "CREATE TABLE country (code text PRIMARY KEY)";

std::vector<Finding> findings_of(const Company& company,
                                 const std::vector<testing::DatasetText>& datasets,
                                 std::string_view options = "") {
  const catalog::Catalog catalog =
      testing::parse_catalog(testing::catalog_text(datasets, options, "shop.country"));
  return check_against_schema(catalog, company.locations());
}

auto finding(FindingKind kind, Severity severity, const char* what, const char* cure) {
  return AllOf(Field(&Finding::kind, kind),
               Field(&Finding::severity, severity),
               Field(&Finding::what, HasSubstr(what)),
               Field(&Finding::cure, HasSubstr(cure)));
}

class SchemaCheck : public ::testing::Test {
 protected:
  SchemaCheck() { company_.files_root = folder_.path(); }

  std::vector<Finding> check(std::string_view options = "") {
    return findings_of(company_, {{"note", "account_id", {"id", "body"}}}, options);
  }

  rightful::testing::TestFolder folder_;
  Company company_{kSchema};
};

TEST_F(SchemaCheck, FindsNothingWhenAllIsSaid) {
  EXPECT_THAT(check(), IsEmpty());
}

TEST_F(SchemaCheck, FindsAnUndeclaredTableWhereverItIs) {
  company_.execute("CREATE SCHEMA other; CREATE TABLE other.\"Audit Log\" (id int)");

  EXPECT_THAT(check(),
              ElementsAre(finding(FindingKind::UndeclaredTable,
                                  Severity::Error,
                                  "other.\"Audit Log\"",
                                  "add `shop.other.\"Audit Log\"` to not_personal")));
}

TEST_F(SchemaCheck, DoesNotAskForViewsPartitionsAndTemporaryTables) {
  company_.execute("CREATE VIEW v AS SELECT 1; CREATE TEMPORARY TABLE t (i int)");

  EXPECT_THAT(check(), IsEmpty());
}

TEST_F(SchemaCheck, FindsAColumnNobodyDescribed) {
  company_.execute("ALTER TABLE note ADD COLUMN mood text");

  EXPECT_THAT(check(),
              ElementsAre(finding(FindingKind::UndescribedColumn,
                                  Severity::Error,
                                  "public.note.mood (text)",
                                  "add `mood` to the fields of dataset note")));
}

TEST_F(SchemaCheck, GivesTheIndexToMake) {
  company_.execute("DROP INDEX note_account_id_idx");

  const auto findings = check();

  ASSERT_THAT(findings,
              ElementsAre(finding(
                  FindingKind::MissingIndex, Severity::Advice, "account_id", "CREATE INDEX")));
  // PostgreSQL builds nothing beside its writers inside a transaction, and this test has one.
  std::string cure = findings.front().cure;
  const std::string beside_writers = " CONCURRENTLY";
  ASSERT_THAT(cure, HasSubstr(beside_writers));
  company_.execute(cure.erase(cure.find(beside_writers), beside_writers.size()));
  EXPECT_THAT(check(), IsEmpty());
}

TEST_F(SchemaCheck, DoesNotCountAPartialIndex) {
  company_.execute(
      "DROP INDEX note_account_id_idx; CREATE INDEX ON note (account_id) WHERE id > 5");

  EXPECT_THAT(check(), ElementsAre(Field(&Finding::kind, FindingKind::MissingIndex)));
}

TEST_F(SchemaCheck, ReportsARoleThatMayWriteAndTheCureHelps) {
  company_.execute("GRANT INSERT, UPDATE ON note TO source_reader");

  const auto findings = check();

  ASSERT_THAT(
      findings,
      ElementsAre(finding(FindingKind::Role, Severity::Error, "may write to public.note", "REVOKE"),
                  Field(&Finding::severity, Severity::Advice)));
  const std::string cure = findings.front().cure;
  company_.execute(cure.substr(0, cure.find(" --")));
  EXPECT_THAT(check(), IsEmpty());
}

TEST_F(SchemaCheck, WritesThePolicyThatRowSecurityNeeds) {
  const auto findings = check(", rls: rightful.account_id");

  ASSERT_THAT(findings,
              ElementsAre(finding(
                  FindingKind::RowSecurity, Severity::Error, "not in force", "CREATE POLICY")));
  company_.execute(findings.front().cure);
  EXPECT_THAT(check(", rls: rightful.account_id"), IsEmpty());
}

TEST_F(SchemaCheck, FindsWhatNotPersonalNamesInVain) {
  company_.execute("DROP TABLE country");

  EXPECT_THAT(check(),
              ElementsAre(finding(
                  FindingKind::MissingTable, Severity::Advice, "public.country", "remove")));
}

TEST_F(SchemaCheck, FindsAPathThatNoLongerExists) {
  company_.execute(
      "CREATE TABLE line (id int PRIMARY KEY, note_id int); GRANT SELECT ON line TO source_reader");

  const auto findings =
      findings_of(company_,
                  {{"note", "account_id", {"id", "body"}},
                   {"line", "note_id -> notes.id . account_id", {"id", "note_id"}}});

  EXPECT_THAT(
      findings,
      ElementsAre(finding(FindingKind::MissingTable, Severity::Error, "public.notes", "correct")));
}

TEST_F(SchemaCheck, ReportsSourcesThatCannotBeReached) {
  company_.role = "no_such_role";
  company_.files_root = "/no/such/folder";

  EXPECT_THAT(
      check(),
      ElementsAre(
          finding(FindingKind::Unreachable, Severity::Error, "cannot be opened", "SHOP_URL"),
          finding(FindingKind::Unreachable, Severity::Error, "does not exist", "folder")));
}

TEST_F(SchemaCheck, ReportsVariablesThatAreNotSet) {
  const catalog::Catalog catalog =
      testing::parse_catalog(testing::catalog_text({{"note", "account_id", {"id"}}}));

  EXPECT_THAT(check_against_schema(catalog, {}),
              ElementsAre(finding(FindingKind::Unreachable, Severity::Error, "SHOP_URL", "set"),
                          finding(FindingKind::Unreachable, Severity::Error, "VOICE_ROOT", "set")));
}

}  // namespace
}  // namespace rightful::sources
