/// @file
/// The proof that one entry is in a log, as a text of its own: index, hashes, and the checkpoint
/// they lead to. Whoever has the entry's bytes and the log's key needs nothing else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "rightful/core/bytes.hpp"
#include "rightful/core/result.hpp"
#include "rightful/ledger/checkpoint.hpp"
#include "rightful/ledger/note.hpp"
#include "rightful/ledger/proof.hpp"

namespace rightful::ledger {

inline constexpr std::size_t kMaxInclusionHashes = 63;
/// A note, 63 lines of hashes, and room for extra data that others put in.
inline constexpr std::size_t kMaxTlogProofSizeBytes = kMaxNoteSizeBytes + std::size_t{16} * 1024;

/// Format  C2SP tlog-proof; docs/formats/ledger-evidence.md §3
struct TlogProof {
  std::uint64_t index = 0;
  Proof hashes;  ///< from the leaf's sibling to the root's child; at most kMaxInclusionHashes
  Bytes note;    ///< the checkpoint, verbatim
};

/// At most kMaxInclusionHashes hashes (checked, RIGHTFUL_CHECK).
[[nodiscard]] std::string format_tlog_proof(const TlogProof& proof);

/// Extra data, which nobody has signed, is passed over. Nothing is verified.
/// @param bytes  hostile. @return InvalidArgument; LimitExceeded above kMaxTlogProofSizeBytes or
/// kMaxInclusionHashes.
[[nodiscard]] Result<TlogProof> parse_tlog_proof(ByteView bytes);

/// Opens the checkpoint and follows the hashes from the leaf to its root.
/// @param leaf  the entry's exact bytes. @return as open_checkpoint and verify_inclusion.
[[nodiscard]] Result<SignedCheckpoint> verify_tlog_proof(const TlogProof& proof,
                                                         ByteView leaf,
                                                         std::span<const NoteKey> known);

}  // namespace rightful::ledger
