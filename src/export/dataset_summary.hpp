/// @file
/// What became of one dataset; kept to the end for pages, index, manifest and ledger.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "rightful/catalog/catalog.hpp"
#include "rightful/sources/record_sink.hpp"

namespace rightful::exporting {

struct DatasetSummary {
  const catalog::Dataset* dataset = nullptr;
  std::vector<sources::ColumnHead> columns;
  std::uint64_t rows = 0;
  std::uint64_t objects = 0;
  std::uint64_t missing_objects = 0;
  std::uint64_t bytes = 0;  ///< of data and media, uncompressed
  std::uint64_t pages = 0;
  bool has_csv = false;  ///< the records stand in the package as CSV too
  std::map<std::string, std::uint64_t> redacted;
  std::map<std::string, std::uint64_t> pseudonymised;
};

}  // namespace rightful::exporting
