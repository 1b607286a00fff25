#include "sources/odbc_dialect.hpp"

#include <gmock/gmock.h>

#include "sources/odbc_schema.hpp"
#include "sources/odbc_source.hpp"

namespace rightful::sources {
namespace {

TEST(OdbcCauses, ByState) {
  const auto cause = [](const char* state) { return cause_of(OdbcDialect::Other, state, 0); };

  EXPECT_EQ(cause("08S01"), (OdbcCause{Retry::Later, "database_lost"}));
  EXPECT_EQ(cause("HYT00"), (OdbcCause{Retry::Later, "timeout"}));
  EXPECT_EQ(cause("HYT01"), (OdbcCause{Retry::Later, "timeout"}));
  EXPECT_EQ(cause("40001"), (OdbcCause{Retry::Later, "serialization"}));
  EXPECT_EQ(cause("40P01"), (OdbcCause{Retry::Later, "deadlock"}));
  EXPECT_EQ(cause("57P01"), (OdbcCause{Retry::Later, "database_lost"}));
  EXPECT_EQ(cause("HY001"), (OdbcCause{Retry::Never, "memory_limit"}));
  EXPECT_EQ(cause("42501"), (OdbcCause{Retry::Never, "database_denied"}));
  EXPECT_EQ(cause("22003"), (OdbcCause{Retry::Never, "bad_parameter"}));
  EXPECT_EQ(cause("42S02"), (OdbcCause{Retry::Never, "database_refused"}));
}

TEST(OdbcCauses, ByTheDriversNumberWhereTheStateSaysNothing) {
  EXPECT_EQ(cause_of(OdbcDialect::MySql, "HY000", 2013),
            (OdbcCause{Retry::Later, "database_lost"}));
  EXPECT_EQ(cause_of(OdbcDialect::MySql, "HY000", 1205), (OdbcCause{Retry::Later, "lock_timeout"}));
  EXPECT_EQ(cause_of(OdbcDialect::MySql, "HY000", 1412),
            (OdbcCause{Retry::Later, "serialization"}));
  EXPECT_EQ(cause_of(OdbcDialect::MySql, "42000", 1142),
            (OdbcCause{Retry::Never, "database_denied"}));
  EXPECT_EQ(cause_of(OdbcDialect::Sqlite, "HY000", 5), (OdbcCause{Retry::Later, "database_busy"}));
  // SQLITE_IOERR_READ
  EXPECT_EQ(cause_of(OdbcDialect::Sqlite, "HY000", 266), (OdbcCause{Retry::Later, "io_error"}));
  // The same number is another database's.
  EXPECT_EQ(cause_of(OdbcDialect::Other, "HY000", 2013),
            (OdbcCause{Retry::Never, "database_refused"}));
}

TEST(OdbcCauses, AConnectionThatMayComeLaterHasNoCure) {
  EXPECT_EQ(cure_of_connecting("08001", 0), "");
  EXPECT_EQ(cure_of_connecting("HY000", 2002), "");
  EXPECT_NE(cure_of_connecting("28000", 1045), "");
  EXPECT_NE(cure_of_connecting("IM002", 0), "");
}

TEST(OdbcGrants, OnlyReadingIsReading) {
  EXPECT_FALSE(grants_writing("GRANT USAGE ON *.* TO `r`@`%` IDENTIFIED BY PASSWORD '*0'"));
  EXPECT_FALSE(grants_writing("GRANT SELECT ON `crm`.* TO `r`@`%`"));
  EXPECT_FALSE(grants_writing("GRANT SELECT (`a`, `b`), SHOW VIEW ON `crm`.`t` TO `r`@`%`"));
  EXPECT_FALSE(grants_writing("GRANT `some_role` TO `r`@`%`"));
  EXPECT_TRUE(grants_writing("GRANT ALL PRIVILEGES ON *.* TO `r`@`%` WITH GRANT OPTION"));
  EXPECT_TRUE(grants_writing("GRANT SELECT, INSERT (`a`) ON `crm`.`t` TO `r`@`%`"));
  EXPECT_TRUE(grants_writing("GRANT SELECT, UPDATE ON `crm`.* TO `r`@`%`"));
  EXPECT_TRUE(grants_writing("GRANT EXECUTE ON PROCEDURE `crm`.`p` TO `r`@`%`"));
}

TEST(OdbcColumn, KnowsWhatDatabasesCallTheirTypes) {
  const auto column = [](OdbcDialect dialect, int type, const char* name, int digits = 0) {
    return odbc_column(dialect, "x", type, name, digits);
  };

  EXPECT_EQ(column(OdbcDialect::MySql, SQL_TYPE_TIMESTAMP, "TIMESTAMP").kind, ValueKind::Instant);
  EXPECT_EQ(column(OdbcDialect::MySql, SQL_TYPE_TIMESTAMP, "DATETIME").kind, ValueKind::DateTime);
  EXPECT_EQ(column(OdbcDialect::MySql, SQL_BIGINT, "BIGINT UNSIGNED").owner_type,
            OwnerType::UnsignedInt8);
  EXPECT_EQ(column(OdbcDialect::MySql, SQL_LONGVARBINARY, "UUID").kind, ValueKind::Uuid);
  EXPECT_EQ(column(OdbcDialect::Sqlite, SQL_VARCHAR, "unsigned bigint").kind, ValueKind::Integer);
  EXPECT_EQ(column(OdbcDialect::Sqlite, SQL_VARCHAR, "").owner_type, std::nullopt);
  // SQL Server and Oracle
  EXPECT_EQ(column(OdbcDialect::Other, SQL_GUID, "uniqueidentifier").owner_type, OwnerType::Uuid);
  EXPECT_EQ(column(OdbcDialect::Other, -155, "datetimeoffset").kind, ValueKind::Instant);
  EXPECT_EQ(column(OdbcDialect::Other, SQL_DECIMAL, "NUMBER").owner_type, OwnerType::WholeNumber);
  EXPECT_EQ(column(OdbcDialect::Other, SQL_DECIMAL, "NUMBER", 2).owner_type, std::nullopt);
  EXPECT_EQ(column(OdbcDialect::Other, SQL_CHAR, "char").owner_type, OwnerType::PaddedText);
}

}  // namespace
}  // namespace rightful::sources
