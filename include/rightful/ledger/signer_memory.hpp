/// @file
/// What the signer remembers of the log, and the decision that this memory is for: sign, or freeze.
/// A value: files are signer.hpp's, sockets are nobody's here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rightful/core/bytes.hpp"
#include "rightful/core/result.hpp"
#include "rightful/ledger/checkpoint.hpp"
#include "rightful/ledger/frontier.hpp"
#include "rightful/ledger/note.hpp"
#include "rightful/ledger/proof.hpp"

namespace rightful::ledger {

inline constexpr std::size_t kMaxMemorySizeBytes = 8192;
/// The signer stays below 16 MiB with it, whatever it is sent.
inline constexpr std::size_t kMaxLeavesPerRequest = 16384;
/// The present key, and while it is replaced the next one.
inline constexpr std::size_t kMaxSignerKeys = 2;

/// Why the signer signs nothing any more.
enum class FreezeReason : std::uint8_t {
  SizeSmaller,       ///< asked for a tree that is smaller than one already signed
  RootDiffers,       ///< one size, two roots
  LeavesDiffer,      ///< the leaves do not lead from the signed root to the claimed one
  MemoryLost,        ///< missing, unreadable, or not as it was written
  WrongOrigin,       ///< asked to sign for another log
  MemoryRolledBack,  ///< a larger tree is published under the signer's own key
  WrongKey           ///< the signer's key is none of those that the memory names
};

/// The word that `log.thawed` and `log.recovery` use: `size_smaller`, `root_differs`, …
[[nodiscard]] std::string_view name_of(FreezeReason reason) noexcept;

/// May the log go on after officers have looked? After the others it is dead, and a new origin
/// takes its place: a log is never continued past entries that are lost.
[[nodiscard]] bool can_thaw(FreezeReason reason) noexcept;

/// What the sequencer asks for.
struct SignRequest {
  Origin origin;
  TreeHead claimed;
  std::uint64_t from = 0;        ///< the size at which `leaves` begin: the signer's
  std::vector<TreeHash> leaves;  ///< the leaf hashes from there on
};

/// Why a request gets no signature.
struct SignRefusal {
  enum class Kind : std::uint8_t {
    Frozen,        ///< by this request or earlier; `reason` says why
    SendFrom,      ///< the leaves begin elsewhere; send them from `size` on. Nothing has changed
    TooManyLeaves  ///< more than kMaxLeavesPerRequest. Nothing has changed
  };

  Kind kind = Kind::Frozen;
  std::optional<FreezeReason> reason;
  std::uint64_t size = 0;  ///< the signer's
};

/// One log: its right edge as last signed, the keys that sign it, and whether it is frozen.
///
/// Format  docs/formats/ledger-signer-memory.md
class SignerMemory {
 public:
  /// A log that has just been opened. @return InvalidArgument when the key's name is not the
  /// origin.
  [[nodiscard]] static Result<SignerMemory> begin(const Origin& origin, const NoteKey& key);

  /// @return InvalidArgument for anything but what text() writes: the memory is lost.
  [[nodiscard]] static Result<SignerMemory> parse(ByteView bytes);

  /// At most kMaxMemorySizeBytes, with its own checksum.
  [[nodiscard]] std::string text() const;

  /// The memory after the request, to be kept durably **before** its checkpoint is signed; or why
  /// nothing is signed. The same size and root may be signed again.
  [[nodiscard]] std::expected<SignerMemory, SignRefusal> decide(const SignRequest& request) const;

  /// The same log, signing nothing. A memory that is frozen keeps its first reason.
  [[nodiscard]] SignerMemory frozen_by(FreezeReason reason) const;

  /// Replaces the keys. @param keys  one or two, named as the origin, one of them a present one.
  /// @return InvalidArgument; Denied when frozen.
  [[nodiscard]] Result<SignerMemory> with_keys(std::vector<NoteKey> keys) const;

  [[nodiscard]] const Frontier& frontier() const noexcept { return frontier_; }

  [[nodiscard]] const std::vector<NoteKey>& keys() const noexcept { return keys_; }

  [[nodiscard]] const std::optional<FreezeReason>& frozen() const noexcept { return frozen_; }

  /// What may be signed again.
  [[nodiscard]] Checkpoint checkpoint() const;

  friend bool operator==(const SignerMemory&, const SignerMemory&) = default;

 private:
  friend Result<SignerMemory> thaw(FreezeReason reason,
                                   const Frontier& database,
                                   const struct ThawEvidence& evidence,
                                   std::vector<NoteKey> keys);

  SignerMemory(Origin origin, std::vector<NoteKey> keys, Frontier frontier)
      : origin_(std::move(origin)), keys_(std::move(keys)), frontier_(std::move(frontier)) {}

  Origin origin_;
  std::vector<NoteKey> keys_;
  Frontier frontier_;
  std::optional<FreezeReason> frozen_;
};

/// What officers bring together before a signer without a memory signs again: the last published
/// checkpoint and one that was held elsewhere (an auditor, a delivered package), and that the
/// database goes on from both.
struct ThawEvidence {
  SignedCheckpoint published;
  SignedCheckpoint held;
  Proof from_published;
  Proof from_held;
};

/// A new memory over the tree of the database.
/// @param keys  one or two, named as the origin. @return Denied when can_thaw(reason) is false;
/// InvalidArgument for the keys; else what verify_extends says of the evidence.
[[nodiscard]] Result<SignerMemory> thaw(FreezeReason reason,
                                        const Frontier& database,
                                        const ThawEvidence& evidence,
                                        std::vector<NoteKey> keys);

}  // namespace rightful::ledger
