#include "sources/schema_inspection.hpp"

#include <nlohmann/json.hpp>

#include "sources/postgres_statement.hpp"
#include "sources/postgres_values.hpp"

namespace rightful::sources {
namespace {

catalog::TableName name_in(const store::Row& row) {
  return {row.text("schema_name"), row.text("table_name")};
}

TableFacts table_from(const store::Row& row) {
  TableFacts table;
  table.name = name_in(row);
  table.kind = row.text("kind").front();
  table.is_partition = row.boolean("is_partition");
  table.has_children = row.boolean("has_children");
  table.has_row_security = row.boolean("has_row_security");
  table.is_writable = row.boolean("is_writable");
  return table;
}

ColumnFacts column_from(const store::Row& row) {
  ColumnFacts column;
  column.name = row.text("column_name");
  column.type = row.text("type");
  column.base_type = row.boolean("is_builtin") ? row.text("base_type") : "";
  column.is_read_as_json = row.boolean("is_nested");
  column.kind = column.is_read_as_json ? ValueKind::Json : value_kind_of(column.base_type);
  column.is_nullable = row.boolean("is_nullable");
  column.is_readable = row.boolean("is_readable");
  column.compares_exactly = row.boolean("compares_exactly");
  return column;
}

IndexFacts index_from(const store::Row& row) {
  IndexFacts index;
  for (const nlohmann::json& column : nlohmann::json::parse(row.text("columns"))) {
    index.columns.push_back(column.is_null() ? "" : column.get<std::string>());
  }
  index.is_unique = row.boolean("is_unique");
  index.is_primary = row.boolean("is_primary");
  return index;
}

/// The tables as two parallel arrays, which is how the statements take them.
std::string names_as_json(const std::vector<catalog::TableName>& wanted) {
  nlohmann::json names = nlohmann::json::array();
  for (const catalog::TableName& name : wanted) {
    names.push_back({{"schema_name", name.schema}, {"table_name", name.table}});
  }
  return names.dump();
}

}  // namespace

SchemaFacts read_schema(store::SourceConnection& connection,
                        const std::vector<catalog::TableName>& wanted) {
  const std::vector<store::Value> only{store::Value(names_as_json(wanted))};
  SchemaFacts schema;
  for (const store::Row row : connection.query("schema_tables", kReadTables, only)) {
    schema.tables.emplace(name_in(row), table_from(row));
  }
  for (const store::Row row : connection.query("schema_columns", kReadColumns, only)) {
    if (const auto table = schema.tables.find(name_in(row)); table != schema.tables.end()) {
      table->second.columns.push_back(column_from(row));
    }
  }
  for (const store::Row row : connection.query("schema_indexes", kReadIndexes, only)) {
    if (const auto table = schema.tables.find(name_in(row)); table != schema.tables.end()) {
      table->second.indexes.push_back(index_from(row));
    }
  }
  return schema;
}

}  // namespace rightful::sources
