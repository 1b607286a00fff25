#include "sources/odbc_schema.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "sources/odbc_statement.hpp"

namespace rightful::sources {
namespace {

// Of drivers, not of the standard.
constexpr int kSqlServerTime = -154;
constexpr int kSqlServerInstant = -155;

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

const std::vector<ValueKind>& kinds_of_text() {
  static const std::vector<ValueKind> kKinds{ValueKind::Date,
                                             ValueKind::DateTime,
                                             ValueKind::Instant,
                                             ValueKind::Time,
                                             ValueKind::Json,
                                             ValueKind::Uuid};
  return kKinds;
}

void set(ColumnFacts& column,
         std::string base_type,
         ValueKind kind,
         std::optional<OwnerType> owner = std::nullopt,
         std::vector<ValueKind> also = {}) {
  column.base_type = std::move(base_type);
  column.kind = kind;
  column.owner_type = owner;
  column.also = std::move(also);
}

/// A word of MariaDB and MySQL that ODBC's numbers do not tell. @return false for any other.
bool set_by_mysql_name(ColumnFacts& column, const std::string& type) {
  if (type == "timestamp") {
    set(column, "timestamp", ValueKind::Instant);
  } else if (type == "uuid") {
    set(column, "uuid", ValueKind::Uuid, OwnerType::Uuid);
  } else if (type == "inet4" || type == "inet6" || type == "enum" || type == "set") {
    set(column, type, ValueKind::Text);
  } else if (type == "json") {
    set(column, type, ValueKind::Text, std::nullopt, {ValueKind::Json});
  } else {
    return false;
  }
  return true;
}

/// sqlite.org/datatype3.html §3: by words in the declared type; then what people mean by theirs.
void set_by_sqlite_declaration(ColumnFacts& column, const std::string& type) {
  if (holds(type, "int")) {
    set(column, "integer", ValueKind::Integer, OwnerType::Int8, {ValueKind::Boolean});
  } else if (holds(type, "char") || holds(type, "clob") || holds(type, "text")) {
    set(column, "text", ValueKind::Text, OwnerType::Text, kinds_of_text());
  } else if (holds(type, "blob")) {
    set(column, "blob", ValueKind::Bytes);
  } else if (holds(type, "real") || holds(type, "floa") || holds(type, "doub")) {
    set(column, "double", ValueKind::Double);
  } else if (holds(type, "bool")) {
    set(column, "boolean", ValueKind::Boolean);
  } else if (holds(type, "datetime") || holds(type, "timestamp")) {
    set(column, "timestamp", ValueKind::DateTime, std::nullopt, {ValueKind::Instant});
  } else if (holds(type, "date")) {
    set(column, "date", ValueKind::Date);
  } else if (holds(type, "time")) {
    set(column, "time", ValueKind::Time);
  } else if (holds(type, "dec") || holds(type, "num")) {
    set(column, "number", ValueKind::Decimal);
  } else if (holds(type, "uuid")) {
    set(column, "uuid", ValueKind::Uuid);
  } else {
    // No declared type: a number and the text of it are not equal there, so it owns nothing.
    set(column, "any", ValueKind::Text, std::nullopt, kinds_of_text());
  }
}

bool is_zoned_name(const std::string& type) {
  return type == "timestamptz" || holds(type, "with time zone") || holds(type, "with local time") ||
         type == "datetimeoffset";
}

void set_by_number(ColumnFacts& column, int data_type, const std::string& type, int digits) {
  const bool is_unsigned = holds(type, "unsigned");
  switch (data_type) {
    case SQL_BIT:
      return set(column, "bit", ValueKind::Boolean);
    case SQL_TINYINT:
    case SQL_SMALLINT:
    case SQL_INTEGER:
      return set(column, "integer", ValueKind::Integer, OwnerType::Int8, {ValueKind::Boolean});
    case SQL_BIGINT:
      return set(column,
                 "integer",
                 ValueKind::Integer,
                 is_unsigned ? OwnerType::UnsignedInt8 : OwnerType::Int8);
    case SQL_DECIMAL:
    case SQL_NUMERIC:
      return set(column,
                 "number",
                 ValueKind::Decimal,
                 digits == 0 ? std::optional(OwnerType::WholeNumber) : std::nullopt);
    case SQL_REAL:
      return set(column, "real", ValueKind::Double);
    case SQL_FLOAT:
    case SQL_DOUBLE:
      return set(column, "double", ValueKind::Double);
    case SQL_CHAR:
    case SQL_WCHAR:
      return set(column, "text", ValueKind::Text, OwnerType::PaddedText, kinds_of_text());
    case SQL_VARCHAR:
    case SQL_LONGVARCHAR:
    case SQL_WVARCHAR:
    case SQL_WLONGVARCHAR:
      return set(column, "text", ValueKind::Text, OwnerType::Text, kinds_of_text());
    case SQL_BINARY:
    case SQL_VARBINARY:
    case SQL_LONGVARBINARY:
      return set(column, "binary", ValueKind::Bytes);
    case SQL_GUID:
      return set(column, "uuid", ValueKind::Uuid, OwnerType::Uuid);
    case SQL_DATE:
    case SQL_TYPE_DATE:
      return set(column, "date", ValueKind::Date);
    case SQL_TIME:
    case SQL_TYPE_TIME:
    case kSqlServerTime:
      return set(column, "time", ValueKind::Time);
    case SQL_TIMESTAMP:
    case SQL_TYPE_TIMESTAMP:
      if (is_zoned_name(type)) return set(column, "instant", ValueKind::Instant);
      return set(column, "timestamp", ValueKind::DateTime, std::nullopt, {ValueKind::Instant});
    case kSqlServerInstant:
      return set(column, "instant", ValueKind::Instant);
    default:
      return set(column, type, ValueKind::Text, std::nullopt, kinds_of_text());
  }
}

int number_from(const std::optional<std::string_view>& text) {
  int value = 0;
  if (text) std::from_chars(text->data(), text->data() + text->size(), value);
  return value;
}

std::uint64_t size_from(const std::optional<std::string_view>& text) {
  std::uint64_t value = 0;
  if (text) std::from_chars(text->data(), text->data() + text->size(), value);
  return value;
}

/// Where a table is, in ODBC's two names: MySQL's databases are catalogs, others have schemas.
struct Place {
  std::string catalog;
  std::string schema;
};

Place place_of(const OdbcConnection& connection, const std::string& schema) {
  if (connection.dialect() == OdbcDialect::MySql) {
    return {schema.empty() ? connection.database() : schema, ""};
  }
  return {"", schema};
}

/// Reads what is known about one table.
class TableReader {
 public:
  TableReader(OdbcConnection& connection, const catalog::TableName& name, OdbcSchema& schema)
      : connection_(connection),
        name_(name),
        place_(place_of(connection, name.schema)),
        schema_(schema) {}

