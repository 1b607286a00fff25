/// @file
/// The signer in its own process, asked over its socket.
#pragma once

#include <filesystem>

#include "rightful/ledger/checkpoint_signer.hpp"

namespace rightful::app {

/// Format   docs/formats/ledger-signer-protocol.md
/// Threads  any: each request has a connection of its own.
class RemoteSigner final : public ledger::CheckpointSigner {
 public:
  explicit RemoteSigner(std::filesystem::path socket) : socket_(std::move(socket)) {}

  /// Waits at most ten seconds. Errors  Failure Later `unavailable` when nobody answers, Never
  /// `protocol` when what answers is no signer, or does not take requests of this user.
  [[nodiscard]] std::expected<std::string, ledger::SignRefusal> sign(
      const ledger::SignRequest& request) override;

 private:
  std::filesystem::path socket_;
};

}  // namespace rightful::app
