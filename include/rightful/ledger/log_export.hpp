/// @file
/// Takes entries out of a log that was verified: as lines, as a table, or as an archive that can be
/// verified again. Verifies no log itself, but notices one that changed since.
#pragma once

#include <cstdint>
#include <string>

#include "rightful/core/bytes.hpp"
#include "rightful/core/result.hpp"
#include "rightful/ledger/evidence.hpp"
#include "rightful/ledger/tile_store.hpp"
#include "rightful/ledger/verifier.hpp"

namespace rightful::ledger {

/// The index of the first tile whose name no longer sorts as its number does, times 256: larger
/// logs are copied as folders.
inline constexpr std::uint64_t kMaxArchivedEntries = std::uint64_t{256} * 1'000'000;
/// Entries that an archive of single ones can hold.
inline constexpr std::uint64_t kMaxSelectedEntries = 500'000;

/// Where evidence goes.
class EvidenceSink {
 public:
  virtual ~EvidenceSink() = default;

  /// Errors  Failure
  virtual void write(ByteView bytes) = 0;
};

enum class EvidenceFormat : std::uint8_t { JsonLines, Csv, Archive };

struct ExportRequest {
  EvidenceFormat format = EvidenceFormat::JsonLines;
  EntryFilter filter = {};
  std::string tool = {};  ///< program and version, for the manifest
};

struct Exported {
  std::uint64_t entries = 0;
  /// Erased entries that the filter may have meant: their fields are gone, or an archive of single
  /// entries cannot hold them.
  std::uint64_t left_out = 0;
};

/// A filter that takes everything gives an archive of the whole tree, any other one an archive of
/// single entries with their proofs. The same log and request give the same bytes.
///
/// Format  docs/formats/ledger-evidence.md
/// Cost    a bundle and a row of hashes; of an archive of single entries also 8 bytes an entry.
/// @param verified  of this source, `Report`, with a checkpoint (checked, RIGHTFUL_CHECK).
/// @return NotFound when an archive of single entries would be empty; Conflict when the source is
/// not what was verified any more; LimitExceeded above kMaxArchivedEntries or kMaxSelectedEntries;
/// what the source answers. What was written then is worth nothing. Errors  Failure
[[nodiscard]] Result<Exported> export_log(TileSource& source,
                                          const Verdict& verified,
                                          const ExportRequest& request,
                                          EvidenceSink& sink);

}  // namespace rightful::ledger
