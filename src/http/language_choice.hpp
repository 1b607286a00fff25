/// @file
/// Which of our languages a browser asks for.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace rightful::http {

/// Format   RFC 9110 section 12.5.4; `de-AT` asks for `de` too, `*` for the first. What cannot be
///          understood is passed over.
/// @param accepted   the value of Accept-Language; may be empty. @param available  at least one, in
///                   lower case; the first is taken when nothing fits.
[[nodiscard]] const std::string& choose_language(std::string_view accepted,
                                                 std::span<const std::string> available);

}  // namespace rightful::http
