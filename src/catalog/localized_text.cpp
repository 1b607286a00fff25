#include "rightful/catalog/localized_text.hpp"

namespace rightful::catalog {

const std::string& LocalizedText::in(std::string_view language) const {
  static const std::string kNone;
  if (const auto wanted = by_language_.find(language); wanted != by_language_.end()) {
    return wanted->second;
  }
  if (const auto english = by_language_.find("en"); english != by_language_.end()) {
    return english->second;
  }
  return by_language_.empty() ? kNone : by_language_.begin()->second;
}

}  // namespace rightful::catalog
