/// @file
/// Bundles of entries out of a source, and the erasures that entries declare.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "rightful/core/bytes.hpp"
#include "rightful/core/result.hpp"
#include "rightful/ledger/tile_store.hpp"
#include "rightful/ledger/tree.hpp"

namespace rightful::ledger {

inline constexpr std::size_t kMaxRedactions = 1'000'000;

/// Moves only: the views point into the bytes.
struct EntryBundle {
  EntryBundle() = default;
  EntryBundle(EntryBundle&&) = default;
  EntryBundle& operator=(EntryBundle&&) = default;
  EntryBundle(const EntryBundle&) = delete;
  EntryBundle& operator=(const EntryBundle&) = delete;
  ~EntryBundle() = default;

  Bytes bytes;
  std::vector<ByteView> leaves;  ///< as many as were asked for; an erased one is empty
};

/// The beginning of the full bundle where the partial one is gone.
/// @return InvalidArgument when it is malformed; else what the source answers.
[[nodiscard]] Result<EntryBundle> read_entry_bundle(TileSource& source,
                                                    std::uint64_t index,
                                                    unsigned width);

/// What a `log.redacted` says of another entry.
struct Redaction {
  TreeHash leaf;
  std::string writer;
  std::uint64_t n = 0;
  std::uint64_t said_at = 0;
};

/// By index, out of the entries from a bundle on. Who said so is not checked here. Bundles that
/// cannot be read are passed over.
/// @return LimitExceeded above kMaxRedactions.
[[nodiscard]] Result<std::map<std::uint64_t, Redaction>> collect_redactions(
    TileSource& source, std::uint64_t first_bundle, std::uint64_t size);

}  // namespace rightful::ledger
