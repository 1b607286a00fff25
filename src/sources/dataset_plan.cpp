#include "sources/dataset_plan.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "sources/json_values.hpp"
#include "sources/postgres_statement.hpp"

namespace rightful::sources {
namespace {

constexpr std::size_t kMaxFindingsTold = 5;

SourceErrorKind kind_for(FindingKind kind) {
  return kind == FindingKind::Role || kind == FindingKind::RowSecurity
             ? SourceErrorKind::RoleTooPowerful
             : SourceErrorKind::SchemaChanged;
}

class PostgresCures final : public CureWriter {
 public:
  [[nodiscard]] std::string create_index(const TableFacts& table,
                                         const std::vector<std::string>& columns) const override {
    return compose_create_index(table, columns);
  }

  [[nodiscard]] std::string grant(const catalog::TableName& table,
                                  std::string_view role) const override {
    return compose_grant(table, role);
  }

  [[nodiscard]] std::string revoke(const catalog::TableName& table,
                                   std::string_view role) const override {
    return compose_revoke(table, role);
  }

  [[nodiscard]] std::string row_security(const catalog::TableName& table,
                                         std::string_view owner_column) const override {
    return compose_row_security(table, owner_column);
  }
};

/// smallint, integer and bigint compare with each other, so do the kinds of text; nothing else is
/// compared across types.
std::string_view family_of(std::string_view type) {
  if (type == "int2" || type == "int4" || type == "int8") return "int8";
  if (type == "text" || type == "varchar" || type == "bpchar") return "text";
  return type;
}

/// A name that differs only in letter case, which is the usual mistake.
std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

class DatasetPlanner {
 public:
  DatasetPlanner(const catalog::Dataset& dataset,
                 const PlanningRules& rules,
                 const SchemaFacts& schema)
      : dataset_(dataset), rules_(rules), schema_(schema) {}

  PlanningResult plan() {
    result_.plan.dataset = &dataset_;
    const TableFacts* table = find_table(dataset_.table);
    if (table == nullptr) return std::move(result_);
    plan_columns(*table);
    report_undescribed(*table);
    for (const catalog::OwnerPath& path : dataset_.owners) {
      plan_owner(*table, path);
    }
    check_rights(*table);
    check_retention(*table);
    result_.plan.identity = table->row_identity();
    return std::move(result_);
  }

 private:
  void report(FindingKind kind, Severity severity, std::string what, std::string cure) {
    result_.findings.push_back(
        {kind, severity, dataset_.source, dataset_.name, std::move(what), std::move(cure)});
  }

  const TableFacts* find_table(const catalog::TableName& name) {
    const TableFacts* table = schema_.find(name);
    if (table != nullptr) return table;
    const auto alike =
        std::find_if(schema_.tables.begin(), schema_.tables.end(), [&](const auto& entry) {
          return lower(to_string(entry.first)) == lower(to_string(name));
        });
    report(FindingKind::MissingTable,
           Severity::Error,
           fmt::format("there is no table {}", to_string(name)),
           alike == schema_.tables.end()
               ? "correct the name, or remove what names it"
               : fmt::format("names are exact: did you mean {}?", to_string(alike->first)));
    return nullptr;
  }

  const ColumnFacts* find_column(const TableFacts& table, const std::string& name) {
    const ColumnFacts* column = table.find_column(name);
    if (column == nullptr) {
      const ColumnFacts* alike = nullptr;
      for (const ColumnFacts& candidate : table.columns) {
        if (lower(candidate.name) == lower(name)) alike = &candidate;
      }
      report(FindingKind::MissingColumn,
             Severity::Error,
             fmt::format("{} has no column `{}`", to_string(table.name), name),
             alike == nullptr ? "correct the name, or remove what names it"
                              : fmt::format("names are exact: did you mean `{}`?", alike->name));
    } else if (!column->is_readable) {
      report(FindingKind::Role,
             Severity::Error,
             fmt::format("the role may not read {}.{}", to_string(table.name), name),
             rules_.cures.grant(table.name, schema_.role));
    }
    return column;
  }

  void plan_columns(const TableFacts& table) {
    for (const catalog::Field& field : dataset_.fields) {
      if (field.withhold != catalog::Withhold::No) {
        // Withheld columns are described, not read: no right to read them is needed.
        if (table.find_column(field.name) == nullptr) find_column(table, field.name);
        continue;
      }
      const ColumnFacts* column = find_column(table, field.name);
      if (column == nullptr) continue;
      check_kind(table, field, *column);
      // What is redacted does not even leave the source, except where the value may be the
      // account's own ID: in a column that says who owns the row.
      const bool is_removed =
          field.third_party == catalog::ThirdParty::Redact && !is_owner_column(field.name);
      result_.plan.columns.push_back({&field,
                                      column,
                                      is_removed ? Reading::Presence : Reading::Value,
                                      kind_of(field, *column)});
    }
  }

