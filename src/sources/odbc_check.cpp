#include "sources/odbc_check.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "rightful/core/failure.hpp"

#include "sources/odbc_source.hpp"

namespace rightful::sources {
namespace {

class OdbcCheck {
 public:
  OdbcCheck(const catalog::Catalog& catalog,
            const catalog::Source& source,
            std::vector<Finding>& findings)
      : catalog_(catalog),
        source_(source),
        settings_(std::get<catalog::OdbcSettings>(source.settings)),
        findings_(findings) {}

  void run(const SourceLocations& locations) {
    const auto text = odbc_connection_string(source_, settings_, locations);
    if (!text) return unreachable(text.error().detail);
    const auto connection = OdbcConnection::open(source_.name, *text);
    if (!connection) return unreachable(connection.error().detail);
    check_role(**connection);
    const std::vector<catalog::TableName> described = described_tables();
    const OdbcSchema schema = read_odbc_schema(**connection, described, zone_of(settings_));
    check_datasets(**connection, schema);
    report_undeclared(**connection);
  }

  void unreachable(std::string_view why) {
    report(FindingKind::Unreachable,
           Severity::Error,
           fmt::format("the source cannot be opened: {}", why),
           settings_.dsn.empty() ? "correct the connection string in " + settings_.connection_env
                                 : "correct the entry of " + settings_.dsn + " in odbc.ini");
  }

 private:
  void report(FindingKind kind, Severity severity, std::string what, std::string cure) {
    findings_.push_back({kind, severity, source_.name, "", std::move(what), std::move(cure)});
  }

  void check_role(OdbcConnection& connection) {
    if (!may_write(connection)) return;
    report(FindingKind::Role,
           settings_.allows_writable_role ? Severity::Advice : Severity::Error,
           fmt::format("the user {} may do more than read", connection.user()),
           "give Rightful a user of its own with SELECT alone");
  }

  [[nodiscard]] std::vector<const catalog::Dataset*> datasets() const {
    std::vector<const catalog::Dataset*> own;
    for (const catalog::Dataset& dataset : catalog_.datasets()) {
      if (dataset.source == source_.name) own.push_back(&dataset);
    }
    return own;
  }

  [[nodiscard]] std::vector<catalog::TableName> described_tables() const {
    return tables_of_all(datasets());
  }

  void check_datasets(const OdbcConnection& connection, const OdbcSchema& schema) {
    const OdbcCures cures({connection.dialect(), connection.quote()});
    for (const catalog::Dataset* dataset : datasets()) {
      PlanningResult planned =
          plan_by_rules(*dataset, {false, settings_.allows_writable_role, cures}, schema.facts);
      std::move(planned.findings.begin(), planned.findings.end(), std::back_inserter(findings_));
      report_unpaged(connection, planned.plan);
    }
  }

  void report_unpaged(const OdbcConnection& connection, const DatasetPlan& plan) {
    const bool is_kept = connection.dialect() == OdbcDialect::MySql && plan.identity.empty();
    if (!is_kept || plan.columns.empty()) return;
    report(FindingKind::MissingIndex,
           Severity::Advice,
           fmt::format("{} has no primary key: the driver keeps all rows of an account in memory",
                       to_string(plan.dataset->table)),
           "give the table a primary key");
  }

  void report_undeclared(OdbcConnection& connection) {
    std::set<catalog::TableName> declared;
    std::set<std::string> schemas{settings_.schema};
    for (const catalog::Dataset* dataset : datasets())
      declared.insert(dataset->table);
    for (const catalog::NotPersonal& entry : catalog_.not_personal()) {
      if (entry.source == source_.name) declared.insert(entry.table);
    }
    for (const catalog::TableName& table : declared)
      schemas.insert(table.schema);
    const std::vector<catalog::TableName> tables = list_odbc_tables(connection, schemas);
    for (const catalog::TableName& table : tables) {
      if (declared.contains(table)) continue;
      report(FindingKind::UndeclaredTable,
             Severity::Error,
             fmt::format("nobody has said anything about table {}", to_string(table)),
             fmt::format("describe it as a dataset, or add `{}.{}` to not_personal",
                         source_.name,
                         to_string(table)));
    }
    report_vanished(tables);
  }

  void report_vanished(const std::vector<catalog::TableName>& tables) {
    for (const catalog::NotPersonal& entry : catalog_.not_personal()) {
      const bool is_there = std::find(tables.begin(), tables.end(), entry.table) != tables.end();
      if (entry.source != source_.name || is_there) continue;
      report(FindingKind::MissingTable,
             Severity::Advice,
             fmt::format("not_personal names {}, which does not exist", to_string(entry.table)),
             "remove it");
    }
  }

  const catalog::Catalog& catalog_;
  const catalog::Source& source_;
  const catalog::OdbcSettings& settings_;
  std::vector<Finding>& findings_;
};

}  // namespace

void check_odbc(const catalog::Catalog& catalog,
                const catalog::Source& source,
                const SourceLocations& locations,
                std::vector<Finding>& findings) {
  OdbcCheck check(catalog, source, findings);
  try {
    check.run(locations);
  } catch (const Failure& failure) {
    check.unreachable(failure.cause());
  }
}

}  // namespace rightful::sources