  void read() {
    table_.name = name_;
    table_.kind = 'v';
    if (!find_table()) return;
    read_columns();
    if (table_.columns.empty()) return;
    read_primary_key();
    read_indexes();
    add_primary_key();
    schema_.facts.tables.emplace(name_, std::move(table_));
  }

 private:
  /// Names are patterns to ODBC: `a_b` finds `axb` too.
  [[nodiscard]] bool is_ours(const std::optional<std::string_view>& table) const {
    return table && *table == name_.table;
  }

  bool find_table() {
    OdbcStatement statement(connection_, "tables");
    statement.list_tables(place_.catalog, place_.schema, name_.table);
    std::set<std::string> places;
    while (statement.fetch()) {
      const std::string place = place_in(statement);
      if (!is_ours(statement.text(3, buffer_))) continue;
      places.insert(place);
      table_.kind = statement.text(4, buffer_).value_or("") == "TABLE" ? 'r' : 'v';
    }
    // In more than one place: nobody said which.
    return places.size() == 1;
  }

  std::string place_in(OdbcStatement& statement) {
    std::string place(statement.text(1, buffer_).value_or(""));
    place += '\0';
    return place.append(statement.text(2, buffer_).value_or(""));
  }

  void read_columns() {
    OdbcStatement statement(connection_, "columns");
    statement.list_columns(place_.catalog, place_.schema, name_.table);
    while (statement.fetch()) {
      if (!is_ours(statement.text(3, buffer_))) continue;
      std::string name(statement.text(4, buffer_).value_or(""));
      const int data_type = number_from(statement.plain(5, buffer_));
      const std::string type_name(statement.text(6, buffer_).value_or(""));
      const std::uint64_t size = size_from(statement.plain(7, buffer_));
      const int digits = number_from(statement.plain(9, buffer_));
      const bool is_nullable = number_from(statement.plain(11, buffer_)) != SQL_NO_NULLS;
      const std::uint64_t octets = std::max(size_from(statement.plain(16, buffer_)), size);
      ColumnFacts column =
          odbc_column(connection_.dialect(), std::move(name), data_type, type_name, digits);
      column.is_nullable = is_nullable;
      if (column.kind == ValueKind::Text || column.kind == ValueKind::Bytes) {
        schema_.octets.emplace(std::pair(name_, column.name), octets);
      }
      table_.columns.push_back(std::move(column));
    }
  }

