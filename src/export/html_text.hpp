/// @file
/// HTML for the pages of a package: escaped text and the frame that every page has. No script,
/// nothing from a network.
#pragma once

#include <string>
#include <string_view>

#include "rightful/core/clock.hpp"

#include "export/phrases.hpp"

namespace rightful::exporting {

/// Appends `text` so that it is only text, in content and in quoted attributes. C0 controls other
/// than tab and line ends become U+FFFD, because HTML has no way to write them.
void append_html(std::string& out, std::string_view text);

/// `2026-01-02 03:04 UTC` for the eye, the exact instant in the element's attribute.
void append_time(std::string& out, Instant instant);

/// Where a page stands in the folder; decides how links begin.
enum class PageDepth : unsigned char { Root, OneDown };

/// Doctype to `<h1>`: language, title, style sheet, skip link, way back to the overview, beginning
/// of `<main>`.
void append_page_begin(std::string& out,
                       const Phrases& phrases,
                       std::string_view title,
                       PageDepth depth);
void append_page_end(std::string& out);

/// The one style sheet, `style.css`: readable on paper, on a telephone and in the dark.
[[nodiscard]] std::string_view style_sheet();

}  // namespace rightful::exporting
