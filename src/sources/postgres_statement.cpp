#include "sources/postgres_statement.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "rightful/core/check.hpp"

namespace rightful::sources {
namespace {

/// The account, in the type of the column that it is compared with. A SELECT of its own, because
/// PostgreSQL then looks the setting up once and not for every row, which takes longer than the
/// rest of a row.
std::string account_as(OwnerType type) {
  return fmt::format("(SELECT pg_catalog.current_setting('rightful.account_id')::pg_catalog.{})",
                     type == OwnerType::PaddedText ? "bpchar"
                     : type == OwnerType::Int2     ? "int2"
                     : type == OwnerType::Int4     ? "int4"
                     : type == OwnerType::Int8     ? "int8"
                                                   : cast_of(type));
}

std::string column_of(std::string_view alias, std::string_view column) {
  return fmt::format("{}.{}", alias, quote_identifier(column));
}

/// `o1_0.id = d.order_id AND …`
std::string link_condition(std::string_view from_alias,
                           std::string_view to_alias,
                           const catalog::KeyStep& step) {
  std::string out;
  for (std::size_t i = 0; i < step.from.size(); ++i) {
    if (i > 0) out += " AND ";
    out += fmt::format(
        "{} = {}", column_of(to_alias, step.to[i]), column_of(from_alias, step.from[i]));
  }
  return out;
}

/// The parts of a statement that one owner path contributes.
class OwnerClause {
 public:
  OwnerClause(const PlannedOwner& owner, std::size_t number)
      : path_(*owner.path), type_(owner.type), leads_to_one_(owner.leads_to_one), number_(number) {}

  /// ` LEFT JOIN …` for a path over keys; empty for a column, and for paths that lead to many.
  [[nodiscard]] std::string joins() const {
    if (!leads_to_one_) return "";
    std::string out;
    for (std::size_t step = 0; step < path_.steps.size(); ++step) {
      out += fmt::format(" LEFT JOIN {} {} ON {}",
                         quote_table(path_.steps[step].table),
                         alias(step),
                         link_condition(alias_before(step), alias(step), path_.steps[step]));
    }
    return out;
  }

  /// The owner as the source has it: a text, or an array of texts.
  [[nodiscard]] std::string selected() const {
    if (leads_to_one_) return owner_column() + "::pg_catalog.text";
    return fmt::format(
        "ARRAY(SELECT DISTINCT {0}::pg_catalog.text FROM {1} WHERE {2} AND {0} IS NOT NULL ORDER "
        "BY 1)",
        owner_column(),
        linked_tables(),
        first_link());
  }

  /// Whether the account is an owner by this path; NULL counts as no.
  [[nodiscard]] std::string is_ours() const {
    std::string comparison = fmt::format("{} = {}", owner_column(), account_as(type_));
    if (leads_to_one_) return comparison;
    return fmt::format(
        "EXISTS (SELECT 1 FROM {} WHERE {} AND {})", linked_tables(), first_link(), comparison);
  }

 private:
  [[nodiscard]] std::string alias(std::size_t step) const {
    return fmt::format("o{}_{}", number_, step);
  }

  [[nodiscard]] std::string alias_before(std::size_t step) const {
    return step == 0 ? "d" : alias(step - 1);
  }

  [[nodiscard]] std::string owner_column() const {
    return column_of(alias_before(path_.steps.size()), path_.column);
  }

  [[nodiscard]] std::string first_link() const {
    return link_condition("d", alias(0), path_.steps.front());
  }

  /// `first JOIN second ON … JOIN …`
  [[nodiscard]] std::string linked_tables() const {
    std::string out = fmt::format("{} {}", quote_table(path_.steps.front().table), alias(0));
    for (std::size_t step = 1; step < path_.steps.size(); ++step) {
      out += fmt::format(" JOIN {} {} ON {}",
                         quote_table(path_.steps[step].table),
                         alias(step),
                         link_condition(alias(step - 1), alias(step), path_.steps[step]));
    }
    return out;
  }

