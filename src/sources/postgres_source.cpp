#include "sources/postgres_source.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "rightful/core/check.hpp"

#include "sources/postgres_statement.hpp"
#include "sources/record_gate.hpp"
#include "sources/row_reader.hpp"
#include "sources/schema_inspection.hpp"

namespace rightful::sources {
namespace {

// A child's own limit; while one source is read, the snapshots of the others wait.
constexpr std::chrono::hours kLongestExport{6};

/// Leaves the driver's loop at the first record that must not be delivered; never leaves this file.
struct Stop {
  SourceError error;
};

}  // namespace

store::SourceSettings settings_for_reading(const std::string& url) {
  store::SourceSettings settings;
  settings.url = url;
  settings.application_name = "rightful";
  settings.statement_timeout = kLongestExport;
  settings.idle_in_transaction_timeout = kLongestExport;
  return settings;
}

SourceResult<std::unique_ptr<RecordSource>> PostgresSource::open(const SourceOrder& order) {
  const catalog::Source& source = order.source;
  RIGHTFUL_TRY(const std::string url, location_of(order, source.name, source.location_env()));
  auto connection = store::SourceConnection::open(settings_for_reading(url));
  if (!connection) {
    if (connection.error().code == ErrorCode::Unavailable) {
      throw Failure(
          Retry::Later, "source_lost", "source " + source.name + ": " + connection.error().detail);
    }
    return std::unexpected(
        SourceError{SourceErrorKind::NotConfigured, source.name, "", connection.error().detail});
  }
  auto opened = std::unique_ptr<PostgresSource>(
      new PostgresSource(source, *std::move(connection), order.context));
  opened->connection_->begin_snapshot(order.scope);
  RIGHTFUL_TRY(opened->check_database());
  RIGHTFUL_TRY(opened->check_role());
  RIGHTFUL_TRY(opened->plan_all(order.datasets, order.scope.account()));
  opened->hold_tables();
  return opened;
}

PostgresSource::PostgresSource(const catalog::Source& source,
                               store::SourceConnection connection,
                               ReadContext& context)
    : source_(source),
      settings_(std::get<catalog::PostgresqlSettings>(source.settings)),
      connection_(std::make_unique<store::SourceConnection>(std::move(connection))),
      context_(context),
      snapshot_{source.name, "postgresql", {}, true, false} {}

SourceResult<void> PostgresSource::check_database() {
  const store::Row row = connection_->query("begin_reading", kBeginReading).only();
  snapshot_.taken_at = row.instant("taken_at");
  schema_.role = row.text("role_name");
  if (row.text("encoding") == "SQL_ASCII") {
    return std::unexpected(SourceError{SourceErrorKind::NotConfigured,
                                       source_.name,
                                       "",
                                       "the database has the encoding SQL_ASCII, so its texts are "
                                       "in no known encoding; give it one"});
  }
  return {};
}

SourceResult<void> PostgresSource::check_role() {
  const store::SourceRole role = connection_->role();
  if (!role.is_superuser && !role.bypasses_row_security) return {};
  return std::unexpected(SourceError{
      SourceErrorKind::RoleTooPowerful,
      source_.name,
      "",
      fmt::format("the role {} {}; give Rightful a role of its own that may only read",
                  role.name,
                  role.is_superuser ? "is, or may become, a superuser" : "is above row security")});
}

SourceResult<void> PostgresSource::plan_all(const std::vector<const catalog::Dataset*>& datasets,
                                            const AccountId& account) {
  SchemaFacts facts = read_schema(*connection_, tables_of_all(datasets));
  schema_.tables = std::move(facts.tables);
  for (const catalog::Dataset* dataset : datasets) {
    PlanningResult planned = plan_dataset(*dataset, settings_, schema_);
    if (auto error = first_error(planned.findings)) return std::unexpected(*std::move(error));
    for (const PlannedOwner& owner : planned.plan.owners) {
      const Result<void> possible = check_round_trip(account, owner.type);
      if (possible) continue;
      return std::unexpected(SourceError{SourceErrorKind::AccountNotPossible,
                                         source_.name,
                                         dataset->name,
                                         possible.error().detail});
    }
    snapshot_.has_writable_role =
        snapshot_.has_writable_role || schema_.find(dataset->table)->is_writable;
    plans_.emplace(dataset, std::move(planned.plan));
  }
  return {};
}

/// As pg_dump does: from here to the end of the records no table can be dropped, changed or
/// emptied. What was emptied between the snapshot and the lock would look empty, so that is looked
/// for.
void PostgresSource::hold_tables() {
  for (const auto& [dataset, plan] : plans_) {
    (void)connection_->query(dataset->name, compose_hold(plan));
  }
  if (connection_->count("rewritten_tables", kCountRewritten) > 0) {
    throw Failure(
        Retry::Later,
        "serialization",
        "source " + source_.name + ": a table was emptied or rewritten while it was opened");
  }
}

SourceResult<DatasetFacts> PostgresSource::read(const catalog::Dataset& dataset, RecordSink& sink) {
  const auto plan = plans_.find(&dataset);
  RIGHTFUL_CHECK(connection_ != nullptr && plan != plans_.end());
  DatasetHead head{&dataset, {}, 0};
  for (const PlannedColumn& column : plan->second.columns) {
    head.columns.push_back({column.field, column.kind});
  }
  const std::int64_t counted = connection_->count(dataset.name, compose_count(plan->second));
  head.rows = static_cast<std::uint64_t>(counted);
  RecordGate gate(std::move(head), context_, sink);
  RowReader reader(plan->second, gate);
  try {
    connection_->copy_out(dataset.name, compose_copy(plan->second), [&](ByteView line) {
      const SourceResult<void> outcome = reader.read(as_text(line));
      if (!outcome) throw Stop{outcome.error()};
    });
  } catch (const Stop& stop) {
    return std::unexpected(stop.error);
  }
  return gate.close();
}

}  // namespace rightful::sources
