/// @file
/// Words in en, fr and de for the terms that catalogs use most, so that an author need not
/// translate them again. Not the vocabulary itself: any term may be used, with a title of its own.
#pragma once

#include <string_view>
#include <vector>

#include "rightful/catalog/localized_text.hpp"

namespace rightful::catalog {

/// Of a W3C DPV 2 term (dpv: purposes, pd: personal data). nullptr when we have no words for it.
[[nodiscard]] const LocalizedText* known_term(std::string_view name);

/// The names of all of them.
[[nodiscard]] std::vector<std::string_view> known_term_names();

/// GDPR Art. 15(1)(g): `the subject`, `use of the service`, `our own systems`, in en, fr, de, es,
/// it.
[[nodiscard]] const LocalizedText* known_origin(std::string_view name);

}  // namespace rightful::catalog
