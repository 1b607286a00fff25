// Subtree hashes out of tiles, and tiles out of subtree hashes.

#include <algorithm>

#include "rightful/core/check.hpp"
#include "rightful/ledger/tile_store.hpp"
#include "rightful/ledger/tiles.hpp"

namespace rightful::ledger {

namespace {

constexpr unsigned kBitsPerLevel = 8;

Result<Bytes> read_tile(TileSource& source, unsigned level, std::uint64_t index, unsigned width) {
  auto bytes = source.read(LogPath::hash_tile(level, index, width));
  if (bytes || bytes.error().code != ErrorCode::NotFound || width == kTileWidth) return bytes;
  // C2SP tlog-tiles: a partial tile may be gone once the full one is there.
  auto full = source.read(LogPath::hash_tile(level, index, kTileWidth));
  if (full) full->resize(std::min(full->size(), std::size_t{width} * TreeHash::kSizeBytes));
  return full;
}

Result<void> write_tile(
    TileSink& sink, HashSource& source, unsigned level, std::uint64_t index, unsigned width) {
  std::vector<TreeHash> hashes;
  for (std::uint64_t at = 0; at < width; ++at) {
    RIGHTFUL_TRY(const TreeHash hash,
                 source.subtree(kBitsPerLevel * level, index * kTileWidth + at));
    hashes.push_back(hash);
  }
  return sink.put(LogPath::hash_tile(level, index, width), format_hash_tile(hashes));
}

}  // namespace

Result<bool> TileSource::has(const LogPath& path) {
  const auto content = read(path);
  if (content) return true;
  if (content.error().code == ErrorCode::NotFound) return false;
  return std::unexpected(content.error());
}

Result<void> TileSink::drop_partials(const LogPath& full) {
  RIGHTFUL_CHECK(full.width() == kTileWidth);
  return {};
}

Result<std::vector<TreeHash>> read_hash_tile(TileSource& source,
                                             unsigned level,
                                             std::uint64_t index,
                                             unsigned width) {
  RIGHTFUL_TRY(const Bytes bytes, read_tile(source, level, index, width));
  return parse_hash_tile(bytes, width);
}

TileHashes::TileHashes(TileSource& source, std::uint64_t size)
    : source_(source), size_(size), last_(kMaxTileLevel + 1) {
  RIGHTFUL_CHECK(size <= kMaxTreeSize);
}

Result<const TileHashes::Tile*> TileHashes::tile(unsigned level, std::uint64_t index) {
  Tile& last = last_[level];
  if (last.index == index && !last.hashes.empty()) return &last;
  const unsigned width = tile_width(level, index, size_);
  RIGHTFUL_TRY(auto hashes, read_hash_tile(source_, level, index, width));
  last = {.index = index, .hashes = std::move(hashes)};
  return &last;
}

Result<TreeHash> TileHashes::subtree(unsigned level, std::uint64_t index) {
  if (level >= kBitsPerLevel * (kMaxTileLevel + 1) || index >= (size_ >> level)) {
    return fail(ErrorCode::NotFound,
                "no complete subtree " + std::to_string(index) + " of level " +
                    std::to_string(level) + " in a tree of " + std::to_string(size_));
  }
  // A subtree between two levels of tiles lies inside one tile: 2^height hashes of it.
  const unsigned height = level % kBitsPerLevel;
  const std::uint64_t first = index << height;
  RIGHTFUL_TRY(const Tile* const found, tile(level / kBitsPerLevel, first / kTileWidth));
  const auto begin = found->hashes.begin() + static_cast<std::ptrdiff_t>(first % kTileWidth);
  std::vector<TreeHash> nodes(begin, begin + (std::ptrdiff_t{1} << height));
  while (nodes.size() > 1) {
    for (std::size_t at = 0; at < nodes.size() / 2; ++at)
      nodes[at] = node_hash(nodes[2 * at], nodes[2 * at + 1]);
    nodes.erase(nodes.begin() + static_cast<std::ptrdiff_t>(nodes.size() / 2), nodes.end());
  }
  return nodes.front();
}

Result<void> write_hash_tiles(TileSink& sink,
                              HashSource& source,
                              std::uint64_t old_size,
                              std::uint64_t size) {
  RIGHTFUL_CHECK(old_size <= size && size <= kMaxTreeSize);
  for (unsigned level = 0; level <= kMaxTileLevel; ++level) {
    const std::uint64_t old_hashes = old_size >> (kBitsPerLevel * level);
    const std::uint64_t hashes = size >> (kBitsPerLevel * level);
    if (hashes == old_hashes) break;  // and so it is on every higher level
    for (std::uint64_t index = old_hashes / kTileWidth; index * kTileWidth < hashes; ++index) {
      RIGHTFUL_TRY(write_tile(sink, source, level, index, tile_width(level, index, size)));
    }
  }
  return {};
}

}  // namespace rightful::ledger
