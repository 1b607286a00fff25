#include "rightful/ledger/log_path.hpp"

#include <array>
#include <optional>
#include <vector>

#include "rightful/core/check.hpp"
#include "rightful/ledger/leaf.hpp"
#include "rightful/ledger/note.hpp"
#include "rightful/ledger/tree.hpp"

#include "ledger/note_text.hpp"

namespace rightful::ledger {

namespace {

constexpr unsigned kGroup = 1000;
constexpr unsigned kBitsPerLevel = 8;
constexpr std::size_t kLengthSizeBytes = 2;  // before each leaf of a bundle
constexpr std::size_t kMaxGroups = 7;        // 2^63 leaves: 17 digits; one more group is refused

std::string three_digits(std::uint64_t value) {
  std::string digits = std::to_string(value);
  return digits.insert(0, 3 - digits.size(), '0');
}

// `x001/x234/067`
std::string index_text(std::uint64_t index) {
  std::string text = three_digits(index % kGroup);
  for (index /= kGroup; index > 0; index /= kGroup)
    text.insert(0, "x" + three_digits(index % kGroup) + "/");
  return text;
}

std::string place_text(std::uint64_t index, unsigned width) {
  std::string text = index_text(index);
  if (width != kTileWidth) text += ".p/" + std::to_string(width);
  return text;
}

bool is_possible(unsigned level, std::uint64_t index, unsigned width) {
  return level <= kMaxTileLevel && width >= 1 && width <= kTileWidth &&
         index <= (kMaxTreeSize >> (kBitsPerLevel * (level + 1)));
}

struct Place {
  std::uint64_t index = 0;
  unsigned width = kTileWidth;
};

// The reverse of place_text, without care for its exact form: the caller writes it again and
// compares.
std::optional<Place> read_place(std::string_view text) {
  Place place;
  const std::size_t partial = text.find(".p/");
  if (partial != std::string_view::npos) {
    const auto width = parse_decimal(text.substr(partial + 3));
    if (!width || *width == 0 || *width >= kTileWidth) return std::nullopt;
    place.width = static_cast<unsigned>(*width);
    text = text.substr(0, partial);
  }
  for (std::size_t groups = 0; groups < kMaxGroups; ++groups) {
    const std::size_t slash = text.find('/');
    std::string_view group = text.substr(0, slash);
    if (group.starts_with('x')) group.remove_prefix(1);
    if (group.size() != 3) return std::nullopt;
    for (const char c : group) {
      if (c < '0' || c > '9') return std::nullopt;
      place.index = place.index * 10 + static_cast<std::uint64_t>(c - '0');
      if (place.index > kMaxTreeSize / 10) return std::nullopt;
    }
    if (slash == std::string_view::npos) return place;
    text.remove_prefix(slash + 1);
  }
  return std::nullopt;
}

std::optional<LogPath> read_tile(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const std::string_view level_text = text.substr(0, slash);
  const auto place = read_place(text.substr(slash + 1));
  if (!place) return std::nullopt;
  const bool is_bundle = level_text == "entries";
  const auto level = is_bundle ? std::optional<std::uint64_t>(0) : parse_decimal(level_text);
  if (!level || *level > kMaxTileLevel) return std::nullopt;
  const auto small_level = static_cast<unsigned>(*level);
  if (!is_possible(small_level, place->index, place->width)) return std::nullopt;
  return is_bundle ? LogPath::entry_bundle(place->index, place->width)
                   : LogPath::hash_tile(small_level, place->index, place->width);
}

std::optional<LogPath> read_path(std::string_view text) {
  constexpr std::string_view kSaved = "checkpoints/";
  constexpr std::string_view kTile = "tile/";
  if (text == "checkpoint") return LogPath::checkpoint();
  if (text.starts_with(kTile)) return read_tile(text.substr(kTile.size()));
  if (!text.starts_with(kSaved)) return std::nullopt;
  const auto size = parse_decimal(text.substr(kSaved.size()));
  if (!size || *size > kMaxTreeSize) return std::nullopt;
  return LogPath::saved_checkpoint(*size);
}

}  // namespace

LogPath LogPath::checkpoint() {
  return {LogFileKind::Checkpoint, 0, "checkpoint"};
}

LogPath LogPath::saved_checkpoint(std::uint64_t size) {
  RIGHTFUL_CHECK(size <= kMaxTreeSize);
  return {LogFileKind::SavedCheckpoint, size, "checkpoints/" + std::to_string(size)};
}

LogPath LogPath::hash_tile(unsigned level, std::uint64_t index, unsigned width) {
  RIGHTFUL_CHECK(is_possible(level, index, width));
  LogPath path(LogFileKind::HashTile,
               index,
               "tile/" + std::to_string(level) + "/" + place_text(index, width));
  path.level_ = level;
  path.width_ = width;
  return path;
}

LogPath LogPath::entry_bundle(std::uint64_t index, unsigned width) {
  RIGHTFUL_CHECK(is_possible(0, index, width));
  LogPath path(LogFileKind::EntryBundle, index, "tile/entries/" + place_text(index, width));
  path.width_ = width;
  return path;
}

Result<LogPath> LogPath::parse(std::string_view text) {
  auto path = read_path(text);
  if (!path || path->text() != text) {
    return fail(ErrorCode::InvalidArgument, "not the name of a file of a published log");
  }
  return *std::move(path);
}

std::size_t LogPath::max_size_bytes() const noexcept {
  switch (kind_) {
    case LogFileKind::Checkpoint:
    case LogFileKind::SavedCheckpoint:
      return kMaxNoteSizeBytes;
    case LogFileKind::HashTile:
      return width_ * TreeHash::kSizeBytes;
    case LogFileKind::EntryBundle:
      return width_ * (kLengthSizeBytes + kMaxLeafSizeBytes);
  }
  return 0;
}

}  // namespace rightful::ledger
