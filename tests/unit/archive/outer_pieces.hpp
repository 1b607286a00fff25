/// @file
/// The outer ZIP of a package taken apart into whole entries, to be put together otherwise. Reads
/// only what its own writer wrote; small offsets.
#pragma once

#include <array>
#include <cstdint>

#include "rightful/core/bytes.hpp"

namespace rightful::archive::testing {

/// Entry by entry: local header with data, and central record.
struct OuterPieces {
  std::array<Bytes, 3> entries;
  std::array<Bytes, 3> records;

  [[nodiscard]] static OuterPieces of(ByteView package);
  /// A ZIP that is right in itself: each record says where its entry stands.
  /// @param entries, records  the order of either, by number.
  [[nodiscard]] Bytes joined(const std::array<std::size_t, 3>& entry_order,
                             const std::array<std::size_t, 3>& record_order) const;
};

}  // namespace rightful::archive::testing
