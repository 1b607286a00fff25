/// @file
/// What a dataset or a field is called in a package: its title in the package's language, else its
/// name.
#pragma once

#include <string_view>

#include "rightful/catalog/catalog.hpp"

#include "export/phrases.hpp"

namespace rightful::exporting {

/// @param item  a catalog::Dataset or catalog::Field; the text lives as long as it does.
template <class Item>
[[nodiscard]] std::string_view title_of(const Item& item, const Phrases& phrases) {
  const std::string& title = item.title.in(phrases.language);
  return title.empty() ? std::string_view(item.name) : std::string_view(title);
}

}  // namespace rightful::exporting
