/// @file
/// Reads SchemaFacts over ODBC's own questions (SQLTables, SQLColumns, SQLPrimaryKeys,
/// SQLStatistics), which every driver answers.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sources/odbc_connection.hpp"
#include "sources/schema_facts.hpp"

namespace rightful::sources {

struct OdbcSchema {
  SchemaFacts facts;
  /// Most bytes that a value of a column may have, where that depends on the value.
  std::map<std::pair<catalog::TableName, std::string>, std::uint64_t> octets;
  /// Tables whose engine keeps no snapshot.
  std::set<catalog::TableName> without_snapshot;
  /// Names of indexes that do not hold all rows, where the driver does not say so (SQLite).
  std::set<std::string> partial_indexes;
};

/// The clock that wrote times without a zone.
enum class WrittenIn : std::uint8_t {
  Unknown,  ///< they are no instants
  Utc       ///< the catalog may say that they are
};

/// @param wanted  exactly these tables.
[[nodiscard]] OdbcSchema read_odbc_schema(OdbcConnection& connection,
                                          const std::vector<catalog::TableName>& wanted,
                                          WrittenIn written_in);

/// The names of all tables and views. @param schemas  where to look; an empty name is the
/// connection's own place.
[[nodiscard]] std::vector<catalog::TableName> list_odbc_tables(
    OdbcConnection& connection, const std::set<std::string>& schemas);

/// What ODBC says about a column, as facts. @param data_type  SQL_BIGINT …
/// @param type_name  the database's own word. @param digits  behind the point.
[[nodiscard]] ColumnFacts odbc_column(
    OdbcDialect dialect, std::string name, int data_type, const std::string& type_name, int digits);

}  // namespace rightful::sources
