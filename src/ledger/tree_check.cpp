#include "ledger/tree_check.hpp"

#include <algorithm>

#include "rightful/ledger/tiles.hpp"

#include "ledger/peaks.hpp"

namespace rightful::ledger {

namespace {

constexpr unsigned kBitsPerLevel = 8;

TreeHash root_of_full_row(std::vector<TreeHash> nodes) {
  for (std::size_t count = nodes.size() / 2; count > 0; count /= 2) {
    for (std::size_t at = 0; at < count; ++at)
      nodes[at] = node_hash(nodes[2 * at], nodes[2 * at + 1]);
  }
  return nodes.front();
}

}  // namespace

TreeCheck::TreeCheck(TileSource& source, const std::vector<KnownHead>& earlier)
    : source_(&source),
      earlier_(&earlier),
      rows_(kMaxTileLevel + 1),
      row_index_(kMaxTileLevel + 1) {}

void TreeCheck::append(const TreeHash& leaf) {
  frontier_.append(leaf);
  rows_[0].push_back(leaf);
  for (unsigned level = 0; level < kMaxTileLevel && rows_[level].size() == kTileWidth; ++level)
    close_row(level);
  compare_heads();
}

void TreeCheck::finish() {
  for (unsigned level = 1; level <= kMaxTileLevel; ++level) {
    if (!rows_[level].empty()) compare_tile(level, row_index_[level], rows_[level]);
  }
}

void TreeCheck::tell(Findings& findings) const {
  for (const Difference& difference : differences_)
    findings.add(difference.kind, difference.at, difference.detail);
}

// A full row: its tile is compared, and its root is one hash of the row above.
void TreeCheck::close_row(unsigned level) {
  if (level > 0) compare_tile(level, row_index_[level], rows_[level]);
  rows_[level + 1].push_back(root_of_full_row(rows_[level]));
  rows_[level].clear();
  ++row_index_[level];
}

void TreeCheck::compare_tile(unsigned level,
                             std::uint64_t index,
                             const std::vector<TreeHash>& row) {
  const auto width = static_cast<unsigned>(row.size());
  const LogPath path = LogPath::hash_tile(level, index, width);
  const std::uint64_t first_leaf = index << (kBitsPerLevel * (level + 1));
  const auto tile = read_hash_tile(*source_, level, index, width);
  if (!tile) {
    const bool is_malformed = tile.error().code == ErrorCode::InvalidArgument;
    keep({is_malformed ? FindingKind::Tile : FindingKind::TileMissing,
          first_leaf,
          path.text() + ": " + tile.error().detail});
    return;
  }
  for (std::size_t at = 0; at < row.size(); ++at) {
    if ((*tile)[at] == row[at]) continue;
    keep({FindingKind::Tile,
          first_leaf + (std::uint64_t{at} << (kBitsPerLevel * level)),
          path.text() + ", hash " + std::to_string(at)});
  }
}

void TreeCheck::compare_heads() {
  for (; next_head_ < earlier_->size(); ++next_head_) {
    const KnownHead& known = (*earlier_)[next_head_];
    if (known.head.size > frontier_.size()) return;
    if (known.head.root != frontier_.root()) {
      keep({FindingKind::NotConsistent, known.head.size, known.name});
    }
  }
}

void TreeCheck::keep(Difference difference) {
  if (differences_.size() < kMaxToldFindings) differences_.push_back(std::move(difference));
}

}  // namespace rightful::ledger
