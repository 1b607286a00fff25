/// @file
/// Every entry of a log that was verified, in order, with the certainty that it still is that log.
#pragma once

#include <cstdint>
#include <functional>

#include "rightful/core/bytes.hpp"
#include "rightful/core/result.hpp"
#include "rightful/ledger/proof.hpp"
#include "rightful/ledger/tile_store.hpp"

namespace rightful::ledger {

/// @param leaf  empty when the body was erased; gone after the call.
using TakeEntry =
    std::function<Result<void>(std::uint64_t index, const TreeHash& hash, ByteView leaf)>;

/// Calls `take` for each entry and rebuilds the root on the way.
/// @return what `take` or the source answers; at the end Conflict when the entries do not lead to
/// `head`: then nothing that was taken may be used.
[[nodiscard]] Result<void> walk_entries(TileSource& source,
                                        const TreeHead& head,
                                        const TakeEntry& take);

/// What an error says that shows another log than the one that was verified.
[[nodiscard]] std::unexpected<Error> changed_since_verified();

}  // namespace rightful::ledger
