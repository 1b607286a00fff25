/// @file
/// More of a live PostgreSQL schema than an export needs, for `catalog discover`: how tables hang
/// together, and what people said about them. Holds no row.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "rightful/store/connection.hpp"

#include "sources/schema_facts.hpp"

namespace rightful::sources {

/// `columns` of `table` equal `target_columns` of a row of `target`, or one of them is NULL.
struct ForeignKey {
  std::string name;
  catalog::TableName table;
  std::vector<std::string> columns;
  catalog::TableName target;
  std::vector<std::string> target_columns;
};

/// What is known of a table beside its facts.
struct TableNotes {
  std::string comment;
  std::map<std::string, std::string, std::less<>> column_comments;
  /// Of columns whose type is an enumeration: its labels, in its order.
  std::map<std::string, std::vector<std::string>, std::less<>> labels;
  std::vector<catalog::TableName> reads;     ///< of a view: the tables that its query names
  std::vector<catalog::TableName> inherits;  ///< its parents; not of partitions
};

struct SchemaSurvey {
  SchemaFacts facts;
  std::vector<ForeignKey> keys;  ///< none of partitions; ordered by table, columns, name
  std::map<catalog::TableName, TableNotes> notes;

  /// Empty notes when nothing is known.
  [[nodiscard]] const TableNotes& notes_of(const catalog::TableName& table) const;
};

/// Reads everything that the role can see the existence of, inside the open snapshot.
[[nodiscard]] SchemaSurvey survey_schema(store::SourceConnection& connection);

}  // namespace rightful::sources
