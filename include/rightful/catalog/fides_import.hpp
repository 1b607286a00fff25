/// @file
/// `rightful catalog import-fides`: dataset files of Fides, as a catalog that a person finishes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rightful/catalog/draft.hpp"
#include "rightful/core/result.hpp"

namespace rightful::catalog {

struct FidesOrder {
  std::string_view text;       ///< YAML with `dataset:` at the top, as `fides` reads it
  std::string_view file_name;  ///< what errors call it
  /// Which `identity` of Fides is the account ID, such as `email`; empty when there is only one.
  std::string_view identity = {};
  std::vector<std::string> languages = {"en"};
};

/// Each dataset of Fides becomes a source of kind postgresql, each collection a dataset: its owner
/// from `identity` and `references`, its categories from `data_categories` (fideslang → DPV).
/// Format  https://github.com/ethyca/fideslang, "Dataset"
/// @return InvalidArgument with file, line and cause.
[[nodiscard]] Result<Draft> import_fides(const FidesOrder& order);

}  // namespace rightful::catalog
