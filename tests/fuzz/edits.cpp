#include "tests/fuzz/edits.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>

namespace rightful::fuzz {
namespace {

constexpr int kMaxEdits = 64;
constexpr std::size_t kMaxInsert = 64;
constexpr std::size_t kCopySize = 8;

struct Edit {
  char kind = ' ';
  std::int32_t offset = 0;
  std::int32_t value = 0;
};

std::optional<std::int32_t> take_number(std::string_view& rest) {
  if (!rest.starts_with(' ')) return std::nullopt;
  rest.remove_prefix(1);
  std::int32_t value = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
  if (error != std::errc{}) return std::nullopt;
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  return value;
}

std::optional<Edit> parse_line(std::string_view line) {
  if (line.empty()) return std::nullopt;
  Edit edit{.kind = line.front()};
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

void apply(const Edit& edit, Bytes& bytes) {
  const std::size_t at = wrap(edit.offset, bytes.size());
  const auto place = bytes.begin() + static_cast<std::ptrdiff_t>(at);
  const auto value = static_cast<std::byte>(edit.value & 0xFF);
  const std::size_t count = std::min(wrap(edit.value, kMaxInsert + 1), kMaxInsert);
  if (edit.kind == 's') *place = value;
  if (edit.kind == 'x') *place ^= value;
  if (edit.kind == 'i') bytes.insert(place, count, std::byte{0});
  if (edit.kind == 't') bytes.resize(at);
  if (edit.kind == 'z') {
    const std::size_t removed = std::min(count, bytes.size() - at);
    bytes.erase(place, place + static_cast<std::ptrdiff_t>(removed));
  }
  if (edit.kind == 'c') {
    const std::size_t from = wrap(edit.value, bytes.size());
    const std::size_t size = std::min({kCopySize, bytes.size() - at, bytes.size() - from});
    const Bytes part(bytes.begin() + static_cast<std::ptrdiff_t>(from),
                     bytes.begin() + static_cast<std::ptrdiff_t>(from + size));
    std::ranges::copy(part, place);
  }
}

}  // namespace

Bytes edited(Bytes base, std::string_view script) {
  for (int lines = 0; lines < kMaxEdits && !script.empty() && !base.empty(); ++lines) {
    const std::size_t end = std::min(script.find('\n'), script.size());
    if (const auto edit = parse_line(script.substr(0, end))) apply(*edit, base);
    script.remove_prefix(std::min(end + 1, script.size()));
  }
  return base;
}

}  // namespace rightful::fuzz
