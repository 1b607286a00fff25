#include "sources/dataset_plan.hpp"

#include <gmock/gmock.h>

namespace rightful::sources {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

ColumnFacts column(const char* name, const char* type) {
  ColumnFacts facts;
  facts.name = name;
  facts.type = type;
  facts.base_type = type;
  facts.is_nullable = false;
  return facts;
}

TableFacts table(const char* name,
                 std::vector<ColumnFacts> columns,
                 std::vector<IndexFacts> indexes) {
  TableFacts facts;
  facts.name = {"public", name};
  facts.columns = std::move(columns);
  facts.indexes = std::move(indexes);
  return facts;
}

/// `note` belongs to `person`, which has the account.
class DatasetPlanTest : public ::testing::Test {
 protected:
  DatasetPlanTest() {
    add(table("note",
              {column("id", "int8"), column("person_id", "int8"), column("body", "text")},
              {{{"id"}, true, true}, {{"person_id"}, false, false}}));
    add(table("person",
              {column("id", "int8"), column("account", "text")},
              {{{"id"}, true, true}, {{"account"}, false, false}}));
    dataset_.name = "note";
    dataset_.source = "shop";
    dataset_.table = {"public", "note"};
    dataset_.owners = {
        catalog::parse_owner_path("person_id -> person.id . account", "public").value()};
    for (const char* name : {"id", "person_id", "body"}) {
      dataset_.fields.emplace_back().name = name;
    }
  }

  void add(TableFacts facts) { schema_.tables[facts.name] = std::move(facts); }

  TableFacts& note() { return schema_.tables[{"public", "note"}]; }

  TableFacts& person() { return schema_.tables[{"public", "person"}]; }

  PlanningResult plan() { return plan_dataset(dataset_, settings_, schema_); }

  void expect_only(FindingKind kind, Severity severity, const char* what, const char* cure) {
    EXPECT_THAT(plan().findings,
                ElementsAre(AllOf(Field(&Finding::kind, kind),
                                  Field(&Finding::severity, severity),
                                  Field(&Finding::what, HasSubstr(what)),
                                  Field(&Finding::cure, HasSubstr(cure)))));
  }

