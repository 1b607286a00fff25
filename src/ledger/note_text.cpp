#include "ledger/note_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "ledger/text_form.hpp"

namespace rightful::ledger {

namespace {

constexpr char32_t kNoCharacter = 0xFFFFFFFF;
constexpr std::size_t kIdDigits = 8;

std::uint8_t byte_at(std::string_view text, std::size_t index) noexcept {
  return index < text.size() ? static_cast<std::uint8_t>(text[index]) : 0;
}

// Takes one character from the front (Unicode 15, table 3-7); kNoCharacter when it is malformed.
char32_t take_character(std::string_view& text) noexcept {
  const std::uint8_t first = byte_at(text, 0);
  std::size_t size = 1;
  char32_t value = first;
  char32_t smallest = 0;
  if (first >= 0x80) {
    if (first >= 0xC2 && first <= 0xDF) {
      size = 2, value = first & 0x1FU, smallest = 0x80;
    } else if (first >= 0xE0 && first <= 0xEF) {
      size = 3, value = first & 0x0FU, smallest = 0x800;
    } else if (first >= 0xF0 && first <= 0xF4) {
      size = 4, value = first & 0x07U, smallest = 0x10000;
    } else {
      return kNoCharacter;
    }
  }
  for (std::size_t index = 1; index < size; ++index) {
    const std::uint8_t next = byte_at(text, index);
    if ((next & 0xC0U) != 0x80) return kNoCharacter;
    value = (value << 6U) | (next & 0x3FU);
  }
  if (value < smallest || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) {
    return kNoCharacter;
  }
  text.remove_prefix(size);
  return value;
}

// The property White_Space.
bool is_space(char32_t c) noexcept {
  constexpr std::array<char32_t, 10> kSingle{
      0x20, 0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000, 0x0B};
  return (c >= 0x09 && c <= 0x0D) || (c >= 0x2000 && c <= 0x200A) ||
         std::ranges::find(kSingle, c) != kSingle.end();
}

template <class Predicate>
bool all_characters(std::string_view text, Predicate predicate) noexcept {
  while (!text.empty()) {
    const char32_t c = take_character(text);
    if (c == kNoCharacter || !predicate(c)) return false;
  }
  return true;
}

std::unexpected<Error> no_vkey() {
  return fail(ErrorCode::InvalidArgument,
              "not a verifier key: <name>+<8 hexadecimal digits>+<base64> is expected");
}

}  // namespace

bool is_note_text(std::string_view text) noexcept {
  return all_characters(text, [](char32_t c) { return c >= 0x20 || c == '\n'; });
}

bool is_key_name(std::string_view name) noexcept {
  return !name.empty() && all_characters(name, [](char32_t c) {
    return c > 0x20 && c != 0x7F && c != '+' && !is_space(c);
  });
}

Result<VkeyParts> parse_vkey(std::string_view vkey) {
  const std::size_t first = vkey.find('+');
  if (first == std::string_view::npos) return no_vkey();
  const std::size_t second = vkey.find('+', first + 1);
  if (second == std::string_view::npos) return no_vkey();
  VkeyParts parts{.name = vkey.substr(0, first), .id = 0, .kind = {}, .key = {}};
  const std::string_view id = vkey.substr(first + 1, second - first - 1);
  auto key = from_base64(vkey.substr(second + 1));
  // One byte of kind and a key.
  if (!is_key_name(parts.name) || !is_lower_hex(id, kIdDigits) || !key || key->size() < 2) {
    return no_vkey();
  }
  std::from_chars(id.data(), id.data() + id.size(), parts.id, 16);
  parts.kind = key->front();
  parts.key.assign(key->begin() + 1, key->end());
  return parts;
}

std::optional<std::uint64_t> parse_decimal(std::string_view text) noexcept {
  std::uint64_t value = 0;
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const auto [stop, error] = std::from_chars(begin, end, value);
  if (error != std::errc() || stop != end || (text.size() > 1 && text.front() == '0')) {
    return std::nullopt;
  }
  return value;
}

}  // namespace rightful::ledger
