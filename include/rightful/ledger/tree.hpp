/// @file
/// The hashes of the Merkle tree over the leaves: nodes, roots, and where subtree hashes come from.
/// Knows no leaf's meaning.
#pragma once

#include <cstdint>

#include "rightful/core/result.hpp"
#include "rightful/crypto/fixed_bytes.hpp"

namespace rightful::ledger {

using TreeHash = crypto::Sha256Digest;

/// Sizes of trees are 0 … 2^63 − 1, so a right edge has at most 63 hashes.
inline constexpr std::uint64_t kMaxTreeSize = (std::uint64_t{1} << 63U) - 1;

/// RFC 6962 section 2.1: SHA-256 of nothing.
[[nodiscard]] TreeHash empty_root();

/// RFC 6962 section 2.1: SHA-256(01 ‖ left ‖ right).
[[nodiscard]] TreeHash node_hash(const TreeHash& left, const TreeHash& right);

/// Where hashes of complete subtrees come from: tiles, or whatever keeps the leaf hashes.
class HashSource {
 public:
  virtual ~HashSource() = default;

  /// The root of the complete subtree over the leaves index · 2^level … (index + 1) · 2^level − 1;
  /// level 0 is a leaf hash. Nothing here is proven: what is made from it must be verified.
  /// @param level  0 … 62. @return NotFound when the source does not have it; what its own format
  /// demands.
  [[nodiscard]] virtual Result<TreeHash> subtree(unsigned level, std::uint64_t index) = 0;
};

/// MTH(D[begin:end]): the root over the leaves begin … end − 1.
/// @param begin  a multiple of the smallest power of two that is not below end − begin; begin < end
/// ≤ kMaxTreeSize (checked, RIGHTFUL_CHECK). @return what the source answers.
[[nodiscard]] Result<TreeHash> range_root(HashSource& source,
                                          std::uint64_t begin,
                                          std::uint64_t end);

/// The root of the tree of `size` leaves; of none empty_root().
[[nodiscard]] Result<TreeHash> tree_root(HashSource& source, std::uint64_t size);

}  // namespace rightful::ledger