  static ValueKind kind_of(const catalog::Field& field, const ColumnFacts& column) {
    if (!field.kind) return column.kind;
    const ValueKind wanted = value_kind_of(field);
    const bool is_possible =
        std::find(column.also.begin(), column.also.end(), wanted) != column.also.end();
    return is_possible ? wanted : column.kind;
  }

  void check_kind(const TableFacts& table, const catalog::Field& field, const ColumnFacts& column) {
    if (field.kind && value_kind_of(field) != kind_of(field, column)) {
      report(FindingKind::TypeMismatch,
             Severity::Error,
             fmt::format("{}.{} is of type {}, the catalog says {}",
                         to_string(table.name),
                         field.name,
                         column.type,
                         name_of(*field.kind)),
             fmt::format("write `kind: {}`, or no kind", name_of(column.kind)));
    }
    if (field.attach && column.kind != ValueKind::Text) {
      report(FindingKind::TypeMismatch,
             Severity::Error,
             fmt::format("{}.{} names objects and is of type {}",
                         to_string(table.name),
                         field.name,
                         column.type),
             "the name of an object is a text");
    }
  }

  [[nodiscard]] bool is_owner_column(const std::string& name) const {
    return std::any_of(dataset_.owners.begin(), dataset_.owners.end(), [&](const auto& path) {
      return path.is_direct() && path.column == name;
    });
  }

  void report_undescribed(const TableFacts& table) {
    for (const ColumnFacts& column : table.columns) {
      if (dataset_.find_field(column.name) != nullptr || is_owner_column(column.name)) continue;
      report(
          FindingKind::UndescribedColumn,
          Severity::Error,
          fmt::format(
              "nobody has described {}.{} ({})", to_string(table.name), column.name, column.type),
          fmt::format("add `{}` to the fields of dataset {}, or say `withhold`",
                      column.name,
                      dataset_.name));
    }
  }

  void plan_owner(const TableFacts& table, const catalog::OwnerPath& path) {
    PlannedOwner owner;
    owner.path = &path;
    const TableFacts* reached = &table;
    for (const catalog::KeyStep& step : path.steps) {
      reached = follow(*reached, step, owner);
      if (reached == nullptr) return;
    }
    const ColumnFacts* column = find_column(*reached, path.column);
    if (column == nullptr) return;
    advise_index(*reached, {path.column});
    const auto type = column->owner_type ? column->owner_type : owner_type_of(column->base_type);
    if (!type) {
      report(
          FindingKind::TypeMismatch,
          Severity::Error,
          fmt::format(
              "the owner {}.{} is of type {}", to_string(reached->name), path.column, column->type),
          "an owner is of type text, varchar, char, smallint, integer, bigint or uuid");
      return;
    }
    if (!column->compares_exactly) {
      report(FindingKind::TypeMismatch,
             Severity::Advice,
             fmt::format("the owner {}.{} has a collation that takes different texts for equal",
                         to_string(reached->name),
                         path.column),
             "give the column a deterministic collation; until then such rows stop the export");
    }
    owner.type = *type;
    result_.plan.owners.push_back(owner);
  }

  /// The table behind one link; nullptr when the link does not hold.
  const TableFacts* follow(const TableFacts& from,
                           const catalog::KeyStep& step,
                           PlannedOwner& owner) {
    const TableFacts* to = find_table(step.table);
    if (to == nullptr) return nullptr;
    bool holds = true;
    for (std::size_t i = 0; i < step.from.size(); ++i) {
      const ColumnFacts* a = find_column(from, step.from[i]);
      const ColumnFacts* b = find_column(*to, step.to[i]);
      holds = holds && a != nullptr && b != nullptr && can_link(from, *a, *to, *b);
    }
    if (!to->is_unique_by(step.to)) owner.leads_to_one = false;
    advise_index(from, step.from);
    advise_index(*to, step.to);
    return holds ? to : nullptr;
  }

  bool can_link(const TableFacts& from,
                const ColumnFacts& a,
                const TableFacts& to,
                const ColumnFacts& b) {
    if (are_comparable(a, b)) return true;
    report(FindingKind::TypeMismatch,
           Severity::Error,
           fmt::format("{}.{} ({}) is linked to {}.{} ({})",
                       to_string(from.name),
                       a.name,
                       a.type,
                       to_string(to.name),
                       b.name,
                       b.type),
           "both sides of a link have the same type");
    return false;
  }

