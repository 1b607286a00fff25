/// @file
/// A dataset of the catalog held against the live schema: what will be read, how the owner is
/// found, and everything that does not fit.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rightful/catalog/catalog.hpp"
#include "rightful/sources/schema_check.hpp"
#include "rightful/sources/source_error.hpp"

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
  /// What its values are delivered as: the column's own kind, or the catalog's choice among `also`.
  ValueKind kind = ValueKind::Text;
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

/// What an operator may run to cure a finding, in the words of one kind of database.
class CureWriter {
 public:
  virtual ~CureWriter() = default;

  [[nodiscard]] virtual std::string create_index(const TableFacts& table,
                                                 const std::vector<std::string>& columns) const = 0;
  [[nodiscard]] virtual std::string grant(const catalog::TableName& table,
                                          std::string_view role) const = 0;
  [[nodiscard]] virtual std::string revoke(const catalog::TableName& table,
                                           std::string_view role) const = 0;
  [[nodiscard]] virtual std::string row_security(const catalog::TableName& table,
                                                 std::string_view owner_column) const = 0;
};

/// What the dataset's source allows and demands.
struct PlanningRules {
  bool demands_row_security = false;
  bool allows_writable_role = false;
  const CureWriter& cures;
};

/// The rules of a PostgreSQL source.
[[nodiscard]] PlanningResult plan_dataset(const catalog::Dataset& dataset,
                                          const catalog::PostgresqlSettings& settings,
                                          const SchemaFacts& schema);

/// The same for any kind of database.
[[nodiscard]] PlanningResult plan_by_rules(const catalog::Dataset& dataset,
                                           const PlanningRules& rules,
                                           const SchemaFacts& schema);

/// Whether a link may compare the two columns.
[[nodiscard]] bool are_comparable(const ColumnFacts& a, const ColumnFacts& b);

/// The first findings that are errors, in words; empty if there is none.
[[nodiscard]] std::optional<SourceError> first_error(const std::vector<Finding>& findings);

/// The tables that plan_dataset() looks at: the dataset's own and those of its owner paths.
[[nodiscard]] std::vector<catalog::TableName> tables_of(const catalog::Dataset& dataset);
/// Those of all `datasets`, none twice.
[[nodiscard]] std::vector<catalog::TableName> tables_of_all(
    const std::vector<const catalog::Dataset*>& datasets);

}  // namespace rightful::sources