  const catalog::OwnerPath& path_;
  OwnerType type_;
  bool leads_to_one_;
  std::size_t number_;
};

std::vector<OwnerClause> clauses_of(const DatasetPlan& plan) {
  std::vector<OwnerClause> clauses;
  clauses.reserve(plan.owners.size());
  for (std::size_t i = 0; i < plan.owners.size(); ++i) {
    clauses.emplace_back(plan.owners[i], i);
  }
  return clauses;
}

std::string selected_column(const PlannedColumn& column) {
  const std::string name = column_of("d", column.facts->name);
  if (column.reading == Reading::Presence) return fmt::format("({} IS NOT NULL)", name);
  return column.facts->is_read_as_json ? fmt::format("pg_catalog.to_json({})", name) : name;
}

/// `d.x AS k0`: what the rows are ordered by, so that two exports of the same data are equal.
std::vector<std::string> order_of(const DatasetPlan& plan) {
  std::vector<std::string> order;
  order.reserve(std::max(plan.identity.size(), plan.columns.size()));
  for (const std::string& column : plan.identity) {
    order.push_back(column_of("d", column));
  }
  if (!order.empty()) return order;
  for (const PlannedColumn& column : plan.columns) {
    order.push_back(fmt::format("({})::pg_catalog.text COLLATE \"C\"", selected_column(column)));
  }
  return order;
}

std::string select_list(const DatasetPlan& plan, const std::vector<OwnerClause>& clauses) {
  const std::vector<std::string> order = order_of(plan);
  std::vector<std::string> items;
  items.reserve(clauses.size() + plan.columns.size() + order.size());
  for (std::size_t i = 0; i < clauses.size(); ++i) {
    items.push_back(fmt::format("{} AS o{}", clauses[i].selected(), i));
  }
  for (std::size_t i = 0; i < plan.columns.size(); ++i) {
    items.push_back(fmt::format("{} AS c{}", selected_column(plan.columns[i]), i));
  }
  for (std::size_t i = 0; i < order.size(); ++i) {
    items.push_back(fmt::format("{} AS k{}", order[i], i));
  }
  return fmt::format("{}", fmt::join(items, ", "));
}

/// One SELECT per owner, each without the rows of those before it: every row once, and every SELECT
/// can use the index of its own path, which an OR over joined tables could not.
std::string rows_of(const DatasetPlan& plan, std::string_view list) {
  const std::vector<OwnerClause> clauses = clauses_of(plan);
  std::string joins;
  for (const OwnerClause& clause : clauses) {
    joins += clause.joins();
  }
  std::string out;
  std::string earlier;
  for (const OwnerClause& clause : clauses) {
    if (!out.empty()) out += " UNION ALL ";
    out += fmt::format("SELECT {} FROM {} d{} WHERE {}{}",
                       list,
                       quote_table(plan.dataset->table),
                       joins,
                       clause.is_ours(),
                       earlier);
    earlier += fmt::format(" AND ({}) IS NOT TRUE", clause.is_ours());
  }
  return out;
}

std::string numbered(char letter, std::size_t count, std::string_view prefix) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) out += ", ";
    out += fmt::format("{}{}{}", prefix, letter, i);
  }
  return out;
}

std::string quoted_list(const std::vector<std::string>& columns) {
  std::string out;
  for (const std::string& column : columns) {
    if (!out.empty()) out += ", ";
    out += quote_identifier(column);
  }
  return out;
}

std::string compose_select(const DatasetPlan& plan) {
  std::string wanted = numbered('o', plan.owners.size(), "r.");
  if (!plan.columns.empty()) wanted += ", " + numbered('c', plan.columns.size(), "r.");
  const std::string order = numbered('k', order_of(plan).size(), "r.");
  return fmt::format("SELECT {} FROM ({}) r{}{}",
                     wanted,
                     rows_of(plan, select_list(plan, clauses_of(plan))),
                     order.empty() ? "" : " ORDER BY ",
                     order);
}

}  // namespace

std::string quote_identifier(std::string_view name) {
  RIGHTFUL_CHECK(!name.empty() && name.find('\0') == std::string_view::npos);
  std::string out = "\"";
  for (const char c : name) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

std::string quote_table(const catalog::TableName& name) {
  return quote_identifier(name.schema) + "." + quote_identifier(name.table);
}

std::string compose_copy(const DatasetPlan& plan) {
  return fmt::format("COPY ({}) TO STDOUT", compose_select(plan));
}

std::string compose_count(const DatasetPlan& plan) {
  return fmt::format("SELECT pg_catalog.count(*) FROM ({}) r", rows_of(plan, "1"));
}

std::string compose_hold(const DatasetPlan& plan) {
  return fmt::format("SELECT FROM ({}) r LIMIT 0",
                     rows_of(plan, select_list(plan, clauses_of(plan))));
}

std::string compose_explain(const DatasetPlan& plan) {
  return "EXPLAIN " + compose_select(plan);
}

std::string compose_explain_json(const DatasetPlan& plan) {
  return "EXPLAIN (FORMAT JSON) " + compose_select(plan);
}

std::string compose_create_index(const TableFacts& table, const std::vector<std::string>& columns) {
  // PostgreSQL cannot build an index of a partitioned table beside its writers.
  return fmt::format("CREATE INDEX{} ON {} ({});",
                     table.kind == 'p' ? "" : " CONCURRENTLY",
                     quote_table(table.name),
                     quoted_list(columns));
}

std::string compose_grant(const catalog::TableName& table, std::string_view role) {
  return fmt::format("GRANT SELECT ON {} TO {};", quote_table(table), quote_identifier(role));
}

std::string compose_revoke(const catalog::TableName& table, std::string_view role) {
  return fmt::format("REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON {} FROM {};",
                     quote_table(table),
                     quote_identifier(role));
}

std::string compose_row_security(const catalog::TableName& table, std::string_view owner_column) {
  return fmt::format(
      "ALTER TABLE {0} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY; CREATE POLICY "
      "rightful_account ON {0} FOR SELECT USING ({1}::text = "
      "NULLIF(current_setting('rightful.account_id', true), ''));",
      quote_table(table),
      quote_identifier(owner_column));
}

// The search path is emptied, so that no schema of the company can put its own `=` or cast in front
// of PostgreSQL's.
const char* const kBeginReading = R"sql(
  SELECT pg_catalog.set_config('search_path', '', true),
         pg_catalog.transaction_timestamp() AS taken_at,
         pg_catalog.getdatabaseencoding() AS encoding,
         pg_catalog.current_database() AS database_name,
         current_user AS role_name)sql";

