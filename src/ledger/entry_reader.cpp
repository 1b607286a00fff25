#include "ledger/entry_reader.hpp"

#include "rightful/ledger/event.hpp"
#include "rightful/ledger/leaf.hpp"
#include "rightful/ledger/tiles.hpp"

#include "ledger/leaf_fields.hpp"

namespace rightful::ledger {

namespace {

// `act` sorts first, so that is how such a leaf begins.
bool may_be_redaction(ByteView leaf) {
  return as_text(leaf).starts_with("{\"act\":\"log.redacted\"");
}

Result<Redaction> read_redaction(const Leaf& leaf, std::uint64_t said_at) {
  RIGHTFUL_TRY(const Bytes hash, from_hex(field_of(leaf, "leaf")));
  RIGHTFUL_TRY(const TreeHash leaf_hash, TreeHash::parse(hash));
  return Redaction{.leaf = leaf_hash,
                   .writer = std::string(field_of(leaf, "from")),
                   .n = integer_of(leaf, "n"),
                   .said_at = said_at};
}

}  // namespace

Result<EntryBundle> read_entry_bundle(TileSource& source, std::uint64_t index, unsigned width) {
  EntryBundle bundle;
  auto bytes = source.read(LogPath::entry_bundle(index, width));
  unsigned read_width = width;
  if (!bytes && bytes.error().code == ErrorCode::NotFound && width != kTileWidth) {
    bytes = source.read(LogPath::entry_bundle(index, kTileWidth));
    read_width = kTileWidth;
  }
  if (!bytes) return std::unexpected(std::move(bytes).error());
  bundle.bytes = *std::move(bytes);
  RIGHTFUL_TRY(bundle.leaves, parse_entry_bundle(bundle.bytes, read_width));
  bundle.leaves.resize(width);
  return bundle;
}

Result<std::map<std::uint64_t, Redaction>> collect_redactions(TileSource& source,
                                                              std::uint64_t first_bundle,
                                                              std::uint64_t size) {
  std::map<std::uint64_t, Redaction> redactions;
  for (std::uint64_t index = first_bundle; tile_width(0, index, size) != 0; ++index) {
    const auto bundle = read_entry_bundle(source, index, tile_width(0, index, size));
    if (!bundle) continue;
    for (std::size_t at = 0; at < bundle->leaves.size(); ++at) {
      if (!may_be_redaction(bundle->leaves[at])) continue;
      const auto leaf = parse_leaf(bundle->leaves[at]);
      if (!leaf || !check_event(*leaf)) continue;
      const auto redaction = read_redaction(*leaf, index * kTileWidth + at);
      if (!redaction) continue;
      if (redactions.size() == kMaxRedactions)
        return fail(ErrorCode::LimitExceeded, "more than a million erased bodies");
      redactions.emplace(integer_of(*leaf, "idx"), *redaction);
    }
  }
  return redactions;
}

}  // namespace rightful::ledger
