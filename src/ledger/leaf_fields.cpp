#include "ledger/leaf_fields.hpp"

#include <algorithm>

namespace rightful::ledger {

std::string_view field_of(const Leaf& leaf, std::string_view name) {
  const auto found = std::ranges::find(leaf.fields, name, [](const auto& f) { return f.first; });
  return found == leaf.fields.end() ? std::string_view() : found->second.text;
}

std::uint64_t integer_of(const Leaf& leaf, std::string_view name) {
  const auto found = std::ranges::find(leaf.fields, name, [](const auto& f) { return f.first; });
  return found == leaf.fields.end() ? 0 : found->second.integer.value_or(0);
}

}  // namespace rightful::ledger
