/// @file
/// Reads what the law wants said: the controller, and the Art. 15(1) facts of a dataset.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rightful/catalog/catalog.hpp"

#include "catalog/node_reader.hpp"

namespace rightful::catalog {

/// What a dataset says of itself, or `defaults` says for all. Absent = not said here.
struct Facts {
  std::optional<std::vector<Term>> purposes;
  std::optional<std::vector<Term>> categories;
  std::optional<std::vector<Recipient>> recipients;
  std::optional<Retention> retention;
  const YamlNode* retention_node = nullptr;
  std::optional<LocalizedText> origin;
};

[[nodiscard]] Controller read_controller(const YamlNode& node, Problems& problems);

/// Reads the keys `purposes`, `categories`, `recipients`, `retention`, `origin` where they stand.
[[nodiscard]] Facts read_facts(const MappingReader& mapping,
                               Problems& problems,
                               const std::vector<std::string>& languages);

}  // namespace rightful::catalog
