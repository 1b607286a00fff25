/// @file
/// The keys of the fideslang taxonomy as W3C DPV terms.
#pragma once

#include <string_view>

namespace rightful::catalog {

/// Of a data category: `user.contact.email` → `EmailAddress`. A key that is finer than the table
/// takes the term of the nearest one above it: `user.contact.email.work`. Empty = not known.
[[nodiscard]] std::string_view dpv_category_of(std::string_view fideslang_key);

/// Of a data use: `marketing.advertising` → `Advertising`. The same rules.
[[nodiscard]] std::string_view dpv_purpose_of(std::string_view fideslang_key);

}  // namespace rightful::catalog
