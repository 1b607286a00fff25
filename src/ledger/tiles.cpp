#include "rightful/ledger/tiles.hpp"

#include <algorithm>

#include "rightful/core/check.hpp"
#include "rightful/ledger/leaf.hpp"

namespace rightful::ledger {

namespace {

constexpr unsigned kBitsPerLevel = 8;
constexpr std::size_t kLengthSizeBytes = 2;

bool is_width(std::size_t width) {
  return width >= 1 && width <= kTileWidth;
}

std::unexpected<Error> no_bundle(std::string_view why) {
  return fail(ErrorCode::InvalidArgument, "not a bundle of entries: " + std::string(why));
}

}  // namespace

unsigned tile_width(unsigned level, std::uint64_t index, std::uint64_t size) {
  RIGHTFUL_CHECK(level <= kMaxTileLevel);
  const std::uint64_t hashes = size >> (kBitsPerLevel * level);
  const std::uint64_t full = hashes / kTileWidth;
  if (index < full) return kTileWidth;
  return index == full ? static_cast<unsigned>(hashes % kTileWidth) : 0;
}

Bytes format_hash_tile(std::span<const TreeHash> hashes) {
  RIGHTFUL_CHECK(is_width(hashes.size()));
  Bytes bytes;
  bytes.reserve(hashes.size() * TreeHash::kSizeBytes);
  for (const TreeHash& hash : hashes)
    bytes.insert(bytes.end(), hash.bytes().begin(), hash.bytes().end());
  return bytes;
}

Result<std::vector<TreeHash>> parse_hash_tile(ByteView bytes, unsigned width) {
  RIGHTFUL_CHECK(is_width(width));
  if (bytes.size() != width * TreeHash::kSizeBytes) {
    return fail(ErrorCode::InvalidArgument,
                "a tile of " + std::to_string(width) + " hashes with " +
                    std::to_string(bytes.size()) + " bytes");
  }
  std::vector<TreeHash> hashes;
  hashes.reserve(width);
  for (; !bytes.empty(); bytes = bytes.subspan(TreeHash::kSizeBytes))
    hashes.push_back(TreeHash::from(bytes.first<TreeHash::kSizeBytes>()));
  return hashes;
}

Bytes format_entry_bundle(std::span<const ByteView> leaves) {
  RIGHTFUL_CHECK(is_width(leaves.size()));
  Bytes bytes;
  for (const ByteView leaf : leaves) {
    RIGHTFUL_CHECK(leaf.size() <= kMaxLeafSizeBytes);
    bytes.push_back(static_cast<std::byte>(leaf.size() >> 8U));
    bytes.push_back(static_cast<std::byte>(leaf.size() & 0xFFU));
    bytes.insert(bytes.end(), leaf.begin(), leaf.end());
  }
  return bytes;
}

Result<std::vector<ByteView>> parse_entry_bundle(ByteView bytes, unsigned width) {
  RIGHTFUL_CHECK(is_width(width));
  std::vector<ByteView> leaves;
  leaves.reserve(width);
  while (leaves.size() < width) {
    if (bytes.size() < kLengthSizeBytes) return no_bundle("it ends early");
    const std::size_t size =
        (std::to_integer<std::size_t>(bytes[0]) << 8U) | std::to_integer<std::size_t>(bytes[1]);
    bytes = bytes.subspan(kLengthSizeBytes);
    if (size > kMaxLeafSizeBytes) return no_bundle("an entry above 4096 bytes");
    if (size > bytes.size()) return no_bundle("it ends early");
    leaves.push_back(bytes.first(size));
    bytes = bytes.subspan(size);
  }
  if (!bytes.empty()) return no_bundle("bytes behind its last entry");
  return leaves;
}

}  // namespace rightful::ledger
