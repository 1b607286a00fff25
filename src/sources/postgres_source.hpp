/// @file
/// A PostgreSQL database as a source of records: one connection, one snapshot, one account.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "rightful/catalog/catalog.hpp"
#include "rightful/store/connection.hpp"

#include "sources/copy_text.hpp"
#include "sources/dataset_plan.hpp"
#include "sources/schema_facts.hpp"
#include "sources/source.hpp"

namespace rightful::sources {

class PostgresSource final : public RecordSource {
 public:
  /// Connects, takes the snapshot, and holds role and schema against the catalog: nothing is read
  /// when anything does not fit.
  [[nodiscard]] static SourceResult<std::unique_ptr<RecordSource>> open(const SourceOrder& order);

  [[nodiscard]] SnapshotFacts snapshot() const override { return snapshot_; }

  [[nodiscard]] SourceResult<DatasetFacts> read(const catalog::Dataset& dataset,
                                                RecordSink& sink) override;

  void end_records() noexcept override { connection_.reset(); }

 private:
  PostgresSource(const catalog::Source& source,
                 store::SourceConnection connection,
                 ReadContext& context);

  SourceResult<void> check_database();
  SourceResult<void> check_role();
  SourceResult<void> plan_all(const std::vector<const catalog::Dataset*>& datasets,
                              const AccountId& account);
  void hold_tables();

  const catalog::Source& source_;
  const catalog::PostgresqlSettings& settings_;
  std::unique_ptr<store::SourceConnection> connection_;
  ReadContext& context_;
  SnapshotFacts snapshot_;
  SchemaFacts schema_;
  std::map<const catalog::Dataset*, DatasetPlan> plans_;
};

/// How a source is reached; the limits are those of an export, which may take hours.
[[nodiscard]] store::SourceSettings settings_for_reading(const std::string& url);

}  // namespace rightful::sources
