#include "sources/odbc_statement.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "rightful/core/check.hpp"

namespace rightful::sources {
namespace {

bool is_plain_word(std::string_view name) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !name.empty() && is_letter(name.front()) &&
         std::all_of(name.begin(), name.end(), [&](char c) {
           return is_letter(c) || (c >= '0' && c <= '9');
         });
}

constexpr const char* kSqliteAccount = "(SELECT id FROM temp.rightful_account_of_this_export)";

/// Composes the statements of one dataset; remembers what each `?` stands for, from left to right.
class Composer {
 public:
  Composer(const OdbcSqlStyle& style, const DatasetPlan& plan) : style_(style), plan_(plan) {}

  OdbcQuery rows(const OdbcPage& page) {
    std::string sql = union_of(page, [this](std::size_t owner) { return list(owner); });
    return finish(std::move(sql) + order(plan_.owners.size() + plan_.columns.size()) + limit(page));
  }

  OdbcQuery count() {
    std::string sql = union_of({}, [](std::size_t) { return std::string("1 AS one"); });
    return finish(fmt::format("SELECT COUNT(*) FROM ({}) r", sql));
  }

  OdbcQuery weight(const OdbcPage& page, const std::vector<std::size_t>& long_columns) {
    std::string sql = union_of(page, [&](std::size_t) {
      std::string sum;
      for (const std::size_t at : long_columns) {
        sum += fmt::format("{}COALESCE(OCTET_LENGTH({}), 0)",
                           sum.empty() ? "" : " + ",
                           column("d", plan_.columns[at].facts->name));
      }
      return fmt::format("{} AS bytes{}", sum, keys());
    });
    return finish(fmt::format(
        "SELECT COALESCE(SUM(r.bytes), 0) FROM ({}{}{}) r", sql, order(1), limit(page)));
  }

 private:
  [[nodiscard]] std::string quoted(std::string_view name) const {
    return quote_identifier(style_, name);
  }

  [[nodiscard]] std::string column(std::string_view alias, std::string_view name) const {
    return fmt::format("{}.{}", alias, quoted(name));
  }

  static std::string alias(std::size_t owner, std::size_t step) {
    return fmt::format("o{}_{}", owner, step);
  }

  static std::string alias_before(std::size_t owner, std::size_t step) {
    return step == 0 ? "d" : alias(owner, step - 1);
  }

  [[nodiscard]] std::string link(std::size_t owner, std::size_t step) const {
    const catalog::KeyStep& key = plan_.owners[owner].path->steps[step];
    std::string out;
    for (std::size_t i = 0; i < key.from.size(); ++i) {
      out += fmt::format("{}{} = {}",
                         i > 0 ? " AND " : "",
                         column(alias(owner, step), key.to[i]),
                         column(alias_before(owner, step), key.from[i]));
    }
    return out;
  }

  [[nodiscard]] std::string owner_column(std::size_t owner) const {
    const catalog::OwnerPath& path = *plan_.owners[owner].path;
    return column(alias_before(owner, path.steps.size()), path.column);
  }

  [[nodiscard]] std::string table_of(std::size_t owner, std::size_t step) const {
    return fmt::format("{} {}",
                       quote_table(style_, plan_.owners[owner].path->steps[step].table),
                       alias(owner, step));
  }

  /// ` LEFT JOIN …` for every owner over keys that lead to one.
  [[nodiscard]] std::string joins() const {
    std::string out;
    for (std::size_t owner = 0; owner < plan_.owners.size(); ++owner) {
      if (!plan_.owners[owner].leads_to_one) continue;
      for (std::size_t step = 0; step < plan_.owners[owner].path->steps.size(); ++step) {
        out += fmt::format(" LEFT JOIN {} ON {}", table_of(owner, step), link(owner, step));
      }
    }
    return out;
  }

  /// `first JOIN second ON …` of an owner that may be many.
  [[nodiscard]] std::string linked_tables(std::size_t owner) const {
    std::string out = table_of(owner, 0);
    for (std::size_t step = 1; step < plan_.owners[owner].path->steps.size(); ++step) {
      out += fmt::format(" JOIN {} ON {}", table_of(owner, step), link(owner, step));
    }
    return out;
  }

  std::string account(std::size_t owner) {
    // SQLite's driver keeps the whole result of a statement with parameters: the account stands in
    // a table of the connection (kSqliteSetAccount), as it stands in a setting of PostgreSQL's.
    if (style_.dialect == OdbcDialect::Sqlite) return kSqliteAccount;
    query_.places.push_back({OdbcPlace::What::Account, owner});
    return "?";
  }

  std::string is_ours(std::size_t owner) {
    if (plan_.owners[owner].leads_to_one) {
      return fmt::format("{} = {}", owner_column(owner), account(owner));
    }
    return fmt::format("EXISTS (SELECT 1 FROM {} WHERE {} AND {} = {})",
                       linked_tables(owner),
                       link(owner, 0),
                       owner_column(owner),
                       account(owner));
  }