  void advise_index(const TableFacts& table, const std::vector<std::string>& columns) {
    if (!table.is_table() || table.has_index_on(columns)) return;
    const bool is_told = !advised_.emplace(table.name, columns).second;
    if (is_told) return;
    report(FindingKind::MissingIndex,
           Severity::Advice,
           fmt::format("{} has no index on {}: every export reads the whole table",
                       to_string(table.name),
                       fmt::join(columns, ", ")),
           rules_.cures.create_index(table, columns));
  }

  void check_rights(const TableFacts& table) {
    if (table.is_writable) {
      const bool is_allowed = rules_.allows_writable_role;
      report(FindingKind::Role,
             is_allowed ? Severity::Advice : Severity::Error,
             fmt::format("the role may write to {}", to_string(table.name)),
             rules_.cures.revoke(table.name, schema_.role) +
                 (is_allowed ? "" : " -- or `allow_writable_role: true` in the source"));
    }
    if (rules_.demands_row_security && table.is_table() && !table.has_row_security) {
      const catalog::OwnerPath& path = dataset_.owners.front();
      report(FindingKind::RowSecurity,
             Severity::Error,
             fmt::format("row security is not in force on {}", to_string(table.name)),
             path.is_direct()
                 ? rules_.cures.row_security(table.name, path.column)
                 : "enable and force row security with a policy that follows the owner's "
                   "path, or remove `rls` from the source");
    }
  }

  void check_retention(const TableFacts& table) {
    if (dataset_.retention.from.empty()) return;
    const ColumnFacts* column = table.find_column(dataset_.retention.from);
    if (column == nullptr || column->kind == ValueKind::Instant ||
        column->kind == ValueKind::DateTime || column->kind == ValueKind::Date) {
      return;
    }
    report(FindingKind::TypeMismatch,
           Severity::Advice,
           fmt::format("the retention counts from {}.{}, which is of type {}",
                       to_string(table.name),
                       column->name,
                       column->type),
           "name a field that holds a date or an instant");
  }

  const catalog::Dataset& dataset_;
  const PlanningRules& rules_;
  const SchemaFacts& schema_;
  PlanningResult result_;
  std::set<std::pair<catalog::TableName, std::vector<std::string>>> advised_;
};

}  // namespace

bool are_comparable(const ColumnFacts& a, const ColumnFacts& b) {
  if (a.base_type.empty() || b.base_type.empty()) return a.type == b.type;
  return family_of(a.base_type) == family_of(b.base_type);
}

PlanningResult plan_by_rules(const catalog::Dataset& dataset,
                             const PlanningRules& rules,
                             const SchemaFacts& schema) {
  return DatasetPlanner(dataset, rules, schema).plan();
}

PlanningResult plan_dataset(const catalog::Dataset& dataset,
                            const catalog::PostgresqlSettings& settings,
                            const SchemaFacts& schema) {
  const PostgresCures cures;
  return plan_by_rules(
      dataset, {settings.has_row_security, settings.allows_writable_role, cures}, schema);
}

std::optional<SourceError> first_error(const std::vector<Finding>& findings) {
  const Finding* first = nullptr;
  std::string detail;
  std::size_t told = 0;
  for (const Finding& finding : findings) {
    if (finding.severity != Severity::Error) continue;
    if (first == nullptr) first = &finding;
    if (told++ < kMaxFindingsTold) {
      detail += fmt::format("{}{}; {}", told > 1 ? " | " : "", finding.what, finding.cure);
    }
  }
  if (first == nullptr) return std::nullopt;
  if (told > kMaxFindingsTold) {
    detail += fmt::format(" | and {} more: run `rightful catalog check`", told - kMaxFindingsTold);
  }
  return SourceError{kind_for(first->kind), first->source, first->dataset, std::move(detail)};
}

std::vector<catalog::TableName> tables_of(const catalog::Dataset& dataset) {
  std::set<catalog::TableName> tables{dataset.table};
  for (const catalog::OwnerPath& path : dataset.owners) {
    for (const catalog::KeyStep& step : path.steps) {
      tables.insert(step.table);
    }
  }
  return {tables.begin(), tables.end()};
}

std::vector<catalog::TableName> tables_of_all(
    const std::vector<const catalog::Dataset*>& datasets) {
  std::set<catalog::TableName> tables;
  for (const catalog::Dataset* dataset : datasets) {
    for (catalog::TableName& table : tables_of(*dataset)) {
      tables.insert(std::move(table));
    }
  }
  return {tables.begin(), tables.end()};
}

}  // namespace rightful::sources
