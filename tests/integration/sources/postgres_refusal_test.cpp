// What is refused before the first row is read.
#include <gmock/gmock.h>

#include "rightful/core/failure.hpp"

#include "tests/integration/sources/company.hpp"
#include "tests/unit/sources/test_scope.hpp"

namespace rightful::sources {
namespace {

using testing::Company;
using ::testing::HasSubstr;

constexpr const char* kNotes =
    "CREATE TABLE note (id int PRIMARY KEY, account_id bigint, body text); CREATE INDEX ON note "
    "(account_id);"
    "INSERT INTO note VALUES (1, 42, 'mine')";
const testing::DatasetText kDataset{"note", "account_id", {"id", "body"}};

TEST(PostgresRefusal, IsNotSilentForAnAccountInAnotherForm) {
  const Company company(kNotes);

  for (const char* account : {"0042", "+42", "42 ", "anna", "42.0", "99999999999999999999"}) {
    const SourceError refused = company.refused(kDataset, account);

    EXPECT_EQ(refused.kind, SourceErrorKind::AccountNotPossible) << account;
    EXPECT_EQ(refused.dataset, "note");
    EXPECT_EQ(refused.detail.find(account), std::string::npos);
  }
  EXPECT_EQ(company.read(kDataset, "42").records.size(), 1U);
}

TEST(PostgresRefusal, NamesAColumnNobodyDescribed) {
  const Company company(kNotes);
  company.execute("ALTER TABLE note ADD COLUMN mood text");

  const SourceError refused = company.refused(kDataset, "42");

  EXPECT_EQ(refused.kind, SourceErrorKind::SchemaChanged);
  EXPECT_THAT(refused.detail, HasSubstr("nobody has described public.note.mood"));
}

TEST(PostgresRefusal, NamesAColumnThatIsGone) {
  const Company company(kNotes);
  company.execute("ALTER TABLE note DROP COLUMN body");

  const SourceError refused = company.refused(kDataset, "42");

  EXPECT_EQ(refused.kind, SourceErrorKind::SchemaChanged);
  EXPECT_THAT(refused.detail, HasSubstr("no column `body`"));
}

TEST(PostgresRefusal, NamesATableThatIsGone) {
  const Company company(kNotes);
  company.execute("ALTER TABLE note RENAME TO notes");

  EXPECT_THAT(company.refused(kDataset, "42").detail, HasSubstr("no table public.note"));
}

TEST(PostgresRefusal, NamesATypeThatChanged) {
  const Company company(kNotes);
  company.execute("ALTER TABLE note ALTER account_id TYPE numeric");

  EXPECT_THAT(company.refused(kDataset, "42").detail, HasSubstr("is of type numeric"));
}

TEST(PostgresRefusal, DoesNotReadAsTheOwnerOfTheTables) {
  Company company(kNotes);
  company.role = "rightful";
  if (company.database().url(company.role).empty()) GTEST_SKIP();

  const SourceError refused = company.refused(kDataset, "42");

  EXPECT_EQ(refused.kind, SourceErrorKind::RoleTooPowerful);
  EXPECT_THAT(refused.detail, HasSubstr("may write to public.note"));
}

TEST(PostgresRefusal, DoesNotReadAsARoleThatMayWrite) {
  const Company company(kNotes);
  company.execute("GRANT UPDATE (body) ON note TO source_reader");

  EXPECT_EQ(company.refused(kDataset, "42").kind, SourceErrorKind::RoleTooPowerful);
}

TEST(PostgresRefusal, ReadsAsARoleThatMayWriteOnlyIfToldToAndSaysSo) {
  const Company company(kNotes);
  company.execute("GRANT DELETE ON note TO source_reader");
  const catalog::Catalog catalog =
      testing::parse_catalog(testing::catalog_text({kDataset}, ", allow_writable_role: true"));

  const AccountReader reader = company.open(catalog, "42");

  EXPECT_TRUE(reader.snapshots().front().has_writable_role);
}

TEST(PostgresRefusal, DoesNotReadAsASuperuserOrAboveRowSecurity) {
  const Company company(kNotes);
  for (const char* power : {"SUPERUSER", "BYPASSRLS"}) {
    company.database().execute_as_admin(std::string("ALTER ROLE source_reader ") + power);

    const SourceError refused = company.refused(kDataset, "42", ", allow_writable_role: true");

    company.database().execute_as_admin(std::string("ALTER ROLE source_reader NO") + power);
    EXPECT_EQ(refused.kind, SourceErrorKind::RoleTooPowerful) << power;
  }
}

TEST(PostgresRefusal, DemandsTheRowSecurityThatTheCatalogPromises) {
  const Company company(kNotes);

  const SourceError refused = company.refused(kDataset, "42", ", rls: rightful.account_id");

  EXPECT_EQ(refused.kind, SourceErrorKind::RoleTooPowerful);
  EXPECT_THAT(refused.detail, HasSubstr("ENABLE ROW LEVEL SECURITY"));
}

TEST(PostgresRefusal, NamesAColumnThatMayNotBeRead) {
  const Company company(kNotes);
  company.execute(
      "REVOKE SELECT ON note FROM source_reader; GRANT SELECT (id, account_id) ON note TO "
      "source_reader");

  EXPECT_THAT(company.refused(kDataset, "42").detail, HasSubstr("may not read public.note.body"));
}

TEST(PostgresRefusal, ReadsWithRightsToTheDeliveredColumnsOnly) {
  const Company company(kNotes);
  company.execute(
      "REVOKE SELECT ON note FROM source_reader; GRANT SELECT (id, account_id) ON note TO "
      "source_reader");

  const auto sink =
      company.read({"note", "account_id", {"id", "body: { withhold: security }"}}, "42");

  EXPECT_EQ(sink.records.size(), 1U);
}

TEST(PostgresRefusal, NamesAnEnvironmentVariableThatIsNotSet) {
  const Company company(kNotes);
  const catalog::Catalog catalog = testing::parse_catalog(testing::catalog_text({kDataset}));

  const auto reader = AccountReader::open(catalog, testing::scope_for("42"), {});

  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().kind, SourceErrorKind::NotConfigured);
  EXPECT_THAT(reader.error().detail, HasSubstr("SHOP_URL"));
}

TEST(PostgresRefusal, IsAFailureForLaterWhenNobodyAnswers) {
  const catalog::Catalog catalog = testing::parse_catalog(testing::catalog_text({kDataset}));
  const rightful::testing::TestFolder nobody_listens_here;

  try {
    (void)AccountReader::open(
        catalog,
        testing::scope_for("42"),
        {{"shop", "host=" + nobody_listens_here.path().string() + " dbname=x"}});
    ADD_FAILURE() << "somebody answered";
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.retry(), Retry::Later);
    EXPECT_EQ(failure.cause(), "source_lost");
  }
}

TEST(PostgresRefusal, IsFinalForAWrongDatabase) {
  const Company company(kNotes);
  std::string url = company.database().url(testing::kReader);
  const catalog::Catalog catalog = testing::parse_catalog(testing::catalog_text({kDataset}));
  const std::size_t name = url.find(company.database().name());
  ASSERT_NE(name, std::string::npos);
  url.replace(name, company.database().name().size(), "no_such_database");

  const auto reader = AccountReader::open(catalog, testing::scope_for("42"), {{"shop", url}});

  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().kind, SourceErrorKind::NotConfigured);
}

}  // namespace
}  // namespace rightful::sources
