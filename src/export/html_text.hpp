/// @file
/// HTML for the pages of a package: escaped text and the frame that every page has. No script,
/// nothing from a network.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "rightful/core/clock.hpp"
#include "rightful/sources/record_sink.hpp"

#include "export/phrases.hpp"

namespace rightful::exporting {

/// Appends `text` so that it is only text, in content and in quoted attributes. C0 controls other
/// than tab and line ends become U+FFFD, because HTML has no way to write them. Characters that
/// turn the direction of what follows (U+202A–U+202E, U+2066–U+2069) are shown as `[U+202E]`.
void append_html(std::string& out, std::string_view text);

/// `<tag>text</tag>` and a line end. @param tag  one of ours, without attributes.
void append_element(std::string& out, std::string_view tag, std::string_view text);

/// `2026-01-02 03:04 UTC` for the eye, the exact instant in the element's attribute.
void append_time(std::string& out, Instant instant);

/// `14,000`, as the language writes it; as text, not yet HTML.
[[nodiscard]] std::string count_text(std::uint64_t count, const Phrases& phrases);
void append_count(std::string& out, std::uint64_t count, const Phrases& phrases);

/// `34.2 kB`, as the language writes it; thousands, not 1024.
void append_size(std::string& out, std::uint64_t bytes, const Phrases& phrases);

/// Where a page stands in the folder; decides how links begin.
enum class PageDepth : unsigned char { Root, OneDown };

struct PageFrame {
  std::string_view heading;  ///< the page's `<h1>`
  std::string_view part;     ///< what tells it from its neighbours in the title; may be empty
  PageDepth depth = PageDepth::OneDown;
};

/// Doctype to `<h1>`: language and its direction, title, style sheet, skip link, way back to the
/// overview, beginning of `<main>`.
void append_page_begin(std::string& out, const Phrases& phrases, const PageFrame& frame);
void append_page_end(std::string& out);

/// A caption that repeats the heading above it is there for those who do not see the heading.
enum class Caption : unsigned char { Shown, Hidden };

/// How a column of a table stands: texts wrap, long texts are given room, times stay in one line,
/// numbers stand digit under digit. A class of the table says so, and no cell of its own.
enum class ColumnLook : unsigned char { Text, Long, Whole, Number };

/// The style sheet knows looks for so many columns.
inline constexpr std::size_t kMaxColumnLooks = 7;

/// Of a column of records. @param column  a code or a masked value is text, whatever its kind.
[[nodiscard]] ColumnLook look_of(const sources::ColumnHead& column);

struct TableFrame {
  std::string_view text;              ///< unique on its page
  std::span<const ColumnLook> looks;  ///< at most kMaxColumnLooks, in the order of the columns
  Caption caption = Caption::Shown;
};

/// Begins a table in a region of its own that scrolls and can be reached with the keyboard.
void append_table_begin(std::string& out, const TableFrame& frame);
void append_table_end(std::string& out);
void append_column_head(std::string& out, std::string_view head);

/// The one style sheet, `style.css`: readable on paper, on a telephone and in the dark.
[[nodiscard]] std::string_view style_sheet();

}  // namespace rightful::exporting
