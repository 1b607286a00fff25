/// @file
/// Checkpoints: what a log says of itself at one moment, as the text of a signed note.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rightful/core/bytes.hpp"
#include "rightful/core/result.hpp"
#include "rightful/ledger/event_fields.hpp"
#include "rightful/ledger/note.hpp"
#include "rightful/ledger/proof.hpp"

namespace rightful::ledger {

struct Checkpoint {
  Origin origin;
  TreeHead head;
};

/// Format  docs/formats/ledger-note.md §3: origin LF size LF base64 root LF.
/// The size is at most kMaxTreeSize (checked, RIGHTFUL_CHECK).
[[nodiscard]] std::string format_checkpoint(const Checkpoint& checkpoint);

/// Exactly what format_checkpoint writes: no further lines, and size 0 has the empty tree's root.
/// @param text  hostile. @return InvalidArgument
[[nodiscard]] Result<Checkpoint> parse_checkpoint(std::string_view text);

/// A note over the checkpoint. Each signer's name is the origin (checked, RIGHTFUL_CHECK).
[[nodiscard]] std::string sign_checkpoint(const Checkpoint& checkpoint,
                                          std::span<const NoteSigner> signers);

struct SignedCheckpoint {
  Checkpoint checkpoint;
  std::vector<NoteKey> signed_by;  ///< at least one
};

/// Note, signatures, checkpoint, origin.
/// @param note  hostile. @return as parse_note, verify_note and parse_checkpoint; Conflict when a
/// known key signed for an origin that is not its name.
[[nodiscard]] Result<SignedCheckpoint> open_checkpoint(ByteView note,
                                                       std::span<const NoteKey> known);

/// Is `older` a beginning of `newer`? Every tree goes on from the empty one: then the proof is
/// empty.
/// @return Conflict for another origin; else as verify_consistency.
[[nodiscard]] Result<void> verify_extends(const Checkpoint& older,
                                          const Checkpoint& newer,
                                          const Proof& proof);

}  // namespace rightful::ledger
