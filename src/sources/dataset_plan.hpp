/// @file
/// A dataset of the catalog held against the live schema: what will be read, how the owner is
/// found, and everything that does not fit.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rightful/catalog/catalog.hpp"
#include "rightful/sources/schema_check.hpp"

#include "sources/owner_type.hpp"
#include "sources/schema_facts.hpp"

namespace rightful::sources {

struct PlannedOwner {
  const catalog::OwnerPath* path = nullptr;
  OwnerType type = OwnerType::Text;
  /// Every link leads to a key, so that a row has at most one owner by this path.
  bool leads_to_one = true;
};

/// What of a column leaves the source.
enum class Reading : std::uint8_t {
  Value,
  Presence  ///< only whether there is a value: it is removed (third_party: redact)
};

struct PlannedColumn {
  const catalog::Field* field = nullptr;
  const ColumnFacts* facts = nullptr;
  Reading reading = Reading::Value;
};

/// Points into the catalog and into the schema's facts; both outlive it.
struct DatasetPlan {
  const catalog::Dataset* dataset = nullptr;
  std::vector<PlannedOwner> owners;
  std::vector<PlannedColumn> columns;  ///< delivered fields, in the order of the catalog
  std::vector<std::string> identity;   ///< columns to order by; empty = by everything, as text
};

struct PlanningResult {
  DatasetPlan plan;  ///< usable when no finding is an error
  std::vector<Finding> findings;
};

/// @param settings  of the dataset's source.
[[nodiscard]] PlanningResult plan_dataset(const catalog::Dataset& dataset,
                                          const catalog::PostgresqlSettings& settings,
                                          const SchemaFacts& schema);

/// The tables that plan_dataset() looks at: the dataset's own and those of its owner paths.
[[nodiscard]] std::vector<catalog::TableName> tables_of(const catalog::Dataset& dataset);

}  // namespace rightful::sources
