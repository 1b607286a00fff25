/// @file
/// A dataset of kind `manual` as the frozen catalog of a request describes it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "rightful/catalog/catalog.hpp"

namespace rightful::store {
class Transaction;
}

namespace rightful::exporting {

/// The pointers are into the catalog beside them.
struct ManualDataset {
  catalog::Catalog catalog;
  const catalog::Dataset* dataset = nullptr;
  const catalog::ManualSettings* settings = nullptr;

  [[nodiscard]] std::uint64_t max_bytes() const noexcept {
    return static_cast<std::uint64_t>(settings->max_mib) << 20U;
  }
};

/// @return nothing when the catalog has no such dataset, or one of another kind.
[[nodiscard]] std::optional<ManualDataset> find_manual_dataset(store::Transaction& transaction,
                                                               std::optional<std::int64_t> version,
                                                               const std::string& name);

}  // namespace rightful::exporting
