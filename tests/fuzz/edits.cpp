#include "tests/fuzz/edits.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace rightful::fuzz {
namespace {

constexpr std::size_t kMaxEdits = 64;
constexpr std::size_t kMaxInsert = 64;
constexpr std::size_t kCopySize = 8;

std::optional<std::int32_t> take_number(std::string_view& rest) {
  if (!rest.starts_with(' ')) return std::nullopt;
  rest.remove_prefix(1);
  std::int32_t value = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
  if (error != std::errc{}) return std::nullopt;
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  return value;
}

std::optional<EditTarget> take_target(std::string_view& rest) {
  if (rest.size() < 2 || rest[1] != ':') return EditTarget{};
  const char letter = rest.front();
  rest.remove_prefix(2);
  if (letter == 'i') return EditTarget{.layer = EditTarget::Layer::Inner};
  if (letter < '0' || letter > '9') return std::nullopt;
  return EditTarget{.layer = EditTarget::Layer::Entry,
                    .entry = static_cast<std::size_t>(letter - '0')};
}

std::optional<Edit> parse_line(std::string_view line) {
  const auto target = take_target(line);
  if (!target || line.empty()) return std::nullopt;
  Edit edit{.target = *target, .kind = line.front()};
  line.remove_prefix(1);
  const auto offset = take_number(line);
  const auto value = take_number(line);
  if (!offset || !value || !line.empty()) return std::nullopt;
  edit.offset = *offset;
  edit.value = *value;
  return edit;
}

/// Somewhere in a file of `size` > 0 bytes.
std::size_t wrap(std::int64_t offset, std::size_t size) {
  const auto limit = static_cast<std::int64_t>(size);
  return static_cast<std::size_t>(((offset % limit) + limit) % limit);
}

void copy_part(Bytes& bytes, std::size_t at, std::size_t from) {
  const std::size_t size = std::min({kCopySize, bytes.size() - at, bytes.size() - from});
  const Bytes part(bytes.begin() + static_cast<std::ptrdiff_t>(from),
                   bytes.begin() + static_cast<std::ptrdiff_t>(from + size));
  std::ranges::copy(part, bytes.begin() + static_cast<std::ptrdiff_t>(at));
}

void set_number(Bytes& bytes, std::size_t at, std::uint32_t value) {
  for (std::size_t i = at; i < std::min(at + 4, bytes.size()); ++i, value >>= 8U)
    bytes[i] = static_cast<std::byte>(value & 0xFFU);
}

void insert_word(Bytes& bytes, std::size_t at, std::size_t word) {
  const ByteView text = as_bytes(words()[word]);
  bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(at), text.begin(), text.end());
}

void apply(const Edit& edit, Bytes& bytes) {
  const std::size_t at = wrap(edit.offset, bytes.size());
  const auto place = bytes.begin() + static_cast<std::ptrdiff_t>(at);
  const auto value = static_cast<std::byte>(edit.value & 0xFF);
  const std::size_t count = std::min(wrap(edit.value, kMaxInsert + 1), kMaxInsert);
  switch (edit.kind) {
    case 's':
      *place = value;
      break;
    case 'x':
      *place ^= value;
      break;
    case 'i':
      bytes.insert(place, count, std::byte{0});
      break;
    case 't':
      bytes.resize(at);
      break;
    case 'z':
      bytes.erase(place, place + static_cast<std::ptrdiff_t>(std::min(count, bytes.size() - at)));
      break;
    case 'c':
      copy_part(bytes, at, wrap(edit.value, bytes.size()));
      break;
    case 'd':
      set_number(bytes, at, static_cast<std::uint32_t>(edit.value));
      break;
    case 'w':
      insert_word(bytes, at, wrap(edit.value, words().size()));
      break;
    default:
      break;
  }
}

}  // namespace

const std::vector<std::string_view>& words() {
  static const std::vector<std::string_view> kWords = {
      "\"@owner\":\"A-1\",",
      "\"@owner\":\"A-2\",",
      "\"@owner\":[\"A-1\",\"another person\"],",
      "\"@owner\":[],",
      "\"\\u0040owner\":\"A-1\",",
      "{\"@owner\":\"A-1\"},",
      "{\"@owner\":\"A-2\"},",
      "[",
      "]",
      "{",
      "}",
      "\"",
      "\\",
      ",",
      ":",
      "null",
      "true",
      "0",
      "9",
      "-",
      "18446744073709551616",
      "\\ud800",
      "\\u0000",
      "\xC0\x80",
      "\xF4\x90\x80\x80",
      "\"rows\":2,",
      "\"records\":2,",
      "\"owner\":\"A-2\",",
      "{\"name\":\"x\",\"size\":0,\"sha256\":\"\",\"kind\":\"page\"},",
      "../",
      "A",
      "\n",
      "PK\x01\x02",
      "PK\x03\x04",
      "PK\x05\x06",
      "PK\x07\x08",
      "PK\x06\x06",
      "PK\x06\x07",
      "RIGHTFUL-CANARY-",
      "RIGHTFUL-CANARY-R6NZ0E1RQP1RZ30YP3ZCTPQX"};  // of the account A-2
  return kWords;
}

std::vector<Edit> parse_edits(std::string_view script) {
  std::vector<Edit> edits;
  for (std::size_t lines = 0; lines < kMaxEdits && !script.empty(); ++lines) {
    const std::size_t end = std::min(script.find('\n'), script.size());
    if (const auto edit = parse_line(script.substr(0, end))) edits.push_back(*edit);
    script.remove_prefix(std::min(end + 1, script.size()));
  }
  return edits;
}

Bytes edited(Bytes base, const std::vector<Edit>& script, const EditTarget& target) {
  for (const Edit& edit : script) {
    if (edit.target == target && !base.empty()) apply(edit, base);
  }
  return base;
}

}  // namespace rightful::fuzz
