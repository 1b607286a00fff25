#include "sources/odbc_text.hpp"

#include <cstdint>
#include <cstring>
#include <optional>

namespace rightful::sources {
namespace {

constexpr char32_t kLastPoint = 0x10FFFF;
constexpr char32_t kFirstAboveBmp = 0x10000;

bool is_surrogate(char32_t point) {
  return point >= 0xD800 && point <= 0xDFFF;
}

unsigned char byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

/// The code point at `at`, which is moved behind it; empty for what is not UTF-8.
std::optional<char32_t> next_point(std::string_view text, std::size_t& at) {
  const unsigned char first = byte_at(text, at++);
  if (first < 0x80) return first;
  const int more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
  if (first < 0xC2 || first > 0xF4 || at + static_cast<std::size_t>(more) > text.size()) {
    return std::nullopt;
  }
  char32_t point = first & (0x3FU >> static_cast<unsigned>(more));
  for (int i = 0; i < more; ++i) {
    const unsigned char next = byte_at(text, at++);
    if ((next & 0xC0U) != 0x80U) return std::nullopt;
    point = (point << 6U) | (next & 0x3FU);
  }
  constexpr char32_t kSmallest[] = {0, 0x80, 0x800, kFirstAboveBmp};
  if (point < kSmallest[more] || point > kLastPoint || is_surrogate(point)) return std::nullopt;
  return point;
}

void append_utf8(char32_t point, std::string& out) {
  const auto put = [&](char32_t byte) {
    out += static_cast<char>(static_cast<unsigned char>(byte));
  };
  if (point < 0x80) return put(point);
  if (point < 0x800) {
    put(0xC0U | (point >> 6U));
  } else if (point < kFirstAboveBmp) {
    put(0xE0U | (point >> 12U));
    put(0x80U | ((point >> 6U) & 0x3FU));
  } else {
    put(0xF0U | (point >> 18U));
    put(0x80U | ((point >> 12U) & 0x3FU));
    put(0x80U | ((point >> 6U) & 0x3FU));
  }
  put(0x80U | (point & 0x3FU));
}

char16_t unit_at(std::string_view wide, std::size_t at) {
  char16_t unit = 0;
  std::memcpy(&unit, wide.data() + at, sizeof unit);
  return unit;
}

void append_unit(char32_t unit, std::string& out) {
  const auto value = static_cast<char16_t>(unit);
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  out.append(bytes, sizeof value);
}

}  // namespace

bool is_utf8(std::string_view text) noexcept {
  std::size_t at = 0;
  while (at < text.size()) {
    if (!next_point(text, at)) return false;
  }
  return true;
}

bool utf8_from(std::string_view wide, std::string& out) {
  out.clear();
  if (wide.size() % 2 != 0) return false;
  for (std::size_t at = 0; at < wide.size(); at += 2) {
    char32_t point = unit_at(wide, at);
    if (is_surrogate(point)) {
      at += 2;
      if (point > 0xDBFF || at >= wide.size()) return false;
      const char32_t low = unit_at(wide, at);
      if (low < 0xDC00 || low > 0xDFFF) return false;
      point = kFirstAboveBmp + ((point - 0xD800) << 10U) + (low - 0xDC00);
    }
    append_utf8(point, out);
  }
  return true;
}

std::string utf16_from(std::string_view text) {
  std::string out;
  std::size_t at = 0;
  while (at < text.size()) {
    const char32_t point = next_point(text, at).value_or(0xFFFD);
    if (point < kFirstAboveBmp) {
      append_unit(point, out);
    } else {
      append_unit(0xD800 + ((point - kFirstAboveBmp) >> 10U), out);
      append_unit(0xDC00 + ((point - kFirstAboveBmp) & 0x3FFU), out);
    }
  }
  return out;
}

}  // namespace rightful::sources
