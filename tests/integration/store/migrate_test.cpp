#include "rightful/store/migrate.hpp"

#include <array>
#include <future>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rightful/store/pool.hpp"

#include "tests/support/result_matchers.hpp"
#include "tests/support/test_database.hpp"

namespace rightful::store {
namespace {

using rightful::testing::IsError;
using rightful::testing::IsOk;
using rightful::testing::TestDatabase;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::string_view kSumA =
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
constexpr std::string_view kSumB =
    "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
constexpr Migration kFirst{
    1, "first", kSumA, "CREATE TABLE one (id integer); INSERT INTO one VALUES (1);"};
constexpr Migration kSecond{
    2, "second", kSumB, "ALTER TABLE one ADD note text; UPDATE one SET note = 'x';"};
constexpr Migration kBroken{2, "broken", kSumB, "CREATE TABLE two (id integer); SELECT 1 / 0;"};
constexpr std::array kOne{kFirst};
constexpr std::array kTwo{kFirst, kSecond};
constexpr std::array kOneAndBroken{kFirst, kBroken};

class MigrateTest : public ::testing::Test {
 protected:
  [[nodiscard]] const ConnectionSettings& settings() const { return database_.settings(); }

  std::int64_t number(const Sql& sql) {
    return database_.pool().begin().run(sql).only().integer("n");
  }

  TestDatabase database_ = TestDatabase::create_empty();
};

TEST_F(MigrateTest, EmbedsTheFilesInOrder) {
  const auto migrations = embedded_migrations();

  ASSERT_GE(migrations.size(), 1U);
  for (std::size_t i = 0; i < migrations.size(); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(migrations[i].version), i + 1);
    EXPECT_EQ(migrations[i].sha256.size(), 64U);
  }
  EXPECT_EQ(migrations[0].name, "state");
  EXPECT_THAT(std::string(migrations[0].text), HasSubstr("CREATE TABLE access_request"));
}

TEST_F(MigrateTest, FromEmptyToHead) {
  const auto report = migrate(settings());

  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->applied.size(), embedded_migrations().size());
  EXPECT_EQ(report->head, static_cast<int>(embedded_migrations().size()));
  EXPECT_THAT(check_schema(settings()), IsOk());
}

TEST_F(MigrateTest, SecondRunChangesNothing) {
  ASSERT_THAT(migrate(settings()), IsOk());

  const auto again = migrate(settings());

  ASSERT_THAT(again, IsOk());
  EXPECT_THAT(again->applied, IsEmpty());
}

TEST_F(MigrateTest, AppliesOnlyWhatIsNew) {
  ASSERT_THAT(migrate(settings(), kOne), IsOk());

  const auto report = migrate(settings(), kTwo);

  ASSERT_THAT(report, IsOk());
  EXPECT_THAT(report->applied, ElementsAre(2));
}

TEST_F(MigrateTest, SaysWhatToGrantToARoleThatMayNot) {
  constexpr std::string_view kRole = "migrate_test_role";
  constexpr Migration kMakesRole{1, "roles", kSumA, "CREATE ROLE migrate_test_never_made NOLOGIN"};
  rightful::testing::create_test_role(kRole);
  ConnectionSettings poor = settings();
  poor.url = database_.url(kRole);

  const auto no_tables = migrate(poor, kOne);
  database_.execute("GRANT CREATE ON SCHEMA public TO " + std::string(kRole));
  const auto no_roles = migrate(poor, std::array{kMakesRole});

  ASSERT_THAT(no_tables, IsError(ErrorCode::Denied));
  EXPECT_THAT(no_tables.error().detail, HasSubstr("make it the owner of the database"));
  ASSERT_THAT(no_roles, IsError(ErrorCode::Denied));
  EXPECT_THAT(no_roles.error().detail, HasSubstr("give it CREATEROLE"));
  EXPECT_THAT(no_roles.error().detail, HasSubstr("rightful migrate"));
}