  catalog::Dataset dataset_;
  catalog::PostgresqlSettings settings_;
  SchemaFacts schema_{"reader", {}};
};

TEST_F(DatasetPlanTest, FitsTheSchema) {
  const PlanningResult result = plan();

  EXPECT_THAT(result.findings, IsEmpty());
  EXPECT_THAT(result.plan.columns, SizeIs(3));
  EXPECT_THAT(result.plan.identity, ElementsAre("id"));
  ASSERT_THAT(result.plan.owners, SizeIs(1));
  EXPECT_TRUE(result.plan.owners[0].leads_to_one);
}

TEST_F(DatasetPlanTest, KnowsAPathThatLeadsToMany) {
  person().indexes[0].is_unique = false;

  EXPECT_FALSE(plan().plan.owners[0].leads_to_one);
}

TEST_F(DatasetPlanTest, DoesNotTrustAKeyOfATableWithChildren) {
  person().has_children = true;

  EXPECT_FALSE(plan().plan.owners[0].leads_to_one);
}

TEST_F(DatasetPlanTest, FindsAColumnNobodyDescribed) {
  note().columns.push_back(column("mood", "text"));

  expect_only(FindingKind::UndescribedColumn, Severity::Error, "public.note.mood", "add `mood`");
}

TEST_F(DatasetPlanTest, CountsTheOwnersColumnAsDescribed) {
  note().columns.push_back(column("account", "text"));
  note().indexes.push_back({{"account"}, false, false});
  dataset_.owners = {catalog::parse_owner_path("account", "public").value()};

  EXPECT_THAT(plan().findings, IsEmpty());
}

TEST_F(DatasetPlanTest, FindsAMissingTable) {
  dataset_.table.table = "notes";

  expect_only(FindingKind::MissingTable, Severity::Error, "public.notes", "correct the name");
}

TEST_F(DatasetPlanTest, SuggestsTheNameInItsOwnCase) {
  dataset_.table.table = "Note";

  expect_only(
      FindingKind::MissingTable, Severity::Error, "public.Note", "did you mean public.note");
}

TEST_F(DatasetPlanTest, FindsAMissingColumn) {
  dataset_.fields.emplace_back().name = "Body";

  expect_only(
      FindingKind::MissingColumn, Severity::Error, "no column `Body`", "did you mean `body`");
}

TEST_F(DatasetPlanTest, FindsAPathThatNoLongerExists) {
  schema_.tables.erase({"public", "person"});

  expect_only(FindingKind::MissingTable, Severity::Error, "public.person", "correct");
}

TEST_F(DatasetPlanTest, FindsAKindThatDiffers) {
  dataset_.fields[2].kind = catalog::FieldKind::Integer;

  expect_only(FindingKind::TypeMismatch, Severity::Error, "the catalog says integer", "kind: text");
}

TEST_F(DatasetPlanTest, FindsSidesOfALinkThatDiffer) {
  person().columns[0] = column("id", "text");

  expect_only(FindingKind::TypeMismatch, Severity::Error, "(int8) is linked to", "same type");
}

TEST_F(DatasetPlanTest, LinksIntegersOfAnySize) {
  person().columns[0] = column("id", "int4");

  EXPECT_THAT(plan().findings, IsEmpty());
}

TEST_F(DatasetPlanTest, RefusesAnOwnerOfAnotherType) {
  person().columns[1] = column("account", "numeric");

  expect_only(FindingKind::TypeMismatch, Severity::Error, "is of type numeric", "bigint or uuid");
}

TEST_F(DatasetPlanTest, WarnsOfACollationThatComparesLoosely) {
  person().columns[1].compares_exactly = false;

  expect_only(
      FindingKind::TypeMismatch, Severity::Advice, "different texts for equal", "collation");
}

TEST_F(DatasetPlanTest, GivesTheIndexToMake) {
  note().indexes.pop_back();

  expect_only(FindingKind::MissingIndex,
              Severity::Advice,
              "no index on person_id",
              "CREATE INDEX CONCURRENTLY ON \"public\".\"note\" (\"person_id\");");
}

TEST_F(DatasetPlanTest, RefusesARoleThatMayWrite) {
  note().is_writable = true;

  expect_only(FindingKind::Role, Severity::Error, "may write to public.note", "FROM \"reader\";");
}

TEST_F(DatasetPlanTest, ToleratesARoleThatMayWriteIfToldTo) {
  note().is_writable = true;
  settings_.allows_writable_role = true;

  expect_only(FindingKind::Role, Severity::Advice, "may write to public.note", "REVOKE");
}

TEST_F(DatasetPlanTest, RefusesColumnsThatTheRoleMayNotRead) {
  note().columns[2].is_readable = false;

  expect_only(FindingKind::Role, Severity::Error, "may not read public.note.body", "GRANT SELECT");
}

TEST_F(DatasetPlanTest, NeedsNoRightToReadWhatIsWithheld) {
  note().columns[2].is_readable = false;
  dataset_.fields[2].withhold = catalog::Withhold::Security;

  EXPECT_THAT(plan().findings, IsEmpty());
  EXPECT_THAT(plan().plan.columns, SizeIs(2));
}

TEST_F(DatasetPlanTest, RefusesRowSecurityThatIsNotInForce) {
  settings_.has_row_security = true;

  expect_only(FindingKind::RowSecurity, Severity::Error, "not in force on public.note", "policy");
  note().has_row_security = true;
  EXPECT_THAT(plan().findings, IsEmpty());
}

TEST_F(DatasetPlanTest, DoesNotReadWhatIsRedacted) {
  dataset_.fields[2].third_party = catalog::ThirdParty::Redact;

  EXPECT_EQ(plan().plan.columns[2].reading, Reading::Presence);
}

TEST_F(DatasetPlanTest, WarnsOfARetentionThatCountsFromNoTime) {
  dataset_.retention.from = "body";

  expect_only(FindingKind::TypeMismatch, Severity::Advice, "retention counts from", "date");
}

TEST_F(DatasetPlanTest, RefusesAnObjectsNameThatIsNoText) {
  note().columns[0].kind = ValueKind::Integer;
  dataset_.fields[0].attach = catalog::Attachment{};

  expect_only(FindingKind::TypeMismatch, Severity::Error, "names objects and is of type", "text");
}

TEST_F(DatasetPlanTest, HasNoIdentityWithNullableKeys) {
  note().columns[0].is_nullable = true;

  EXPECT_THAT(plan().plan.identity, IsEmpty());
}

TEST(TablesOf, AreThoseOfTheDatasetAndItsPaths) {
  catalog::Dataset dataset;
  dataset.table = {"public", "c"};
  dataset.owners = {
      catalog::parse_owner_path("a -> b.id . c_id -> c.id . owner", "public").value()};

  EXPECT_THAT(tables_of(dataset),
              ElementsAre(catalog::TableName{"public", "b"}, catalog::TableName{"public", "c"}));
}

}  // namespace
}  // namespace rightful::sources
