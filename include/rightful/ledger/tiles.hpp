/// @file
/// The content of tiles: hashes in rows of 256, and the leaves beside them. Reads and writes bytes
/// only; where they lie is tile_store.hpp.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "rightful/core/bytes.hpp"
#include "rightful/core/result.hpp"
#include "rightful/ledger/log_path.hpp"
#include "rightful/ledger/tree.hpp"

namespace rightful::ledger {

/// How many hashes the tile has in a tree of `size` leaves: 0 when there is none, 256 when it is
/// full. @param level  0 … 7 (checked, RIGHTFUL_CHECK).
[[nodiscard]] unsigned tile_width(unsigned level, std::uint64_t index, std::uint64_t size);

/// One after the other, 32 bytes each. @param hashes  1 … 256 (checked, RIGHTFUL_CHECK).
[[nodiscard]] Bytes format_hash_tile(std::span<const TreeHash> hashes);

/// @param bytes  hostile. @param width  1 … 256 (checked, RIGHTFUL_CHECK). @return InvalidArgument
/// for another size than that of `width` hashes.
[[nodiscard]] Result<std::vector<TreeHash>> parse_hash_tile(ByteView bytes, unsigned width);

/// Each leaf after its length as u16 big-endian. @param leaves  1 … 256, none above
/// kMaxLeafSizeBytes (checked, RIGHTFUL_CHECK); an empty one stands for a body that was erased.
[[nodiscard]] Bytes format_entry_bundle(std::span<const ByteView> leaves);

/// @param bytes  hostile; must outlive the result. @param width  1 … 256 (checked, RIGHTFUL_CHECK).
/// @return exactly `width` leaves as they stand, an erased one empty; InvalidArgument when the
/// bytes are not that, or a leaf is above kMaxLeafSizeBytes.
[[nodiscard]] Result<std::vector<ByteView>> parse_entry_bundle(ByteView bytes, unsigned width);

}  // namespace rightful::ledger
