/// @file
/// The trust file: which logs' keys an auditor believes, given to them by another way than the log.
/// Decides nothing about a checkpoint.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "rightful/core/bytes.hpp"
#include "rightful/core/result.hpp"
#include "rightful/ledger/note.hpp"

namespace rightful::ledger {

inline constexpr std::size_t kMaxTrustFileSizeBytes = std::size_t{64} * 1024;

/// Format  C2SP tlog-policy; docs/formats/ledger-trust-file.md
class TrustFile {
 public:
  /// @param bytes  hostile. @return InvalidArgument, naming the line; LimitExceeded above
  /// kMaxTrustFileSizeBytes.
  [[nodiscard]] static Result<TrustFile> parse(ByteView bytes);

  /// The logs' keys, at least one; several of one name while a key is replaced.
  [[nodiscard]] const std::vector<NoteKey>& log_keys() const noexcept { return log_keys_; }

  /// Does it want checkpoints that witnesses have cosigned? Nothing here can show that: what relies
  /// on such a file must answer that the evidence does not suffice.
  [[nodiscard]] bool asks_for_witnesses() const noexcept { return asks_for_witnesses_; }

 private:
  TrustFile(std::vector<NoteKey> log_keys, bool asks_for_witnesses)
      : log_keys_(std::move(log_keys)), asks_for_witnesses_(asks_for_witnesses) {}

  std::vector<NoteKey> log_keys_;
  bool asks_for_witnesses_;
};

/// What an operator hands out: a line a key, and `quorum none`. At least one key (checked,
/// RIGHTFUL_CHECK).
[[nodiscard]] std::string format_trust_file(std::span<const NoteKey> log_keys);

}  // namespace rightful::ledger
