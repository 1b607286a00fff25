/// @file
/// The peaks of a range of leaves: the roots of its complete subtrees, largest first, as many as
/// the range's length has bits set.
#pragma once

#include <cstdint>
#include <vector>

#include "rightful/core/result.hpp"
#include "rightful/ledger/tree.hpp"

namespace rightful::ledger {

/// Joined from the right; of none empty_root().
[[nodiscard]] TreeHash root_of_peaks(const std::vector<TreeHash>& peaks);

/// @param begin  as range_root demands.
[[nodiscard]] Result<std::vector<TreeHash>> range_peaks(HashSource& source,
                                                        std::uint64_t begin,
                                                        std::uint64_t end);

}  // namespace rightful::ledger
