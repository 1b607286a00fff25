#include "export/manual_dataset.hpp"

#include <utility>
#include <variant>

#include "rightful/store/catalog_versions.hpp"
#include "rightful/store/transaction.hpp"

namespace rightful::exporting {

std::optional<ManualDataset> find_manual_dataset(store::Transaction& transaction,
                                                 std::optional<std::int64_t> version,
                                                 const std::string& name) {
  if (!version) return std::nullopt;
  const auto stored = store::catalog_versions::find(transaction, *version);
  if (!stored) return std::nullopt;
  auto parsed = catalog::Catalog::parse(stored->content, "catalog");
  if (!parsed) return std::nullopt;
  ManualDataset found{*std::move(parsed), nullptr, nullptr};
  found.dataset = found.catalog.find_dataset(name);
  if (found.dataset == nullptr) return std::nullopt;
  const auto* source = found.catalog.find_source(found.dataset->source);
  if (source == nullptr) return std::nullopt;
  found.settings = std::get_if<catalog::ManualSettings>(&source->settings);
  if (found.settings == nullptr) return std::nullopt;
  return found;
}

}  // namespace rightful::exporting
