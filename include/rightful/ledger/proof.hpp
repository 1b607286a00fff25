/// @file
/// That a leaf is in a tree, and that a tree is the beginning of a later one: proofs are made from
/// subtree hashes and checked against roots alone.
#pragma once

#include <cstdint>
#include <vector>

#include "rightful/core/result.hpp"
#include "rightful/ledger/tree.hpp"

namespace rightful::ledger {

/// RFC 9162 section 2.1.3 and 2.1.4: from the leaf's side to the root's. An inclusion proof has at
/// most 63 hashes, a consistency proof at most 64.
using Proof = std::vector<TreeHash>;

/// PATH(index, D[size]).
/// @param index  below size ≤ kMaxTreeSize. @return InvalidArgument, or what the source answers.
[[nodiscard]] Result<Proof> make_inclusion_proof(HashSource& source,
                                                 std::uint64_t index,
                                                 std::uint64_t size);

/// PROOF(old_size, D[size]); empty for equal sizes.
/// @param old_size  1 … size. @return InvalidArgument, or what the source answers.
[[nodiscard]] Result<Proof> make_consistency_proof(HashSource& source,
                                                   std::uint64_t old_size,
                                                   std::uint64_t size);

/// A tree of a size and its root.
struct TreeHead {
  std::uint64_t size = 0;
  TreeHash root;
};

/// RFC 9162 section 2.1.3.2. @param leaf  its leaf hash.
/// @return InvalidArgument when index ≥ head.size; NotAuthentic when the proof does not hold.
[[nodiscard]] Result<void> verify_inclusion(const Proof& proof,
                                            std::uint64_t index,
                                            const TreeHash& leaf,
                                            const TreeHead& head);

/// RFC 9162 section 2.1.4.2. Equal sizes need an empty proof and equal roots; an empty proof shows
/// nothing else. From the empty tree there is no proof: that is the caller's case.
/// @return InvalidArgument when old.size is 0 or above head.size; NotAuthentic when the proof does
/// not hold.
[[nodiscard]] Result<void> verify_consistency(const Proof& proof,
                                              const TreeHead& old,
                                              const TreeHead& head);

}  // namespace rightful::ledger
