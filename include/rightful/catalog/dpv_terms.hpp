/// @file
/// Which names are terms of the W3C's Data Privacy Vocabulary 2.3. A catalog may use others too;
/// they are then described, not linked.
#pragma once

#include <string_view>

namespace rightful::catalog {

/// `ServiceProvision`: a purpose, https://w3id.org/dpv#ServiceProvision
[[nodiscard]] bool is_dpv_purpose(std::string_view name);

/// `EmailAddress`: a category of personal data, https://w3id.org/dpv/pd#EmailAddress
[[nodiscard]] bool is_dpv_personal_data(std::string_view name);

}  // namespace rightful::catalog
