#include "store/published_files.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <span>

#include "rightful/ledger/tiles.hpp"
#include "rightful/store/ledger_tables.hpp"

#include "store/queries/ledger_publish.hpp"

namespace rightful::store {

namespace {

using ledger::kTileWidth;
using ledger::LogPath;
using ledger::TreeHash;

constexpr unsigned kBitsPerLevel = 8;
constexpr std::uint64_t kHashesAtOnce = 8192;
constexpr std::uint64_t kBodiesAtOnce = std::uint64_t{4} * kTileWidth;  // at most 4 MiB

TreeHash root_of(std::vector<TreeHash> nodes) {
  while (nodes.size() > 1) {
    for (std::size_t at = 0; at < nodes.size() / 2; ++at)
      nodes[at] = ledger::node_hash(nodes[2 * at], nodes[2 * at + 1]);
    nodes.erase(nodes.begin() + static_cast<std::ptrdiff_t>(nodes.size() / 2), nodes.end());
  }
  return nodes.front();
}

Bytes format_bundle(std::span<const std::optional<Bytes>> bodies) {
  std::vector<ByteView> leaves;
  leaves.reserve(bodies.size());
  for (const auto& body : bodies)
    leaves.push_back(body ? ByteView(*body) : ByteView());
  return ledger::format_entry_bundle(leaves);
}

// A body may have been erased between two attempts, in the rows or in the file.
bool differ_in_erasures_alone(ByteView one, ByteView other, unsigned width) {
  const auto first = ledger::parse_entry_bundle(one, width);
  const auto second = ledger::parse_entry_bundle(other, width);
  if (!first || !second) return false;
  for (std::size_t at = 0; at < first->size(); ++at) {
    if ((*first)[at].empty() || (*second)[at].empty()) continue;
    if (!std::ranges::equal((*first)[at], (*second)[at])) return false;
  }
  return true;
}

std::vector<std::optional<Bytes>> read_bodies(Pool& pool,
                                              std::int64_t log_id,
                                              std::uint64_t from,
                                              std::uint64_t to) {
  Transaction transaction = pool.begin();
  return ledger_tables::bodies(transaction, log_id, from, to);
}

Result<void> put_bundle(ledger::TileSource& source,
                        ledger::TileSink& sink,
                        const LogPath& path,
                        std::span<const std::optional<Bytes>> bodies) {
  const Bytes bundle = format_bundle(bodies);
  const auto put = sink.put(path, bundle);
  if (put || put.error().code != ErrorCode::Conflict) return put;
  RIGHTFUL_TRY(const Bytes there, source.read(path));
  if (differ_in_erasures_alone(there, bundle, static_cast<unsigned>(bodies.size()))) return {};
  return put;
}

/// One run of repair_files.
class Repair {
 public:
  Repair(Pool& pool,
         std::int64_t log_id,
         ledger::TileSource& source,
         ledger::TileSink& sink,
         std::uint64_t size)
      : pool_(pool), log_id_(log_id), source_(source), sink_(sink), size_(size) {}

  Result<std::uint64_t> run() {
    RIGHTFUL_TRY(write_bundles());
    for (unsigned level = 0; level <= ledger::kMaxTileLevel && hashes_of(level) > 0; ++level) {
      RIGHTFUL_TRY(write_level(level));
    }
    RIGHTFUL_TRY(sink_.flush());
    return written_;
  }

 private:
  [[nodiscard]] std::uint64_t hashes_of(unsigned level) const {
    return size_ >> (kBitsPerLevel * level);
  }

  Result<void> write_bundles() {
    for (std::uint64_t index = 0; index < size_ / kTileWidth; ++index) {
      RIGHTFUL_TRY(write_bundle_if_missing(index, kTileWidth));
    }
    RIGHTFUL_TRY(const auto widths, missing_widths(LogFile::Bundle, 0));
    for (const unsigned width : widths) {
      RIGHTFUL_TRY(write_bundle_if_missing(size_ / kTileWidth, width));
    }
    return {};
  }

  Result<void> write_bundle_if_missing(std::uint64_t index, unsigned width) {
    RIGHTFUL_TRY(const bool is_there, source_.has(LogPath::entry_bundle(index, width)));
    if (is_there) return {};
    ++written_;
    const std::uint64_t first = index * kTileWidth;
    return store::write_bundles(pool_, log_id_, source_, sink_, first, first + width);
  }

  Result<void> write_level(unsigned level) {
    const std::uint64_t full = hashes_of(level) / kTileWidth;
    for (std::uint64_t index = 0; index < full; ++index) {
      RIGHTFUL_TRY(write_tile_if_missing(level, index, kTileWidth));
    }
    RIGHTFUL_TRY(const auto widths, missing_widths(LogFile::Tile, level));
    for (const unsigned width : widths) {
      RIGHTFUL_TRY(write_tile_if_missing(level, full, width));
    }
    return {};
  }

