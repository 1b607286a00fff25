#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "rightful/sources/row_security.hpp"
#include "rightful/store/connection.hpp"

#include "sources/dataset_plan.hpp"
#include "sources/postgres_source.hpp"
#include "sources/postgres_statement.hpp"
#include "sources/schema_inspection.hpp"

namespace rightful::sources {
namespace {

using catalog::TableName;

// An absent or empty setting shows nothing (docs/adr/0009).
constexpr std::string_view kAccount = "NULLIF(current_setting('rightful.account_id', true), '')";

/// A text as SQL writes it.
std::string quote_text(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out += '\'';
    out += c;
  }
  return out + "'";
}

/// One line of a comment.
std::string comment(std::string_view text) {
  std::string out(text);
  std::ranges::replace_if(out, [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return "-- " + out + "\n";
}

std::string column_of(std::string_view alias, std::string_view column) {
  return fmt::format("{}.{}", alias, quote_identifier(column));
}

/// Whether a row of `table` leads to the account by this path.
std::string condition_of(const TableName& table, const catalog::OwnerPath& path) {
  if (path.is_direct()) {
    return fmt::format("{}::text = {}", quote_identifier(path.column), kAccount);
  }
  // Columns of the row itself are named with its table, so that those of the path do not hide them.
  std::string before = quote_table(table);
  std::string from;
  std::string where;
  for (std::size_t i = 0; i < path.steps.size(); ++i) {
    const catalog::KeyStep& step = path.steps[i];
    const std::string alias = fmt::format("rightful_{}", i);
    from += fmt::format("{}{} {}", i == 0 ? "" : ", ", quote_table(step.table), alias);
    for (std::size_t k = 0; k < step.from.size(); ++k) {
      where += fmt::format(
          "{} = {} AND ", column_of(alias, step.to[k]), column_of(before, step.from[k]));
    }
    before = alias;
  }
  return fmt::format("EXISTS (SELECT FROM {} WHERE {}{}::text = {})",
                     from,
                     where,
                     column_of(before, path.column),
                     kAccount);
}

std::string condition_of(const catalog::Dataset& dataset) {
  std::string out;
  for (const catalog::OwnerPath& path : dataset.owners) {
    out += (out.empty() ? "" : "\n    OR ") + condition_of(dataset.table, path);
  }
  return out;
}

/// A delimiter that `body` does not hold.
std::string dollar_tag(std::string_view body) {
  std::string tag = "$rightful$";
  for (int number = 2; body.find(tag) != std::string_view::npos; ++number) {
    tag = fmt::format("$rightful_{}$", number);
  }
  return tag;
}

std::string as_block(const std::string& body) {
  const std::string tag = dollar_tag(body);
  return fmt::format("DO {0}\nBEGIN\n{1}END\n{0};\n", tag, body);
}

class SourceScript {
 public:
  SourceScript(const catalog::Catalog& catalog,
               const catalog::Source& source,
               std::string_view reader)
      : source_(source), reader_(reader) {
    for (const catalog::Dataset& dataset : catalog.datasets()) {
      if (dataset.source == source.name) tables_[dataset.table].push_back(&dataset);
    }
  }

  /// Asks the database what is a table. Empty when that worked, else why not.
  std::string look_at(const std::string& url) {
    auto connection = store::SourceConnection::open(settings_for_reading(url));
    if (!connection) return connection.error().detail;
    connection->begin_snapshot();
    schema_ = read_schema(*connection, {});
    return "";
  }

  std::string write() {
    std::string out = comment(fmt::format("Row-level security for the source `{}`.", source_.name));
    if (!schema_) {
      out +=
          comment("The database was not looked at: leave out what is a view or a foreign table.");
    }
    out += "BEGIN;\n\n" + role() + grants();
    for (const auto& [table, datasets] : tables_) {
      out += policies(table, datasets);
    }
    return out + "COMMIT;\n";
  }

 private:
  [[nodiscard]] std::string role() const {
    const std::string role = quote_identifier(reader_);
    return comment("A role that reads, and is not above row security.") +
           as_block(fmt::format(
               "  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = {}) THEN\n"
               "    CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION "
               "NOBYPASSRLS;\n"
               "  END IF;\n"
               "  IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = {} AND (rolsuper OR "
               "rolbypassrls)) THEN\n"
               "    RAISE EXCEPTION 'the role is above row security: take another one';\n"
               "  END IF;\n",
               quote_text(reader_),
               role,
               quote_text(reader_)));
  }

  [[nodiscard]] std::string grants() const {
    std::set<std::string> schemas;
    std::set<TableName> tables;
    for (const auto& [table, datasets] : tables_) {
      for (const catalog::Dataset* dataset : datasets) {
        for (const TableName& name : tables_of(*dataset)) {
          schemas.insert(name.schema);
          tables.insert(name);
        }
      }
    }
    std::string out;
    for (const std::string& schema : schemas) {
      out += fmt::format(
          "GRANT USAGE ON SCHEMA {} TO {};\n", quote_identifier(schema), quote_identifier(reader_));
    }
    for (const TableName& table : tables) {
      out += compose_grant(table, reader_) + "\n";
    }
    return out + "\n";
  }

  /// A view has no policies; it shows what the tables below it let its owner see.
  [[nodiscard]] bool is_no_table(const TableName& name) const {
    const TableFacts* table = schema_ ? schema_->find(name) : nullptr;
    return schema_ && (table == nullptr || !table->is_table());
  }

  /// A policy that reads its own table, straight or over other policies, asks itself without end.
  [[nodiscard]] bool comes_back(const TableName& origin) const {
    std::set<TableName> seen;
    const std::function<bool(const TableName&)> leads_back = [&](const TableName& table) {
      const auto datasets = tables_.find(table);
      if (datasets == tables_.end()) return false;
      for (const catalog::Dataset* dataset : datasets->second) {
        for (const catalog::OwnerPath& path : dataset->owners) {
          for (const catalog::KeyStep& step : path.steps) {
            if (step.table == origin) return true;
            if (seen.insert(step.table).second && leads_back(step.table)) return true;
          }
        }
      }
      return false;
    };
    return leads_back(origin);
  }

  std::string policies(const TableName& name,
                       const std::vector<const catalog::Dataset*>& datasets) {
    if (is_no_table(name)) {
      return comment(fmt::format("{} is no table: it has no policies.", to_string(name))) + "\n";
    }
    if (comes_back(name)) {
      return comment(fmt::format("{}: its owner's path leads over itself, so a policy would ask "
                                 "itself without end.",
                                 to_string(name))) +
             comment("Give it a column that holds the account, or leave `rls` out of the source.") +
             "\n";
    }
    std::string condition;
    for (const catalog::Dataset* dataset : datasets) {
      condition += (condition.empty() ? "" : "\n    OR ") + condition_of(*dataset);
    }
    const std::string table = quote_table(name);
    const std::string role = quote_identifier(reader_);
    std::string out = comment(to_string(name));
    out += fmt::format("DROP POLICY IF EXISTS rightful_account ON {0};\n", table);
    out += fmt::format("CREATE POLICY rightful_account ON {} FOR SELECT TO {}\n  USING ({});\n",
                       table,
                       role,
                       condition);
    out += comment("whatever other policies would let the reader see");
    out += fmt::format("DROP POLICY IF EXISTS rightful_nothing_else ON {0};\n", table);
    out += fmt::format(
        "CREATE POLICY rightful_nothing_else ON {} AS RESTRICTIVE TO {}\n  USING ({});\n",
        table,
        role,
        condition);
    out += comment("other roles see what they saw: all, or what the policies that were there show");
    out += as_block(keep_others(table));
    return out +
           fmt::format("ALTER TABLE {} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;\n\n",
                       table);
  }

  /// Without row security everybody saw all; without FORCE the owner did.
  [[nodiscard]] std::string keep_others(const std::string& table) const {
    const std::string reader = quote_text(reader_);
    const std::string relation = quote_text(table) + "::regclass";
    return fmt::format(
        "  IF NOT (SELECT relrowsecurity FROM pg_catalog.pg_class WHERE oid = {0}) THEN\n"
        "    CREATE POLICY rightful_others ON {1} USING (current_user <> {2})\n"
        "      WITH CHECK (current_user <> {2});\n"
        "  ELSIF NOT (SELECT relforcerowsecurity FROM pg_catalog.pg_class WHERE oid = {0}) THEN\n"
        "    EXECUTE 'CREATE POLICY rightful_owner ON ' || {3} || ' TO ' ||\n"
        "      (SELECT pg_catalog.quote_ident(r.rolname) FROM pg_catalog.pg_roles r\n"
        "        JOIN pg_catalog.pg_class c ON c.relowner = r.oid WHERE c.oid = {0}) ||\n"
        "      ' USING (true) WITH CHECK (true)';\n"
        "  END IF;\n",
        relation,
        table,
        reader,
        quote_text(table));
  }

  const catalog::Source& source_;
  std::string_view reader_;
  std::map<TableName, std::vector<const catalog::Dataset*>> tables_;
  std::optional<SchemaFacts> schema_;
};

}  // namespace

std::string row_security_script(const catalog::Catalog& catalog,
                                const SourceLocations& locations,
                                std::string_view reader) {
  std::string out = comment(
      "Printed by `rightful catalog rls`. Run it with psql as the owner of the tables, then");
  out += comment("write `rls: rightful.account_id` into the source: exports then demand it.");
  for (const catalog::Source& source : catalog.sources()) {
    if (!std::holds_alternative<catalog::PostgresqlSettings>(source.settings)) continue;
    SourceScript script(catalog, source, reader);
    out += "\n";
    if (const auto url = locations.find(source.name); url != locations.end()) {
      const std::string cause = script.look_at(url->second);
      if (!cause.empty()) out += comment("The database could not be opened: " + cause);
    }
    out += script.write();
  }
  return out;
}

}  // namespace rightful::sources
