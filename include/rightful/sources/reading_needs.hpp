/// @file
/// What a process must still be able to reach once all sources of a catalog are open: the rest may
/// be taken away from it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "rightful/catalog/catalog.hpp"
#include "rightful/sources/account_reader.hpp"

namespace rightful::sources {

struct ReadingNeeds {
  std::vector<std::filesystem::path> folders;  ///< of sources of kind files, with all below
  /// TCP ports of sources of kind s3 and http, which connect for every object and page; databases
  /// keep the connection that they have. No port twice.
  std::vector<std::uint16_t> ports;
};

/// @param locations  as AccountReader::open had them: it has succeeded.
[[nodiscard]] ReadingNeeds needs_of(const catalog::Catalog& catalog,
                                    const SourceLocations& locations);

}  // namespace rightful::sources