TEST_F(MigrateTest, RefusesAnEditedFile) {
  ASSERT_THAT(migrate(settings(), kTwo), IsOk());
  std::array edited = kTwo;
  edited[0].sha256 = kSumB;

  const auto report = migrate(settings(), edited);

  ASSERT_THAT(report, IsError(ErrorCode::Conflict));
  EXPECT_THAT(report.error().detail, HasSubstr("0001_first was applied with another content"));
  EXPECT_THAT(check_schema(settings(), edited), IsError(ErrorCode::Conflict));
}

TEST_F(MigrateTest, RefusesANewerDatabase) {
  ASSERT_THAT(migrate(settings(), kTwo), IsOk());

  const auto report = migrate(settings(), kOne);

  ASSERT_THAT(report, IsError(ErrorCode::Conflict));
  EXPECT_THAT(report.error().detail, HasSubstr("0002_second, which this program does not know"));
  EXPECT_THAT(check_schema(settings(), kOne), IsError(ErrorCode::Conflict));
}

TEST_F(MigrateTest, RefusesAMissingVersion) {
  ASSERT_THAT(migrate(settings(), kTwo), IsOk());
  database_.execute("DELETE FROM schema_migration WHERE version = 1");

  const auto report = migrate(settings(), kTwo);

  ASSERT_THAT(report, IsError(ErrorCode::Conflict));
  EXPECT_THAT(report.error().detail, HasSubstr("not the one before it"));
}

TEST_F(MigrateTest, CheckAsksForAMigration) {
  const auto empty = check_schema(settings(), kTwo);
  ASSERT_THAT(migrate(settings(), kOne), IsOk());
  const auto half = check_schema(settings(), kTwo);

  ASSERT_THAT(empty, IsError(ErrorCode::Conflict));
  EXPECT_THAT(empty.error().detail, HasSubstr("migration 0 of 2: run `rightful migrate`"));
  ASSERT_THAT(half, IsError(ErrorCode::Conflict));
  EXPECT_THAT(half.error().detail, HasSubstr("migration 1 of 2"));
}

TEST_F(MigrateTest, FailedFileLeavesNothingBehind) {
  EXPECT_THROW(static_cast<void>(migrate(settings(), kOneAndBroken)), DatabaseFailure);

  static constexpr Sql kTables{
      "tables", "SELECT count(*) AS n FROM pg_tables WHERE tablename IN ('one', 'two')"};
  static constexpr Sql kApplied{"applied", "SELECT count(*) AS n FROM schema_migration"};
  EXPECT_EQ(number(kTables), 1);
  EXPECT_EQ(number(kApplied), 1);
}

TEST_F(MigrateTest, ManyAtOnceDoItOnce) {
  static constexpr int kProcesses = 6;
  std::vector<std::future<Result<MigrationReport>>> runs;
  for (int i = 0; i < kProcesses; ++i) {
    runs.push_back(std::async(std::launch::async, [this] { return migrate(settings(), kTwo); }));
  }

  std::size_t applied = 0;
  for (auto& run : runs) {
    const auto report = run.get();
    ASSERT_THAT(report, IsOk());
    EXPECT_EQ(report->head, 2);
    applied += report->applied.size();
  }

  static constexpr Sql kRows{"rows", "SELECT count(*) AS n FROM one"};
  EXPECT_EQ(applied, 2U);
  EXPECT_EQ(number(kRows), 1);
}

TEST_F(MigrateTest, EachIsRecordedOnce) {
  ASSERT_THAT(migrate(settings(), kTwo), IsOk());

  EXPECT_EQ(record_migrations(database_.pool()), 2);
  EXPECT_EQ(record_migrations(database_.pool()), 0);
  EXPECT_THAT(database_.recorder().acts(), ElementsAre("schema.migrated", "schema.migrated"));
}

}  // namespace
}  // namespace rightful::store
