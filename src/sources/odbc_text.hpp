/// @file
/// UTF-8 and UTF-16 as ODBC drivers give them.
#pragma once

#include <string>
#include <string_view>

namespace rightful::sources {

/// Whether `text` is UTF-8 throughout: no overlong forms, no surrogates, nothing above U+10FFFF.
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

/// @param wide  UTF-16 in the machine's byte order. @param out  is replaced.
/// @return false for a lone surrogate or an odd number of bytes.
[[nodiscard]] bool utf8_from(std::string_view wide, std::string& out);

/// @param text  UTF-8 (checked before). @return the bytes of UTF-16 in the machine's order.
[[nodiscard]] std::string utf16_from(std::string_view text);

}  // namespace rightful::sources
