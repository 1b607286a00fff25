/// @file
/// Builds the tree leaf hash by leaf hash, and compares: each tile above level 0 with what it
/// stands for, each known earlier root with the one that the tree had.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rightful/ledger/finding.hpp"
#include "rightful/ledger/frontier.hpp"
#include "rightful/ledger/tile_store.hpp"

#include "ledger/findings.hpp"
#include "ledger/known_heads.hpp"

namespace rightful::ledger {

/// A value: a copy goes on from the same place.
///
/// Owns   nothing; source and heads must outlive it.
/// Cost   at most 64 KiB of hashes, and kMaxToldFindings findings.
class TreeCheck {
 public:
  TreeCheck(TileSource& source, const std::vector<KnownHead>& earlier);

  void append(const TreeHash& leaf);

  /// All leaves are there: compares what is left.
  void finish();

  [[nodiscard]] TreeHash root() const { return frontier_.root(); }

  /// What has been found so far goes out.
  void tell(Findings& findings) const;

 private:
  struct Difference {
    FindingKind kind;
    std::uint64_t at;
    std::string detail;
  };

  void close_row(unsigned level);
  void compare_tile(unsigned level, std::uint64_t index, const std::vector<TreeHash>& row);
  void compare_heads();
  void keep(Difference difference);

  TileSource* source_;
  const std::vector<KnownHead>* earlier_;
  Frontier frontier_;
  std::vector<std::vector<TreeHash>> rows_;
  std::vector<std::uint64_t> row_index_;
  std::size_t next_head_ = 0;
  std::vector<Difference> differences_;
};

}  // namespace rightful::ledger
