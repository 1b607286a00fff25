#include "export/value_html.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "export/html_text.hpp"
#include "export/media_list.hpp"
#include "export/period_text.hpp"

namespace rightful::exporting {

namespace {

using sources::ValueKind;

void append_quiet(std::string& out, std::string_view text) {
  out += "<i>";
  append_html(out, text);
  out += "</i>";
}

void append_masked(std::string& out, std::string_view text, std::string_view number) {
  out += "<i class=masked>";
  append_html(out, text);
  if (!number.empty()) out += ' ';
  out += number;
  out += "</i>";
}

/// `2024-02-29T12:00:00.5Z` as `2024-02-29 12:00:00.5 UTC`
void append_moment(std::string& out, std::string_view text) {
  constexpr std::size_t kDateChars = 10;
  const bool has_zone = text.ends_with('Z');
  out += text.substr(0, kDateChars);
  out += ' ';
  out += text.substr(kDateChars + 1, text.size() - kDateChars - (has_zone ? 2 : 1));
  if (has_zone) out += " UTC";
}

void append_bytes(std::string& out, const Phrases& phrases, std::string_view base64) {
  if (base64.size() <= kMaxShownBase64) {
    out += base64;
    return;
  }
  std::string text(phrases.binary);
  text += " (";
  const auto padding =
      static_cast<std::uint64_t>(std::ranges::count(base64.substr(base64.size() - 2), '='));
  std::string size;
  append_size(size, base64.size() / 4 * 3 - padding, phrases);
  out += "<i>";
  append_html(out, text);
  out += size;
  out += ")</i>";
}

void append_plain(std::string& out, const Phrases& phrases, const sources::Value& value) {
  switch (value.kind) {
    case ValueKind::Boolean:
      return append_html(out, value.text == "true" ? phrases.yes : phrases.no);
    case ValueKind::Instant:
    case ValueKind::DateTime:
      return append_moment(out, value.text);
    case ValueKind::Interval:
      return append_html(out, period_text(value.text, phrases));
    case ValueKind::Bytes:
      return append_bytes(out, phrases, value.text);
    case ValueKind::Null:
      return append_quiet(out, phrases.no_value);
    case ValueKind::Redacted:
      return append_masked(out, phrases.redacted, {});
    case ValueKind::Pseudonym:
      return append_masked(out, phrases.person, value.text);
    case ValueKind::Integer:
    case ValueKind::Decimal:
    case ValueKind::Double:
    case ValueKind::Date:
    case ValueKind::Time:
    case ValueKind::Uuid:
    case ValueKind::Text:
    case ValueKind::Json:
      return append_html(out, value.text);
  }
}

std::string_view file_name_of(std::string_view entry_name) {
  return entry_name.substr(entry_name.rfind('/') + 1);
}

void append_source(std::string& out, const PageObject& object) {
  out += "src=\"../";
  out += object.entry_name;  // made by media_name: nothing in it needs an escape
  out += '"';
}

}  // namespace

bool has_wide_characters(std::string_view text) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080U;
  std::size_t i = 0;
  for (; i + sizeof(std::uint64_t) <= text.size(); i += sizeof(std::uint64_t)) {
    std::uint64_t piece = 0;
    std::memcpy(&piece, text.data() + i, sizeof(piece));
    if ((piece & kHighBits) != 0) return true;
  }
  return std::any_of(
      text.begin() + static_cast<std::ptrdiff_t>(i), text.end(), [](char c) { return c < 0; });
}

void append_html_value(std::string& out,
                       const Phrases& phrases,
                       const catalog::Field& field,
                       const sources::Value& value) {
  const auto code = field.codes.empty() ? field.codes.end() : field.codes.find(value.text);
  const bool is_masked = value.kind == ValueKind::Null || value.kind == ValueKind::Redacted ||
                         value.kind == ValueKind::Pseudonym;
  if (is_masked || code == field.codes.end()) return append_plain(out, phrases, value);
  append_html(out, code->second.in(phrases.language));
  out += " (";
  append_html(out, value.text);
  out += ')';
}

void append_html_object(std::string& out,
                        const Phrases& phrases,
                        const PageObject& object,
                        std::string_view name) {
  if (object.entry_name.empty()) return append_quiet(out, phrases.missing_file);
  const std::string_view file = file_name_of(object.entry_name);
  const MediaKind kind = media_kind_of(file.substr(file.rfind('.') + 1));
  if (kind == MediaKind::Image) {
    out += "<img loading=lazy alt=\"";
    append_html(out, name);
    out += "\" ";
    append_source(out, object);
    out += '>';
  } else if (kind != MediaKind::Other) {
    const std::string_view player = kind == MediaKind::Audio ? "audio" : "video";
    out += fmt::format("<{} controls preload=none aria-label=\"", player);
    append_html(out, name);
    out += "\" ";
    append_source(out, object);
    out += fmt::format("></{}>", player);
  }
  out += "<a href=\"../";
  out += object.entry_name;
  out += "\">";
  append_html(out, phrases.open_file);
  out += " (";
  out += file;
  out += ", ";
  append_size(out, object.size, phrases);
  out += ")</a>";
}

}  // namespace rightful::exporting
