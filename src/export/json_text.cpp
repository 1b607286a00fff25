#include "export/json_text.hpp"

#include <algorithm>
#include <array>

#include "rightful/core/check.hpp"

#include "export/byte_scan.hpp"

namespace rightful::exporting {

namespace {

using sources::ValueKind;

constexpr std::string_view kHexDigits = "0123456789abcdef";

void append_escaped(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default: {
      const auto byte = static_cast<unsigned char>(c);
      out += "\\u00";
      out += kHexDigits[byte >> 4U];
      out += kHexDigits[byte & 15U];
    }
  }
}

constexpr std::array<bool, 256> kSpecial = [] {
  std::array<bool, 256> special{};
  for (std::size_t c = 0; c < 0x20; ++c)
    special.at(c) = true;
  special.at('"') = true;
  special.at('\\') = true;
  return special;
}();

auto special_bytes(ByteBlock b) {
  return (b < 0x20) | (b == '"') | (b == '\\');
}

void append_quoted(std::string& out, std::string_view text) {
  const std::size_t begin = out.size();
  const std::size_t end = begin + text.size() + 2;
  // The size that libstdc++ 12 hands back here is the capacity.
  out.resize_and_overwrite(end, [&](char* data, std::size_t /*capacity*/) {
    data[begin] = '"';
    text.copy(data + begin + 1, text.size());
    data[end - 1] = '"';
    return end;
  });
}

/// `NaN` and the infinities are no JSON numbers.
bool is_json_number(std::string_view text) {
  return !text.empty() &&
         (text[0] == '-' ? text.size() > 1 && text[1] != 'I' : text[0] >= '0' && text[0] <= '9');
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  if (plain_length(text, kSpecial, special_bytes) == text.size()) return append_quoted(out, text);
  out += '"';
  while (!text.empty()) {
    const std::size_t plain = plain_length(text, kSpecial, special_bytes);
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    append_escaped(out, text.front());
    text.remove_prefix(1);
  }
  out += '"';
}

void append_json_value(std::string& out, const sources::Value& value) {
  switch (value.kind) {
    case ValueKind::Null:
      out += "null";
      return;
    case ValueKind::Boolean:
    case ValueKind::Integer:
    case ValueKind::Json:
      out += value.text;
      return;
    case ValueKind::Double:
      if (is_json_number(value.text)) {
        out += value.text;
      } else {
        append_json_string(out, value.text);
      }
      return;
    case ValueKind::Decimal:
    case ValueKind::Text:
    case ValueKind::Instant:
    case ValueKind::DateTime:
    case ValueKind::Date:
    case ValueKind::Time:
    case ValueKind::Interval:
    case ValueKind::Bytes:
    case ValueKind::Uuid:
      append_json_string(out, value.text);
      return;
    case ValueKind::Redacted:
      out += R"({"@redacted":true})";
      return;
    case ValueKind::Pseudonym:
      out += R"({"@person":)";
      out += value.text;
      out += '}';
      return;
  }
}

void append_owner(std::string& out,
                  std::span<const std::string_view> owners,
                  std::string_view account) {
  RIGHTFUL_CHECK(!owners.empty());
  if (owners.size() == 1) {
    append_json_string(out, owners.front());
    return;
  }
  // Without the account among them the list is written as it is, so that the independent check sees
  // what came.
  const bool is_shared = std::ranges::find(owners, account) != owners.end();
  out += '[';
  for (std::size_t i = 0; i < owners.size(); ++i) {
    if (i != 0) out += ',';
    append_json_string(
        out, is_shared && owners[i] != account ? std::string_view("another person") : owners[i]);
  }
  out += ']';
}

}  // namespace rightful::exporting