  /// The rest of is_ours(), NULL included: `IS NOT TRUE` is not everywhere.
  std::string is_not_ours(std::size_t owner) {
    if (!plan_.owners[owner].leads_to_one) return "NOT " + is_ours(owner);
    return fmt::format("({0} <> {1} OR {0} IS NULL)", owner_column(owner), account(owner));
  }

  [[nodiscard]] std::string selected_owner(std::size_t owner) const {
    std::string name = owner_column(owner);
    if (plan_.owners[owner].leads_to_one) return name;
    const std::string from = fmt::format(
        "FROM {} WHERE {} AND {} IS NOT NULL", linked_tables(owner), link(owner, 0), name);
    if (style_.dialect == OdbcDialect::Sqlite) {
      return fmt::format("(SELECT json_group_array(DISTINCT CAST({} AS TEXT)) {})", name, from);
    }
    return fmt::format("(SELECT JSON_ARRAYAGG(CAST({} AS CHAR)) {})", name, from);
  }

  [[nodiscard]] std::string selected_column(const PlannedColumn& planned) const {
    std::string name = column("d", planned.facts->name);
    if (planned.reading == Reading::Presence) {
      return fmt::format("CASE WHEN {} IS NULL THEN 0 ELSE 1 END", name);
    }
    if (style_.dialect != OdbcDialect::Sqlite) return name;
    // SQLite has a type per value, and its driver writes reals with 15 digits, bytes as text and a
    // text up to its first NUL: a letter for the type, then what loses nothing (odbc_values.hpp).
    return fmt::format(
        "CASE typeof({0}) WHEN 'null' THEN NULL WHEN 'integer' THEN 'i' || {0} WHEN 'real' THEN "
        "'r' || printf('%!.17g', {0}) WHEN 'text' THEN CASE WHEN instr({0}, char(0)) > 0 THEN 'n' "
        "|| hex(CAST({0} AS BLOB)) ELSE 't' || {0} END ELSE 'b' || hex({0}) END",
        name);
  }

  [[nodiscard]] std::string keys() const {
    std::string out;
    for (std::size_t i = 0; i < plan_.identity.size(); ++i) {
      out += fmt::format(", {} AS k{}", column("d", plan_.identity[i]), i);
    }
    return out;
  }

  [[nodiscard]] std::string list(std::size_t /*owner*/) const {
    std::string out;
    for (std::size_t i = 0; i < plan_.owners.size(); ++i) {
      out += fmt::format("{}{} AS o{}", out.empty() ? "" : ", ", selected_owner(i), i);
    }
    for (std::size_t i = 0; i < plan_.columns.size(); ++i) {
      out += fmt::format(", {} AS c{}", selected_column(plan_.columns[i]), i);
    }
    return out + keys();
  }

  /// The rows behind the last key: `(k0 > ? OR (k0 = ? AND (k1 > ?)))`, after a plain `k0 >= ?`
  /// that every optimizer can use.
  std::string after_key(std::size_t at) {
    const std::string key = column("d", plan_.identity[at]);
    std::string out = fmt::format("{} > {}", key, last_key(at));
    if (at + 1 < plan_.identity.size()) {
      // Written first, because places are counted from left to right.
      std::string equal = fmt::format(" OR ({} = {}", key, last_key(at));
      out += equal + fmt::format(" AND {})", after_key(at + 1));
    }
    return "(" + out + ")";
  }

  std::string last_key(std::size_t at) {
    query_.places.push_back({OdbcPlace::What::Key, at});
    return "?";
  }

  /// One SELECT per owner, each without the rows of those before it (docs/adr/0010).
  template <class List>
  std::string union_of(const OdbcPage& page, const List& what) {
    std::string out;
    for (std::size_t owner = 0; owner < plan_.owners.size(); ++owner) {
      out += fmt::format("{}SELECT {} FROM {} d{} WHERE ",
                         owner > 0 ? " UNION ALL " : "",
                         what(owner),
                         quote_table(style_, plan_.dataset->table),
                         joins());
      out += is_ours(owner);
      for (std::size_t earlier = 0; earlier < owner; ++earlier) {
        out += " AND " + is_not_ours(earlier);
      }
      if (!page.is_after_key) continue;
      if (plan_.identity.size() > 1) {
        out += fmt::format(" AND {} >= {}", column("d", plan_.identity[0]), last_key(0));
      }
      out += " AND " + after_key(0);
    }
    return out;
  }

  /// By position: names of columns mean nothing behind a UNION in some databases.
  [[nodiscard]] std::string order(std::size_t before) const {
    std::string out;
    for (std::size_t i = 0; i < plan_.identity.size(); ++i) {
      out += fmt::format("{}{}", i == 0 ? " ORDER BY " : ", ", before + i + 1);
    }
    return out;
  }

  static std::string limit(const OdbcPage& page) {
    return page.rows == 0 ? "" : fmt::format(" LIMIT {}", page.rows);
  }

  OdbcQuery finish(std::string sql) {
    query_.sql = std::move(sql);
    return std::move(query_);
  }

  const OdbcSqlStyle& style_;
  const DatasetPlan& plan_;
  OdbcQuery query_;
};

}  // namespace

