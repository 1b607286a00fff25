/// @file
/// Tiles and bundles of a log as a function of the database's rows.
#pragma once

#include <cstdint>
#include <vector>

#include "rightful/core/result.hpp"
#include "rightful/ledger/tile_store.hpp"
#include "rightful/ledger/tree.hpp"
#include "rightful/store/pool.hpp"

namespace rightful::store {

/// Leaf hashes from memory, everything above from the tiles one level below.
///
/// Owns  nothing; `tiles` must outlive it.
class TileRow final : public ledger::HashSource {
 public:
  /// @param first  the index of the first of `leaves`.
  TileRow(ledger::TileSource& tiles, std::uint64_t first, std::vector<ledger::TreeHash> leaves)
      : tiles_(tiles), first_(first), leaves_(std::move(leaves)) {}

  /// @param level  a multiple of 8. @return NotFound outside.
  [[nodiscard]] Result<ledger::TreeHash> subtree(unsigned level, std::uint64_t index) override;

 private:
  ledger::TileSource& tiles_;
  std::uint64_t first_;
  std::vector<ledger::TreeHash> leaves_;
};

/// In parts, so that no answer of the database grows large.
[[nodiscard]] std::vector<ledger::TreeHash> read_leaf_hashes(Pool& pool,
                                                             std::int64_t log_id,
                                                             std::uint64_t from,
                                                             std::uint64_t to);

/// The bundles of leaves `from` up to `to`, as the database has them now. A file that is there and
/// differs in erased bodies alone stays as it is. @param from  where a bundle begins.
/// @return as TileSink::put
[[nodiscard]] Result<void> write_bundles(Pool& pool,
                                         std::int64_t log_id,
                                         ledger::TileSource& source,
                                         ledger::TileSink& sink,
                                         std::uint64_t from,
                                         std::uint64_t to);

/// Writes the files of a tree of `size` leaves that are missing. @return how many, or what source
/// and sink answer. Errors  DatabaseFailure, Failure
[[nodiscard]] Result<std::uint64_t> repair_files(Pool& pool,
                                                 std::int64_t log_id,
                                                 ledger::TileSource& source,
                                                 ledger::TileSink& sink,
                                                 std::uint64_t size);

}  // namespace rightful::store
