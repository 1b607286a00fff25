/// @file
/// The files of a catalog, and what the environment says of its sources.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "rightful/catalog/catalog.hpp"
#include "rightful/core/result.hpp"
#include "rightful/sources/account_reader.hpp"

namespace rightful::app {

/// @param place  a file; a folder, whose *.yaml and *.yml are taken in the order of their names;
///               or several of both with commas between them. The folder `translations` beside the
///               first file is read too: words of the package in further languages.
/// @return NotFound, LimitExceeded over 4 MiB in all, InvalidArgument for a folder without files.
[[nodiscard]] Result<std::vector<catalog::CatalogFile>> read_catalog_files(
    const std::filesystem::path& place);

/// What the variables of all sources hold; those that are not set are left out.
[[nodiscard]] sources::SourceLocations locations_of(const catalog::Catalog& catalog,
                                                    const std::vector<std::string>& environment);

/// Writes a file that a program made and a person will work on. The same content again is no error.
/// @return Conflict when a file with other content stands there.
[[nodiscard]] Result<void> write_new_file(const std::filesystem::path& file,
                                          const std::string& content);

}  // namespace rightful::app
