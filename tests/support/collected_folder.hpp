/// @file
/// Records that a test makes up, collected by the real collector into a real inner ZIP, and
/// unpacked by `unzip`: what a person would have in the folder.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rightful/catalog/catalog.hpp"
#include "rightful/sources/record_sink.hpp"

namespace rightful::exporting::testing {

/// A value with its own text.
struct MadeValue {
  sources::ValueKind kind = sources::ValueKind::Null;
  std::string text = {};
};

struct MadeRecord {
  std::vector<MadeValue> values;                ///< one a column
  std::vector<std::string> owners = {"acc-1"};  ///< the account is `acc-1`
};

/// A dataset of the catalog with its records.
struct MadeDataset {
  std::string name;
  std::vector<sources::ValueKind> kinds;  ///< of the delivered fields, in the catalog's order
  std::uint64_t rows = 0;
  std::function<MadeRecord(std::uint64_t number)> record;  ///< number from 1
};

/// Content of an object by its reference; nullopt = it is missing.
using MadeObject = std::function<std::optional<std::string>(const std::string& reference)>;

/// Writes datasets (those that are not given are empty), objects and summaries below `folder`.
/// @param catalog  has passed check_translations().
void collect_folder(const catalog::Catalog& catalog,
                    std::string_view language,
                    const std::vector<MadeDataset>& datasets,
                    const MadeObject& object,
                    const std::filesystem::path& folder);

/// Every file below `folder`: path from there → content.
[[nodiscard]] std::map<std::string, std::string> files_in(const std::filesystem::path& folder);

}  // namespace rightful::exporting::testing