const char* const kSetAccount = "SELECT pg_catalog.set_config('rightful.account_id', $1, true)";

// pg_class is read as of the snapshot, pg_relation_filenode() as of now.
const char* const kCountRewritten = R"sql(
  SELECT pg_catalog.count(*)
    FROM pg_catalog.pg_locks l
    JOIN pg_catalog.pg_class c ON c.oid = l.relation
   WHERE l.pid = pg_catalog.pg_backend_pid() AND l.locktype = 'relation'
     AND c.relkind IN ('r', 'm') AND c.relfilenode <> 0
     AND c.relfilenode <> pg_catalog.pg_relation_filenode(c.oid))sql";

// Tables of extensions (pg_depend 'e') hold no data of the company.
const char* const kReadTables = R"sql(
  SELECT n.nspname AS schema_name, c.relname AS table_name, c.relkind::text AS kind,
         c.relispartition AS is_partition,
         EXISTS (SELECT 1 FROM pg_catalog.pg_inherits i WHERE i.inhparent = c.oid) AS has_children,
         pg_catalog.row_security_active(c.oid) AS has_row_security,
         pg_catalog.has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
           OR pg_catalog.has_any_column_privilege(c.oid, 'INSERT, UPDATE')
           OR pg_catalog.pg_has_role(c.relowner, 'MEMBER') AS is_writable
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
     AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
     AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend x
                      WHERE x.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                        AND x.objid = c.oid AND x.deptype = 'e')
     AND ($1::pg_catalog.json::text = '[]' OR (n.nspname, c.relname) IN (
           SELECT w.schema_name, w.table_name
             FROM pg_catalog.json_to_recordset($1::pg_catalog.json)
                  AS w(schema_name text, table_name text)))
   ORDER BY 1, 2)sql";

const char* const kReadColumns = R"sql(
  WITH RECURSIVE resolved(origin, type) AS (
    SELECT t.oid, t.oid FROM pg_catalog.pg_type t
    UNION ALL
    SELECT r.origin, t.typbasetype FROM resolved r
      JOIN pg_catalog.pg_type t ON t.oid = r.type WHERE t.typtype = 'd')
  SELECT n.nspname AS schema_name, c.relname AS table_name, a.attname AS column_name,
         pg_catalog.format_type(a.atttypid, a.atttypmod) AS type,
         b.typname AS base_type,
         b.typnamespace = 'pg_catalog'::pg_catalog.regnamespace AS is_builtin,
         b.typcategory = 'A' OR b.typtype = 'c' AS is_nested,
         NOT a.attnotnull AS is_nullable,
         pg_catalog.has_column_privilege(c.oid, a.attnum, 'SELECT') AS is_readable,
         COALESCE(l.collisdeterministic, true) AS compares_exactly
    FROM pg_catalog.pg_attribute a
    JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    JOIN resolved r ON r.origin = a.atttypid
    JOIN pg_catalog.pg_type b ON b.oid = r.type AND b.typtype <> 'd'
    LEFT JOIN pg_catalog.pg_collation l ON l.oid = a.attcollation
   WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
     AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
     AND ($1::pg_catalog.json::text = '[]' OR (n.nspname, c.relname) IN (
           SELECT w.schema_name, w.table_name
             FROM pg_catalog.json_to_recordset($1::pg_catalog.json)
                  AS w(schema_name text, table_name text)))
   ORDER BY 1, 2, a.attnum)sql";