  Result<void> write_tile_if_missing(unsigned level, std::uint64_t index, unsigned width) {
    const LogPath path = LogPath::hash_tile(level, index, width);
    RIGHTFUL_TRY(const bool is_there, source_.has(path));
    if (is_there) return {};
    const std::uint64_t first = index * kTileWidth;
    TileRow row(source_,
                first,
                level == 0 ? read_leaf_hashes(pool_, log_id_, first, first + width)
                           : std::vector<TreeHash>());
    std::vector<TreeHash> hashes;
    for (std::uint64_t at = first; at < first + width; ++at) {
      RIGHTFUL_TRY(const TreeHash hash, row.subtree(kBitsPerLevel * level, at));
      hashes.push_back(hash);
    }
    ++written_;
    return sink_.put(path, ledger::format_hash_tile(hashes));
  }

  enum class LogFile : std::uint8_t { Bundle, Tile };

  // The widths that the last tile of a level had at signed sizes. When the newest is there, so are
  // the others: they were written one after the other.
  Result<std::set<unsigned>> missing_widths(LogFile kind, unsigned level) {
    std::set<unsigned> widths;
    const auto newest = static_cast<unsigned>(hashes_of(level) % kTileWidth);
    if (newest == 0) return widths;
    const std::uint64_t index = hashes_of(level) / kTileWidth;
    RIGHTFUL_TRY(const bool is_there,
                 source_.has(kind == LogFile::Bundle ? LogPath::entry_bundle(index, newest)
                                                     : LogPath::hash_tile(level, index, newest)));
    if (is_there) return widths;
    const unsigned bits = kBitsPerLevel * level;
    Transaction transaction = pool_.begin();
    for (const Row row :
         transaction.run(queries::kSignedWidths,
                         {log_id_, (index * kTileWidth) << bits, std::uint64_t{1} << bits})) {
      const auto width = static_cast<std::uint64_t>(row.integer("hashes")) - index * kTileWidth;
      if (width > 0 && width <= newest) widths.insert(static_cast<unsigned>(width));
    }
    widths.insert(newest);
    return widths;
  }

  Pool& pool_;
  std::int64_t log_id_;
  ledger::TileSource& source_;
  ledger::TileSink& sink_;
  std::uint64_t size_;
  std::uint64_t written_ = 0;
};

}  // namespace

Result<TreeHash> TileRow::subtree(unsigned level, std::uint64_t index) {
  if (level > 0) {
    RIGHTFUL_TRY(auto hashes,
                 ledger::read_hash_tile(tiles_, level / kBitsPerLevel - 1, index, kTileWidth));
    return root_of(std::move(hashes));
  }
  if (index < first_ || index - first_ >= leaves_.size()) {
    return fail(ErrorCode::NotFound, "no hash of leaf " + std::to_string(index));
  }
  return leaves_[index - first_];
}

std::vector<TreeHash> read_leaf_hashes(Pool& pool,
                                       std::int64_t log_id,
                                       std::uint64_t from,
                                       std::uint64_t to) {
  std::vector<TreeHash> hashes;
  hashes.reserve(to - from);
  while (from < to) {
    const std::uint64_t end = std::min(to, from + kHashesAtOnce);
    Transaction transaction = pool.begin();
    const auto part = ledger_tables::leaf_hashes(transaction, log_id, from, end);
    hashes.insert(hashes.end(), part.begin(), part.end());
    from = end;
  }
  return hashes;
}

Result<void> write_bundles(Pool& pool,
                           std::int64_t log_id,
                           ledger::TileSource& source,
                           ledger::TileSink& sink,
                           std::uint64_t from,
                           std::uint64_t to) {
  while (from < to) {
    const std::uint64_t end = std::min(to, from + kBodiesAtOnce);
    const auto bodies = read_bodies(pool, log_id, from, end);
    for (std::span<const std::optional<Bytes>> rest(bodies); !rest.empty();) {
      const auto part = rest.first(std::min<std::size_t>(rest.size(), kTileWidth));
      const auto width = static_cast<unsigned>(part.size());
      const LogPath path = LogPath::entry_bundle(from / kTileWidth, width);
      RIGHTFUL_TRY(put_bundle(source, sink, path, part));
      from += part.size();
      rest = rest.subspan(part.size());
    }
  }
  return {};
}

Result<std::uint64_t> repair_files(Pool& pool,
                                   std::int64_t log_id,
                                   ledger::TileSource& source,
                                   ledger::TileSink& sink,
                                   std::uint64_t size) {
  return Repair(pool, log_id, source, sink, size).run();
}

}  // namespace rightful::store