bool can_write(const OdbcSqlStyle& style, std::string_view name) {
  return !style.quote.empty() || is_plain_word(name);
}

std::string quote_identifier(const OdbcSqlStyle& style, std::string_view name) {
  RIGHTFUL_CHECK(!name.empty() && name.find('\0') == std::string_view::npos);
  RIGHTFUL_CHECK(can_write(style, name));
  if (style.quote.empty()) return std::string(name);
  std::string out = style.quote;
  for (std::size_t at = 0; at < name.size();) {
    if (name.substr(at).starts_with(style.quote)) {
      out += style.quote + style.quote;
      at += style.quote.size();
    } else {
      out += name[at++];
    }
  }
  return out + style.quote;
}

std::string quote_table(const OdbcSqlStyle& style, const catalog::TableName& name) {
  if (name.schema.empty()) return quote_identifier(style, name.table);
  return quote_identifier(style, name.schema) + "." + quote_identifier(style, name.table);
}

OdbcQuery compose_rows(const OdbcSqlStyle& style, const DatasetPlan& plan, const OdbcPage& page) {
  return Composer(style, plan).rows(page);
}

OdbcQuery compose_count(const OdbcSqlStyle& style, const DatasetPlan& plan) {
  return Composer(style, plan).count();
}

OdbcQuery compose_weight(const OdbcSqlStyle& style,
                         const DatasetPlan& plan,
                         const OdbcPage& page,
                         const std::vector<std::size_t>& long_columns) {
  RIGHTFUL_CHECK(!long_columns.empty());
  return Composer(style, plan).weight(page, long_columns);
}

bool has_owner_lists(OdbcDialect dialect) noexcept {
  return dialect != OdbcDialect::Other;
}

std::vector<std::string> compose_begin(OdbcDialect dialect) {
  switch (dialect) {
    case OdbcDialect::MySql:
      // TIMESTAMPs are shown in the session's zone. Lists of owners are not cut.
      return {"SET SESSION time_zone = '+00:00'",
              "SET SESSION group_concat_max_len = 16777216",
              "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
              "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"};
    case OdbcDialect::Sqlite:
      return {"PRAGMA query_only = ON", "BEGIN DEFERRED"};
    case OdbcDialect::Other:
      break;
  }
  return {};
}

std::string compose_show_grants(OdbcDialect dialect) {
  return dialect == OdbcDialect::MySql ? "SHOW GRANTS" : "";
}

const char* const kMySqlCharset = "SELECT @@character_set_results";

// A collation with `nopad_bin` or 0900_bin compares bytes; `_bin` alone passes over blanks at the
// end.
const char* const kMySqlLooseColumns = R"sql(
  SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME FROM information_schema.COLUMNS
   WHERE COLLATION_NAME IS NOT NULL AND COLLATION_NAME <> 'binary'
     AND COLLATION_NAME NOT LIKE '%\_nopad\_bin' AND COLLATION_NAME NOT LIKE '%\_0900\_bin'
     AND TABLE_SCHEMA NOT IN ('information_schema', 'mysql', 'performance_schema', 'sys'))sql";

const char* const kMySqlTablesWithoutSnapshot = R"sql(
  SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES
   WHERE TABLE_TYPE = 'BASE TABLE' AND ENGINE <> 'InnoDB' AND ENGINE <> 'ROCKSDB'
     AND TABLE_SCHEMA NOT IN ('information_schema', 'mysql', 'performance_schema', 'sys'))sql";

const char* const kSqlitePartialIndexes =
    "SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE '% WHERE %'";

// No plaintext in a temporary file of SQLite's. The column has no type, so that a comparison is
// made in the type of the other side.
const char* const kSqliteTemporary = "PRAGMA temp_store = MEMORY";
const char* const kSqliteAccountTable = "CREATE TEMP TABLE rightful_account_of_this_export (id)";
const char* const kSqliteSetAccount =
    "INSERT INTO temp.rightful_account_of_this_export (id) VALUES (?)";

const char* const kSqliteFirstRead = "SELECT COUNT(*) FROM sqlite_master";

std::string OdbcCures::create_index(const TableFacts& table,
                                    const std::vector<std::string>& columns) const {
  std::string list;
  std::string name = "rightful";
  for (const std::string& column : columns) {
    list += (list.empty() ? "" : ", ") + quote_identifier(style_, column);
    name += "_" + column;
  }
  return fmt::format("CREATE INDEX {} ON {} ({});",
                     quote_identifier(style_, name),
                     quote_table(style_, table.name),
                     list);
}

std::string OdbcCures::grant(const catalog::TableName& table, std::string_view /*role*/) const {
  return fmt::format("give Rightful's user SELECT on {}", quote_table(style_, table));
}

std::string OdbcCures::revoke(const catalog::TableName& table, std::string_view /*role*/) const {
  return fmt::format("take everything but SELECT on {} from Rightful's user",
                     quote_table(style_, table));
}

std::string OdbcCures::row_security(const catalog::TableName& table,
                                    std::string_view /*owner_column*/) const {
  return fmt::format("protect {} by the database's own means", quote_table(style_, table));
}

}  // namespace rightful::sources
