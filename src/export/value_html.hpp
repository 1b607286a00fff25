/// @file
/// One value as HTML for people: text escaped, codes explained, times and periods in a readable
/// form, nothing removed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "rightful/catalog/catalog.hpp"
#include "rightful/sources/record_sink.hpp"

#include "export/phrases.hpp"

namespace rightful::exporting {

/// Binary values longer than this are named with their size on pages; the data file holds them.
inline constexpr std::size_t kMaxShownBase64 = 120;

/// What stands where a record names an object.
struct PageObject {
  std::string entry_name;  ///< in the package; empty = the object is missing
  std::uint64_t size = 0;  ///< bytes
};

/// Appends one value. No object: see append_html_object.
void append_html_value(std::string& out,
                       const Phrases& phrases,
                       const catalog::Field& field,
                       const sources::Value& value);

/// Appends player or picture, and a link with kind and size.
/// @param name  what it is, for those who cannot see it: `Recording 12`.
void append_html_object(std::string& out,
                        const Phrases& phrases,
                        const PageObject& object,
                        std::string_view name);

/// Whether some character is outside ASCII, so that the value may need a direction of its own.
[[nodiscard]] bool has_wide_characters(std::string_view text);

}  // namespace rightful::exporting