// A partial index, or one that is still being built, does not hold for all rows.
const char* const kReadIndexes = R"sql(
  SELECT n.nspname AS schema_name, c.relname AS table_name,
         i.indisunique AND i.indimmediate AS is_unique, i.indisprimary AS is_primary,
         pg_catalog.array_to_json(ARRAY(
           SELECT a.attname
             FROM pg_catalog.unnest(i.indkey::pg_catalog.int2[]) WITH ORDINALITY k(number, position)
             LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
            WHERE k.position <= i.indnkeyatts
            ORDER BY k.position))::text AS columns
    FROM pg_catalog.pg_index i
    JOIN pg_catalog.pg_class c ON c.oid = i.indrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
   WHERE i.indisvalid AND i.indpred IS NULL
     AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
     AND ($1::pg_catalog.json::text = '[]' OR (n.nspname, c.relname) IN (
           SELECT w.schema_name, w.table_name
             FROM pg_catalog.json_to_recordset($1::pg_catalog.json)
                  AS w(schema_name text, table_name text)))
   ORDER BY 1, 2, i.indisprimary DESC, i.indexrelid)sql";

// Keys that PostgreSQL made for partitions have a parent; what holds for them stands at their
// table.
const char* const kReadForeignKeys = R"sql(
  SELECT n.nspname AS schema_name, c.relname AS table_name, k.conname AS key_name,
         tn.nspname AS other_schema, tc.relname AS other_table,
         pg_catalog.array_to_json(ARRAY(
           SELECT a.attname
             FROM pg_catalog.unnest(k.conkey) WITH ORDINALITY u(number, position)
             JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.number
            ORDER BY u.position))::text AS columns,
         pg_catalog.array_to_json(ARRAY(
           SELECT a.attname
             FROM pg_catalog.unnest(k.confkey) WITH ORDINALITY u(number, position)
             JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.number
            ORDER BY u.position))::text AS target_columns
    FROM pg_catalog.pg_constraint k
    JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_class tc ON tc.oid = k.confrelid
    JOIN pg_catalog.pg_namespace tn ON tn.oid = tc.relnamespace
   WHERE k.contype = 'f' AND k.conparentid = 0 AND NOT c.relispartition
     AND n.nspname NOT LIKE 'pg\_%')sql";

const char* const kReadComments = R"sql(
  SELECT n.nspname AS schema_name, c.relname AS table_name,
         COALESCE(a.attname, '') AS column_name, d.description AS comment
    FROM pg_catalog.pg_description d
    JOIN pg_catalog.pg_class c ON c.oid = d.objoid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.objsubid
                                       AND d.objsubid > 0
   WHERE d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass
     AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT LIKE 'pg\_%'
     AND n.nspname <> 'information_schema')sql";

const char* const kReadLabels = R"sql(
  WITH RECURSIVE resolved(origin, type) AS (
    SELECT t.oid, t.oid FROM pg_catalog.pg_type t
    UNION ALL
    SELECT r.origin, t.typbasetype FROM resolved r
      JOIN pg_catalog.pg_type t ON t.oid = r.type WHERE t.typtype = 'd')
  SELECT n.nspname AS schema_name, c.relname AS table_name, a.attname AS column_name,
         pg_catalog.array_to_json(ARRAY(
           SELECT e.enumlabel FROM pg_catalog.pg_enum e
            WHERE e.enumtypid = b.oid ORDER BY e.enumsortorder))::text AS labels
    FROM pg_catalog.pg_attribute a
    JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    JOIN resolved r ON r.origin = a.atttypid
    JOIN pg_catalog.pg_type b ON b.oid = r.type AND b.typtype = 'e'
   WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
     AND n.nspname NOT LIKE 'pg\_%')sql";

const char* const kReadViewUses = R"sql(
  SELECT DISTINCT n.nspname AS schema_name, c.relname AS table_name,
         tn.nspname AS other_schema, tc.relname AS other_table
    FROM pg_catalog.pg_rewrite w
    JOIN pg_catalog.pg_class c ON c.oid = w.ev_class AND c.relkind IN ('v', 'm')
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
                               AND d.objid = w.oid
                               AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
    JOIN pg_catalog.pg_class tc ON tc.oid = d.refobjid AND tc.oid <> c.oid
    JOIN pg_catalog.pg_namespace tn ON tn.oid = tc.relnamespace
   WHERE n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
   ORDER BY 1, 2, 3, 4)sql";

const char* const kReadInheritance = R"sql(
  SELECT n.nspname AS schema_name, c.relname AS table_name,
         tn.nspname AS other_schema, tc.relname AS other_table
    FROM pg_catalog.pg_inherits i
    JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid AND NOT c.relispartition
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_class tc ON tc.oid = i.inhparent
    JOIN pg_catalog.pg_namespace tn ON tn.oid = tc.relnamespace
   WHERE c.relkind IN ('r', 'f')
   ORDER BY 1, 2, i.inhseqno)sql";

}  // namespace rightful::sources
