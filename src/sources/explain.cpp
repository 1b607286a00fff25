#include "rightful/sources/explain.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include "rightful/store/connection.hpp"

#include "sources/dataset_plan.hpp"
#include "sources/owner_type.hpp"
#include "sources/postgres_source.hpp"
#include "sources/postgres_statement.hpp"
#include "sources/schema_inspection.hpp"

namespace rightful::sources {
namespace {

/// One PostgreSQL source, asked for numbers.
class DatabaseExplainer {
 public:
  DatabaseExplainer(const catalog::Source& source, const AccountId& account)
      : source_(source), account_(account) {}

  SourceResult<void> open(const std::string& url,
                          const std::vector<const catalog::Dataset*>& datasets) {
    auto opened = store::SourceConnection::open(settings_for_reading(url));
    if (!opened) {
      return std::unexpected(
          SourceError{SourceErrorKind::NotConfigured, source_.name, "", opened.error().detail});
    }
    connection_ = std::make_unique<store::SourceConnection>(*std::move(opened));
    connection_->begin_snapshot();
    role_ = connection_->role();
    schema_.role = connection_->query("begin_reading", kBeginReading).only().text("role_name");
    (void)connection_->query(
        "explained_account", kSetAccount, {store::Value(std::string(account_.expose()))});
    schema_.tables = read_schema(*connection_, tables_of_all(datasets)).tables;
    return {};
  }

  SourceResult<void> explain(const catalog::Dataset& dataset, ExplainedDataset& explained) {
    const auto& settings = std::get<catalog::PostgresqlSettings>(source_.settings);
    const PlanningResult planned = plan_dataset(dataset, settings, schema_);
    if (auto error = first_error(without_role(planned.findings))) {
      return std::unexpected(*std::move(error));
    }
    for (const PlannedOwner& owner : planned.plan.owners) {
      const Result<void> possible = check_round_trip(account_, owner.type);
      if (possible) continue;
      return std::unexpected(SourceError{SourceErrorKind::AccountNotPossible,
                                         source_.name,
                                         dataset.name,
                                         possible.error().detail});
    }
    explained.rows =
        static_cast<std::uint64_t>(connection_->count(dataset.name, compose_count(planned.plan)));
    explained.statement = compose_copy(planned.plan);
    read_plan(dataset, planned.plan, explained);
    return {};
  }

  [[nodiscard]] std::vector<Finding> warnings() const {
    if (!role_.is_superuser && !role_.bypasses_row_security) return {};
    return {{FindingKind::Role,
             Severity::Advice,
             source_.name,
             "",
             fmt::format("the role {} is above row security: an export refuses it", role_.name),
             "count with the role that exports"}};
  }

 private:
  /// A role that may write is refused by an export and by check; it does not change a number.
  static std::vector<Finding> without_role(std::vector<Finding> findings) {
    std::erase_if(findings, [](const Finding& finding) {
      return finding.kind == FindingKind::Role &&
             finding.what.find("may write") != std::string::npos;
    });
    return findings;
  }

  void read_plan(const catalog::Dataset& dataset,
                 const DatasetPlan& plan,
                 ExplainedDataset& explained) {
    for (const store::Row row : connection_->query(dataset.name, compose_explain(plan))) {
      explained.plan.push_back(row.text("QUERY PLAN"));
    }
    const store::Row row = connection_->query(dataset.name, compose_explain_json(plan)).only();
    const auto json = nlohmann::json::parse(row.text("QUERY PLAN"));
    explained.expected_rows = json.at(0).at("Plan").at("Plan Rows").get<std::uint64_t>();
  }

  const catalog::Source& source_;
  const AccountId& account_;
  std::unique_ptr<store::SourceConnection> connection_;
  store::SourceRole role_;
  SchemaFacts schema_;
};

std::vector<const catalog::Dataset*> datasets_of(const catalog::Catalog& catalog,
                                                 const catalog::Source& source) {
  std::vector<const catalog::Dataset*> datasets;
  for (const catalog::Dataset& dataset : catalog.datasets()) {
    if (dataset.source == source.name) datasets.push_back(&dataset);
  }
  return datasets;
}

SourceResult<void> explain_source(const catalog::Catalog& catalog,
                                  const catalog::Source& source,
                                  const AccountId& account,
                                  const SourceLocations& locations,
                                  Explanation& explanation) {
  const auto datasets = datasets_of(catalog, source);
  if (datasets.empty() || !std::holds_alternative<catalog::PostgresqlSettings>(source.settings)) {
    return {};
  }
  const auto url = locations.find(source.name);
  if (url == locations.end() || url->second.empty()) {
    return std::unexpected(
        SourceError{SourceErrorKind::NotConfigured,
                    source.name,
                    "",
                    "the environment variable " + source.location_env() + " is not set"});
  }
  DatabaseExplainer explainer(source, account);
  RIGHTFUL_TRY(explainer.open(url->second, datasets));
  for (const catalog::Dataset* dataset : datasets) {
    const auto place = static_cast<std::size_t>(dataset - catalog.datasets().data());
    RIGHTFUL_TRY(explainer.explain(*dataset, explanation.datasets[place]));
  }
  std::ranges::move(explainer.warnings(), std::back_inserter(explanation.warnings));
  return {};
}

}  // namespace

SourceResult<Explanation> explain(const catalog::Catalog& catalog,
                                  const AccountId& account,
                                  const SourceLocations& locations) {
  Explanation explanation;
  for (const catalog::Dataset& dataset : catalog.datasets()) {
    explanation.datasets.push_back(
        {dataset.name, dataset.source, to_string(dataset.table), std::nullopt, "", {}, 0});
  }
  for (const catalog::Source& source : catalog.sources()) {
    RIGHTFUL_TRY(explain_source(catalog, source, account, locations, explanation));
  }
  return explanation;
}

}  // namespace rightful::sources
