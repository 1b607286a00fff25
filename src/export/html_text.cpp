#include "export/html_text.hpp"

#include <array>

#include <fmt/format.h>

#include "rightful/core/check.hpp"

#include "export/byte_scan.hpp"

namespace rightful::exporting {

namespace {

using sources::ValueKind;

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

/// Bytes at which append_html has to look closer; 0xE2 may begin a character that turns direction.
constexpr std::array<bool, 256> kSpecial = [] {
  std::array<bool, 256> special{};
  for (std::size_t c = 0; c < 0x20; ++c)
    special.at(c) = c != '\t' && c != '\n' && c != '\r';
  for (const char c : std::string_view("&<>\"'"))
    special.at(static_cast<unsigned char>(c)) = true;
  special.at(0x7F) = true;
  special.at(0xE2) = true;
  return special;
}();

/// The same for sixteen bytes; a tab or line end is looked at closer, which costs nothing but time.
auto special_bytes(ByteBlock b) {
  return (b < 0x20) | (b == '&') | (b == '<') | (b == '>') | (b == '"') | (b == '\'') |
         (b == 0x7F) | (b == 0xE2);
}

struct Escape {
  std::string_view text;
  std::size_t length;  ///< of what it replaces; 0 = the byte stays
};

std::string_view name_of_turn(unsigned char second, unsigned char third) {
  constexpr std::array<std::string_view, 5> kEmbeddings{
      "[U+202A]", "[U+202B]", "[U+202C]", "[U+202D]", "[U+202E]"};
  constexpr std::array<std::string_view, 4> kIsolates{
      "[U+2066]", "[U+2067]", "[U+2068]", "[U+2069]"};
  if (second == 0x80 && third >= 0xAA && third <= 0xAE) return kEmbeddings.at(third - 0xAAU);
  if (second == 0x81 && third >= 0xA6 && third <= 0xA9) return kIsolates.at(third - 0xA6U);
  return {};
}

Escape escape_at(std::string_view rest) {
  switch (rest.front()) {
    case '&':
      return {"&amp;", 1};
    case '<':
      return {"&lt;", 1};
    case '>':
      return {"&gt;", 1};
    case '"':
      return {"&quot;", 1};
    case '\'':
      return {"&#39;", 1};
    case '\xE2': {
      if (rest.size() < 3) return {{}, 0};
      const auto name =
          name_of_turn(static_cast<unsigned char>(rest[1]), static_cast<unsigned char>(rest[2]));
      return {name, name.empty() ? 0U : 3U};
    }
    default:
      return {kReplacement, 1};
  }
}

// `file:` beside 'self', because pages are opened from an unpacked folder, whose origin is opaque.
constexpr std::string_view kPolicy =
    "default-src 'none'; style-src 'self' file:; img-src 'self' file:; media-src 'self' file:; "
    "base-uri 'none'; form-action 'none'";

/// ` class="n1 w2"`: the first column holds numbers, the second stays in one line.
void append_looks(std::string& out, std::span<const ColumnLook> looks) {
  std::string classes;
  for (std::size_t i = 0; i < looks.size(); ++i) {
    if (looks[i] == ColumnLook::Text) continue;
    const char look = looks[i] == ColumnLook::Number  ? 'n'
                      : looks[i] == ColumnLook::Whole ? 'w'
                                                      : 'l';
    classes += fmt::format("{}{}{}", classes.empty() ? "" : " ", look, i + 1);
  }
  if (!classes.empty()) out += fmt::format(" class=\"{}\"", classes);
}

}  // namespace

void append_html(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const std::size_t plain = plain_length(text, kSpecial, special_bytes);
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) return;
    const Escape escape = escape_at(text);
    out += escape.length == 0 ? text.substr(0, 1) : escape.text;
    text.remove_prefix(escape.length == 0 ? 1 : escape.length);
  }
}

void append_element(std::string& out, std::string_view tag, std::string_view text) {
  out += '<';
  out += tag;
  out += '>';
  append_html(out, text);
  out += "</";
  out += tag;
  out += ">\n";
}

void append_time(std::string& out, Instant instant) {
  const std::string exact = format_rfc3339(instant);
  const std::string_view text = exact;
  out += fmt::format("<time dir=\"ltr\" datetime=\"{}\">{} {} UTC</time>",
                     exact,
                     text.substr(0, 10),
                     text.substr(11, 5));
}

