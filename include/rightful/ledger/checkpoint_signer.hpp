/// @file
/// Who signs checkpoints, as a publisher sees it: asked, and answered with a note or a refusal.
#pragma once

#include <expected>
#include <string>

#include "rightful/ledger/signer_memory.hpp"

namespace rightful::ledger {

/// Threads  one at a time.
class CheckpointSigner {
 public:
  virtual ~CheckpointSigner() = default;

  /// @param request  at most kMaxLeavesPerRequest leaves. @return the signed note of exactly the
  /// claimed tree, not yet believed: whoever publishes it checks it with the log's known keys.
  /// Errors  Failure when nobody answers: whether something was signed is then not known, and the
  /// same request may be made again.
  [[nodiscard]] virtual std::expected<std::string, SignRefusal> sign(
      const SignRequest& request) = 0;
};

}  // namespace rightful::ledger
