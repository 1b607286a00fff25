/// @file
/// Several catalog files as one text, and back.
#pragma once

#include <string_view>
#include <vector>

#include "rightful/catalog/catalog.hpp"

namespace rightful::catalog {

/// The files of a text that bundle() made, at least one; any other text is one file of that name.
[[nodiscard]] std::vector<CatalogFile> unbundle(std::string_view text, std::string_view file_name);

}  // namespace rightful::catalog