std::string count_text(std::uint64_t count, const Phrases& phrases) {
  const std::string digits = std::to_string(count);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += phrases.thousands;
    text += digits[i];
  }
  return text;
}

void append_count(std::string& out, std::uint64_t count, const Phrases& phrases) {
  append_html(out, count_text(count, phrases));
}

void append_size(std::string& out, std::uint64_t bytes, const Phrases& phrases) {
  if (bytes < 1000) {
    append_count(out, bytes, phrases);
    out += ' ';
    return append_html(out, phrases.size_bytes);
  }
  std::uint64_t unit = 1000;
  std::string_view name = phrases.size_kb;
  if (bytes >= 1'000'000) {
    unit = 1'000'000;
    name = phrases.size_mb;
  }
  if (bytes >= 1'000'000'000) {
    unit = 1'000'000'000;
    name = phrases.size_gb;
  }
  append_count(out, bytes / unit, phrases);
  append_html(out, phrases.decimal_point);
  out += std::to_string(bytes % unit / (unit / 10));
  out += ' ';
  append_html(out, name);
}

void append_page_begin(std::string& out, const Phrases& phrases, const PageFrame& frame) {
  const bool is_root = frame.depth == PageDepth::Root;
  out += "<!doctype html>\n<html lang=\"";
  append_html(out, phrases.language);
  out += "\" dir=\"";
  append_html(out, phrases.direction);
  out +=
      "\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"";
  out += kPolicy;
  out += "\">\n<meta name=\"referrer\" content=\"no-referrer\">\n<title>";
  append_html(out, frame.heading);
  if (!frame.part.empty()) {
    out += " – ";
    append_html(out, frame.part);
  }
  out += "</title>\n<link rel=\"stylesheet\" href=\"";
  out += is_root ? "" : "../";
  out += "style.css\">\n</head>\n<body>\n<a class=\"skip\" href=\"#content\">";
  append_html(out, phrases.skip);
  out += "</a>\n";
  if (!is_root) {
    out += "<nav aria-label=\"";
    append_html(out, phrases.overview);
    out += "\"><a href=\"../index.html\">";
    append_html(out, phrases.to_overview);
    out += "</a></nav>\n";
  }
  out += "<main id=\"content\" tabindex=\"-1\">\n<h1>";
  append_html(out, frame.heading);
  out += "</h1>\n";
}

void append_page_end(std::string& out) {
  out += "</main>\n</body>\n</html>\n";
}

ColumnLook look_of(const sources::ColumnHead& column) {
  const catalog::Field& field = *column.field;
  const bool is_plain = field.third_party == catalog::ThirdParty::None ||
                        field.third_party == catalog::ThirdParty::Keep;
  if (!is_plain || field.attach || !field.codes.empty()) return ColumnLook::Text;
  switch (column.kind) {
    case ValueKind::Integer:
    case ValueKind::Decimal:
    case ValueKind::Double:
      return ColumnLook::Number;
    case ValueKind::Date:
    case ValueKind::Time:
    case ValueKind::DateTime:
    case ValueKind::Instant:
      return ColumnLook::Whole;
    case ValueKind::Text:
    case ValueKind::Json:
    case ValueKind::Boolean:
    case ValueKind::Interval:
    case ValueKind::Uuid:
    case ValueKind::Bytes:
    case ValueKind::Null:
    case ValueKind::Redacted:
    case ValueKind::Pseudonym:
      return ColumnLook::Text;
  }
  return ColumnLook::Text;
}

void append_table_begin(std::string& out, const TableFrame& frame) {
  RIGHTFUL_CHECK(frame.looks.size() <= kMaxColumnLooks);
  out += "<div class=\"table\" role=\"region\" tabindex=\"0\" aria-label=\"";
  append_html(out, frame.text);
  out += "\">\n<table";
  append_looks(out, frame.looks);
  out += ">\n<caption";
  if (frame.caption == Caption::Hidden) out += " class=\"unseen\"";
  out += '>';
  append_html(out, frame.text);
  out += "</caption>\n";
}

void append_table_end(std::string& out) {
  out += "</tbody>\n</table>\n</div>\n";
}

void append_column_head(std::string& out, std::string_view head) {
  out += "<th scope=\"col\">";
  append_html(out, head);
  out += "</th>";
}

}  // namespace rightful::exporting
