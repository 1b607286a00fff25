/// @file
/// Reads one entry of `sources`: its kind, and the keys of that kind.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rightful/catalog/catalog.hpp"

#include "catalog/node_reader.hpp"

namespace rightful::catalog {

/// Empty when the kind is unknown; everything else is reported and left empty.
[[nodiscard]] std::optional<Source> read_source(const std::string& name,
                                                const YamlNode& node,
                                                Problems& problems,
                                                const std::vector<std::string>& languages);

}  // namespace rightful::catalog
