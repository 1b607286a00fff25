#include "rightful/sources/schema_check.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "rightful/core/failure.hpp"
#include "rightful/store/connection.hpp"

#include "sources/dataset_plan.hpp"
#include "sources/files_source.hpp"
#include "sources/odbc_check.hpp"
#include "sources/postgres_source.hpp"
#include "sources/postgres_statement.hpp"
#include "sources/remote_check.hpp"
#include "sources/schema_inspection.hpp"

namespace rightful::sources {
namespace {

/// One PostgreSQL source, compared with all that the catalog says about it.
class DatabaseCheck {
 public:
  DatabaseCheck(const catalog::Catalog& catalog,
                const catalog::Source& source,
                std::vector<Finding>& findings)
      : catalog_(catalog),
        source_(source),
        settings_(std::get<catalog::PostgresqlSettings>(source.settings)),
        findings_(findings) {}

  void run(const std::string& url) {
    auto connection = store::SourceConnection::open(settings_for_reading(url));
    if (!connection) {
      report(FindingKind::Unreachable,
             Severity::Error,
             "the source cannot be opened: " + connection.error().detail,
             "correct the URL in " + settings_.url_env + ", or start the database");
      return;
    }
    connection->begin_snapshot();
    SchemaFacts schema = read_schema(*connection, {});
    check_role(connection->role());
    schema.role = connection->query("begin_reading", kBeginReading).only().text("role_name");
    check_datasets(schema);
    report_undeclared(schema);
    report_vanished(schema);
  }

  void report(FindingKind kind, Severity severity, std::string what, std::string cure) {
    findings_.push_back({kind, severity, source_.name, "", std::move(what), std::move(cure)});
  }

 private:
  void check_role(const store::SourceRole& role) {
    if (role.is_superuser || role.bypasses_row_security) {
      report(FindingKind::Role,
             Severity::Error,
             fmt::format(
                 "the role {} {}",
                 role.name,
                 role.is_superuser ? "is, or may become, a superuser" : "is above row security"),
             "give Rightful a role of its own that may only read");
    } else if (role.can_write) {
      report(FindingKind::Role,
             Severity::Advice,
             fmt::format("the role {} may write to {}", role.name, role.writable_table),
             "give Rightful a role of its own that may only read");
    }
  }

  void check_datasets(const SchemaFacts& schema) {
    for (const catalog::Dataset& dataset : catalog_.datasets()) {
      if (dataset.source != source_.name) continue;
      PlanningResult planned = plan_dataset(dataset, settings_, schema);
      std::move(planned.findings.begin(), planned.findings.end(), std::back_inserter(findings_));
    }
  }

  void report_undeclared(const SchemaFacts& schema) {
    std::set<catalog::TableName> declared;
    for (const catalog::Dataset& dataset : catalog_.datasets()) {
      if (dataset.source == source_.name) declared.insert(dataset.table);
    }
    for (const catalog::NotPersonal& entry : catalog_.not_personal()) {
      if (entry.source == source_.name) declared.insert(entry.table);
    }
    for (const auto& [name, table] : schema.tables) {
      // A partition is covered by its table; a view shows what other tables hold.
      if (table.is_partition || table.kind == 'v' || declared.contains(name)) continue;
      report(FindingKind::UndeclaredTable,
             Severity::Error,
             fmt::format("nobody has said anything about table {}", to_string(name)),
             fmt::format("describe it as a dataset, or add `{}.{}` to not_personal",
                         source_.name,
                         to_string(name)));
    }
  }

  void report_vanished(const SchemaFacts& schema) {
    for (const catalog::NotPersonal& entry : catalog_.not_personal()) {
      if (entry.source != source_.name || schema.find(entry.table) != nullptr) continue;
      report(FindingKind::MissingTable,
             Severity::Advice,
             fmt::format("not_personal names {}, which does not exist", to_string(entry.table)),
             "remove it");
    }
  }

  const catalog::Catalog& catalog_;
  const catalog::Source& source_;
  const catalog::PostgresqlSettings& settings_;
  std::vector<Finding>& findings_;
};

Finding unreachable(const catalog::Source& source, std::string what, std::string cure) {
  return {
      FindingKind::Unreachable, Severity::Error, source.name, "", std::move(what), std::move(cure)};
}

void check_database(const catalog::Catalog& catalog,
                    const catalog::Source& source,
                    const std::string& url,
                    std::vector<Finding>& findings) {
  DatabaseCheck check(catalog, source, findings);
  try {
    check.run(url);
  } catch (const store::DatabaseFailure& failure) {
    findings.push_back(unreachable(source,
                                   fmt::format("the schema could not be read: {}", failure.cause()),
                                   "see the database's own log, and try again"));
  }
}

void check_folder(const catalog::Source& source,
                  const std::string& root,
                  std::vector<Finding>& findings) {
  const auto opened = FilesSource::open(source, root);
  if (opened) return;
  findings.push_back(unreachable(source, opened.error().detail, "correct the folder's path"));
}

}  // namespace

std::string_view name_of(FindingKind kind) noexcept {
  switch (kind) {
    case FindingKind::UndeclaredTable:
      return "undeclared_table";
    case FindingKind::UndescribedColumn:
      return "undescribed_column";
    case FindingKind::MissingTable:
      return "missing_table";
    case FindingKind::MissingColumn:
      return "missing_column";
    case FindingKind::TypeMismatch:
      return "type_mismatch";
    case FindingKind::MissingIndex:
      return "missing_index";
    case FindingKind::Role:
      return "role";
    case FindingKind::RowSecurity:
      return "row_security";
    case FindingKind::Unreachable:
      return "unreachable";
  }
  return "";
}

std::vector<Finding> check_against_schema(const catalog::Catalog& catalog,
                                          const SourceLocations& locations) {
  std::vector<Finding> findings;
  for (const catalog::Source& source : catalog.sources()) {
    const auto given = locations.find(source.name);
    const auto* files = std::get_if<catalog::FilesSettings>(&source.settings);
    if (std::holds_alternative<catalog::OdbcSettings>(source.settings)) {
      check_odbc(catalog, source, locations, findings);
      continue;
    }
    if (std::holds_alternative<catalog::S3Settings>(source.settings)) {
      check_bucket(source, locations, findings);
      continue;
    }
    if (std::holds_alternative<catalog::HttpSettings>(source.settings)) {
      check_service(catalog, source, locations, findings);
      continue;
    }
    // A colleague cannot be asked by a program.
    if (std::holds_alternative<catalog::ManualSettings>(source.settings)) continue;
    const std::string location = files != nullptr && !files->root.empty() ? files->root
                                 : given != locations.end()               ? given->second
                                                                          : "";
    if (location.empty()) {
      findings.push_back(
          unreachable(source,
                      fmt::format("the environment variable {} is not set", source.location_env()),
                      "set it to where the source is"));
    } else if (files != nullptr) {
      check_folder(source, location, findings);
    } else {
      check_database(catalog, source, location, findings);
    }
  }
  std::sort(findings.begin(), findings.end(), [](const Finding& a, const Finding& b) {
    return std::tie(a.source, a.severity, a.kind, a.dataset, a.what) <
           std::tie(b.source, b.severity, b.kind, b.dataset, b.what);
  });
  return findings;
}

}  // namespace rightful::sources
