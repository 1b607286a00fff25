/// @file
/// Reads one entry of `datasets`: table, owners, fields. What concerns several datasets is in
/// catalog_reader.cpp.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rightful/catalog/catalog.hpp"

#include "catalog/facts_reader.hpp"
#include "catalog/node_reader.hpp"

namespace rightful::catalog {

/// What an entry is read against.
struct DatasetContext {
  const std::vector<std::string>& languages;
  const std::vector<Source>& sources;
  const Facts& defaults;

  /// nullptr when there is none.
  [[nodiscard]] const Source* find_source(std::string_view name) const;
};

/// Empty when it has no usable name; everything else is reported and left empty.
[[nodiscard]] std::optional<Dataset> read_dataset(const YamlNode& node,
                                                  Problems& problems,
                                                  const DatasetContext& context);

}  // namespace rightful::catalog
