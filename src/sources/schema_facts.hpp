/// @file
/// What a live PostgreSQL schema is: tables, columns, keys, rights. Read once per export, or by
/// `catalog check`; holds no row.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rightful/catalog/owner_path.hpp"
#include "rightful/sources/record_sink.hpp"

#include "sources/owner_type.hpp"

namespace rightful::sources {

struct ColumnFacts {
  std::string name;
  std::string type;       ///< as `\d` shows it, for people
  std::string base_type;  ///< pg_catalog's name, domains resolved; empty for types of an extension
  ValueKind kind = ValueKind::Text;
  /// Kinds that the catalog may say instead, where the source's type leaves it open.
  std::vector<ValueKind> also = {};
  /// What it is as an owner's column; empty = see base_type.
  std::optional<OwnerType> owner_type = {};
  bool is_read_as_json = false;  ///< arrays and composites
  bool is_nullable = true;
  bool is_readable = true;       ///< the role has SELECT on it
  bool compares_exactly = true;  ///< false for a collation that ignores case or accents
};

/// A valid index over all rows.
struct IndexFacts {
  std::vector<std::string> columns;  ///< empty name = an expression
  bool is_unique = false;
  bool is_primary = false;
};

struct TableFacts {
  catalog::TableName name;
  char kind = 'r';  ///< pg_class.relkind
  bool is_partition = false;
  bool has_children = false;      ///< by inheritance: keys of the table do not hold for them
  bool has_row_security = false;  ///< in force for the role
  bool is_writable = false;       ///< by the role
  std::vector<ColumnFacts> columns;
  std::vector<IndexFacts> indexes;

  /// Tables, also partitioned ones, have indexes and row security; views and foreign tables do not.
  [[nodiscard]] bool is_table() const noexcept { return kind == 'r' || kind == 'p'; }

  /// nullptr when there is none.
  [[nodiscard]] const ColumnFacts* find_column(std::string_view column) const noexcept;
  /// Whether at most one row has given values in `key`.
  [[nodiscard]] bool is_unique_by(const std::vector<std::string>& key) const;
  /// Whether an index begins with exactly these columns, in any order.
  [[nodiscard]] bool has_index_on(const std::vector<std::string>& key) const;
  /// Columns that tell every row from every other; empty when the schema knows none.
  [[nodiscard]] std::vector<std::string> row_identity() const;
};

struct SchemaFacts {
  std::string role;  ///< who reads
  std::map<catalog::TableName, TableFacts> tables;

  /// nullptr when there is none, or the role may not see it.
  [[nodiscard]] const TableFacts* find(const catalog::TableName& name) const;
};

}  // namespace rightful::sources