  void read_primary_key() {
    OdbcStatement statement(connection_, "primary_key");
    statement.list_primary_key(place_.catalog, place_.schema, name_.table);
    std::map<int, std::string> columns;
    while (statement.fetch()) {
      if (!is_ours(statement.text(3, buffer_))) continue;
      std::string name(statement.text(4, buffer_).value_or(""));
      columns.emplace(number_from(statement.plain(5, buffer_)), std::move(name));
    }
    for (auto& [place, name] : columns)
      primary_key_.push_back(std::move(name));
  }

  void read_indexes() {
    OdbcStatement statement(connection_, "indexes");
    statement.list_indexes(place_.catalog, place_.schema, name_.table);
    std::map<std::string, std::map<int, std::string>> columns;
    std::map<std::string, bool> is_unique;
    std::set<std::string> partial;
    while (statement.fetch()) {
      if (!is_ours(statement.text(3, buffer_))) continue;
      const bool repeats = number_from(statement.plain(4, buffer_)) != 0;
      const std::string index(statement.text(6, buffer_).value_or(""));
      if (number_from(statement.plain(7, buffer_)) == SQL_TABLE_STAT || index.empty()) continue;
      const int place = number_from(statement.plain(8, buffer_));
      columns[index].emplace(place, statement.text(9, buffer_).value_or(""));
      is_unique[index] = !repeats;
      if (!statement.text(13, buffer_).value_or("").empty()) partial.insert(index);
    }
    for (auto& [index, parts] : columns) {
      if (partial.contains(index) || schema_.partial_indexes.contains(index)) continue;
      IndexFacts facts;
      for (auto& [place, name] : parts)
        facts.columns.push_back(std::move(name));
      facts.is_unique = is_unique[index];
      facts.is_primary = facts.is_unique && facts.columns == primary_key_;
      table_.indexes.push_back(std::move(facts));
    }
  }

  /// SQLite's row number is a key without an index of its own.
  void add_primary_key() {
    for (ColumnFacts& column : table_.columns) {
      if (std::find(primary_key_.begin(), primary_key_.end(), column.name) != primary_key_.end()) {
        column.is_nullable = false;
      }
    }
    const bool is_known = std::any_of(table_.indexes.begin(),
                                      table_.indexes.end(),
                                      [](const IndexFacts& index) { return index.is_primary; });
    if (!primary_key_.empty() && !is_known) table_.indexes.push_back({primary_key_, true, true});
  }

