/// @file
/// Words for further languages: what a catalog must bring along for a language that is not built
/// in, and the file to begin a translation with.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rightful/catalog/catalog.hpp"

namespace rightful::exporting {

/// Every language that the controller offers is en, fr, de or has all its words in the catalog.
/// @return what is missing, ready to be shown to the operator; empty = all is there.
[[nodiscard]] std::vector<std::string> check_translations(const catalog::Catalog& catalog);

/// `translations/es.yaml`, beside the catalog.
[[nodiscard]] std::string translation_file(std::string_view language);

/// The built-in words as such a file. @param language  en, fr or de; English for anything else.
/// Format  docs/catalog.md, "Languages"
[[nodiscard]] std::string_view phrase_template(std::string_view language);

}  // namespace rightful::exporting
