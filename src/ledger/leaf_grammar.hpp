/// @file
/// The grammar of a leaf: restricted RFC 8785 JSON, in which a value has exactly one form. Knows no
/// field names.
#pragma once

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "rightful/ledger/leaf.hpp"

namespace rightful::ledger {

struct LeafMember {
  std::string_view key;
  LeafValue value;  ///< when it is no object
  bool is_object = false;
  std::vector<std::pair<std::string_view, LeafValue>> fields;  ///< when it is one
};

/// @return the members in their order, or empty when the text is not exactly one object of the
/// grammar.
[[nodiscard]] std::optional<std::vector<LeafMember>> parse_grammar(std::string_view text);

}  // namespace rightful::ledger
