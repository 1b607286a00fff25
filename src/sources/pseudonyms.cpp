#include "sources/pseudonyms.hpp"

namespace rightful::sources {

std::string_view Pseudonyms::number_of(std::string_view value) {
  const auto [entry, is_new] = numbers_.try_emplace(std::string(value));
  if (is_new) entry->second = std::to_string(numbers_.size());
  return entry->second;
}

}  // namespace rightful::sources
