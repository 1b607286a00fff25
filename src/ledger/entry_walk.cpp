#include "ledger/entry_walk.hpp"

#include "rightful/ledger/frontier.hpp"
#include "rightful/ledger/leaf.hpp"
#include "rightful/ledger/tiles.hpp"

#include "ledger/entry_reader.hpp"

namespace rightful::ledger {

std::unexpected<Error> changed_since_verified() {
  return fail(ErrorCode::Conflict,
              "the log was changed since it was verified: take a copy, and begin again");
}

Result<void> walk_entries(TileSource& source, const TreeHead& head, const TakeEntry& take) {
  Frontier frontier;
  for (std::uint64_t row = 0; tile_width(0, row, head.size) != 0; ++row) {
    const unsigned width = tile_width(0, row, head.size);
    RIGHTFUL_TRY(const auto hashes, read_hash_tile(source, 0, row, width));
    RIGHTFUL_TRY(const EntryBundle bundle, read_entry_bundle(source, row, width));
    for (std::size_t at = 0; at < width; ++at) {
      const ByteView leaf = bundle.leaves[at];
      if (!leaf.empty() && leaf_hash(leaf) != hashes[at]) return changed_since_verified();
      RIGHTFUL_TRY(take(row * kTileWidth + at, hashes[at], leaf));
      frontier.append(hashes[at]);
    }
  }
  if (frontier.root() != head.root) return changed_since_verified();
  return {};
}

}  // namespace rightful::ledger
