/// @file
/// `rightful catalog explain`: how many rows of each dataset an account has, and how they are
/// found. Counts and statements only: no value of a row is read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rightful/catalog/catalog.hpp"
#include "rightful/core/account_id.hpp"
#include "rightful/sources/account_reader.hpp"
#include "rightful/sources/schema_check.hpp"
#include "rightful/sources/source_error.hpp"

namespace rightful::sources {

struct ExplainedDataset {
  std::string name;
  std::string source;
  std::string table;  ///< `schema.table`
  /// Empty where rows cannot be counted without reading them: of kind http and manual.
  std::optional<std::uint64_t> rows;
  std::string statement;            ///< what an export runs; without the account
  std::vector<std::string> plan;    ///< how the database would run it, a line each
  std::uint64_t expected_rows = 0;  ///< as the plan expects them
};

struct Explanation {
  std::vector<ExplainedDataset> datasets;  ///< in the order of the catalog
  std::vector<Finding> warnings;           ///< a role that is above row security, and the like
};

/// @param catalog  every source of a dataset is opened by its kind's means.
/// @return SchemaChanged and RoleTooPowerful as an export would, with every finding told;
///         AccountNotPossible; NotConfigured.
/// Errors  DatabaseFailure, Failure(Later).
[[nodiscard]] SourceResult<Explanation> explain(const catalog::Catalog& catalog,
                                                const AccountId& account,
                                                const SourceLocations& locations);

}  // namespace rightful::sources