  OdbcConnection& connection_;
  const catalog::TableName& name_;
  Place place_;
  OdbcSchema& schema_;
  TableFacts table_;
  std::vector<std::string> primary_key_;
  std::string buffer_;
};

/// The name under which the catalog knows a table of MySQL: without the connection's own database.
std::vector<catalog::TableName> names_of(const OdbcConnection& connection,
                                         std::string_view database,
                                         std::string_view table) {
  std::vector<catalog::TableName> names{{std::string(database), std::string(table)}};
  if (database == connection.database()) names.push_back({"", std::string(table)});
  return names;
}

void read_mysql_facts(OdbcConnection& connection, OdbcSchema& schema) {
  std::string database;
  std::string table;
  std::string column;
  OdbcStatement loose(connection, "collations");
  loose.execute(kMySqlLooseColumns);
  while (loose.fetch()) {
    const std::string_view in = loose.text(1, database).value_or("");
    const std::string_view of = loose.text(2, table).value_or("");
    const std::string_view name = loose.text(3, column).value_or("");
    for (const catalog::TableName& known : names_of(connection, in, of)) {
      const auto found = schema.facts.tables.find(known);
      if (found == schema.facts.tables.end()) continue;
      for (ColumnFacts& facts : found->second.columns) {
        if (facts.name == name) facts.compares_exactly = false;
      }
    }
  }
  OdbcStatement engines(connection, "engines");
  engines.execute(kMySqlTablesWithoutSnapshot);
  while (engines.fetch()) {
    const std::string_view in = engines.text(1, database).value_or("");
    const std::string_view of = engines.text(2, table).value_or("");
    for (catalog::TableName& known : names_of(connection, in, of)) {
      schema.without_snapshot.insert(std::move(known));
    }
  }
}

/// Nobody said in which zone times without one were written.
void forbid_instants(SchemaFacts& schema) {
  for (auto& [name, table] : schema.tables) {
    for (ColumnFacts& column : table.columns)
      std::erase(column.also, ValueKind::Instant);
  }
}

void read_partial_indexes(OdbcConnection& connection, OdbcSchema& schema) {
  std::string name;
  OdbcStatement statement(connection, "partial_indexes");
  statement.execute(kSqlitePartialIndexes);
  while (statement.fetch()) {
    schema.partial_indexes.emplace(statement.text(1, name).value_or(""));
  }
}

}  // namespace

ColumnFacts odbc_column(OdbcDialect dialect,
                        std::string name,
                        int data_type,
                        const std::string& type_name,
                        int digits) {
  ColumnFacts column;
  column.name = std::move(name);
  column.type = type_name;
  const std::string type = lower(type_name);
  if (dialect == OdbcDialect::Sqlite) {
    set_by_sqlite_declaration(column, type);
  } else if (dialect != OdbcDialect::MySql || !set_by_mysql_name(column, type)) {
    set_by_number(column, data_type, type, digits);
  }
  return column;
}

OdbcSchema read_odbc_schema(OdbcConnection& connection,
                            const std::vector<catalog::TableName>& wanted,
                            WrittenIn written_in) {
  OdbcSchema schema;
  schema.facts.role = connection.user();
  if (connection.dialect() == OdbcDialect::Sqlite) read_partial_indexes(connection, schema);
  for (const catalog::TableName& name : wanted) {
    TableReader(connection, name, schema).read();
  }
  if (connection.dialect() == OdbcDialect::MySql) read_mysql_facts(connection, schema);
  if (written_in == WrittenIn::Unknown) forbid_instants(schema.facts);
  return schema;
}

std::vector<catalog::TableName> list_odbc_tables(OdbcConnection& connection,
                                                 const std::set<std::string>& schemas) {
  std::vector<catalog::TableName> names;
  std::string buffer;
  for (const std::string& schema : schemas) {
    const Place place = place_of(connection, schema);
    OdbcStatement statement(connection, "tables");
    statement.list_tables(place.catalog, place.schema, "");
    while (statement.fetch()) {
      std::string table(statement.text(3, buffer).value_or(""));
      const bool is_own =
          connection.dialect() == OdbcDialect::Sqlite && table.starts_with("sqlite_");
      const bool is_table = statement.text(4, buffer).value_or("") == "TABLE";
      if (is_table && !is_own) names.push_back({schema, std::move(table)});
    }
  }
  return names;
}

}  // namespace rightful::sources
