/// @file
/// The published checkpoint, and every earlier one that is known: each is a tree that this log must
/// have had.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rightful/ledger/checkpoint.hpp"
#include "rightful/ledger/verifier.hpp"

#include "ledger/findings.hpp"

namespace rightful::ledger {

struct KnownHead {
  TreeHead head;
  std::string name;  ///< where it came from
};

struct PublishedHead {
  SignedCheckpoint checkpoint;
  Bytes note;
};

/// What a held checkpoint of another log says: the log before this one may be among them.
struct ForeignHead {
  Checkpoint checkpoint;
  std::string name;
  TileSource* tiles = nullptr;  ///< of that log, where there are any
};

struct KnownHeads {
  std::vector<KnownHead> earlier;  ///< ascending by size, all of them 1 … the published one's
  std::vector<ForeignHead> foreign;
  std::optional<ForeignHead> previous;  ///< the log that this one is said to go on from
};

/// What an error of open_checkpoint means.
[[nodiscard]] FindingKind kind_of_note_error(ErrorCode code) noexcept;

/// `note: <base64> note: <base64>`: both, so that anybody can show what the log did.
[[nodiscard]] std::string two_notes(const Bytes& one, const Bytes& other);

/// Empty when there is nothing to verify.
[[nodiscard]] std::optional<PublishedHead> open_published(TileSource& source,
                                                          const VerifyRequest& request,
                                                          Findings& findings);

/// Opens the held ones and those that the log saved, and compares what can be compared at once.
[[nodiscard]] KnownHeads collect_known_heads(TileSource& source,
                                             const VerifyRequest& request,
                                             const PublishedHead& published,
                                             Findings& findings);

}  // namespace rightful::ledger
