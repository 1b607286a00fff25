/// @file
/// A published log whose processes are killed, and what must hold after each kill.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "rightful/ledger/checkpoint_signer.hpp"
#include "rightful/ledger/signer_memory.hpp"

#include "tests/integration/app/published_ledger.hpp"

namespace rightful::testing {

/// Says when another signer is asked, and keeps the largest size of which a signature came back.
class WitnessedSigner final : public ledger::CheckpointSigner {
 public:
  explicit WitnessedSigner(ledger::CheckpointSigner& signer) : signer_(signer) {}

  std::expected<std::string, ledger::SignRefusal> sign(const ledger::SignRequest& request) override;

  /// For another thread too.
  [[nodiscard]] bool was_asked() const { return was_asked_; }

  [[nodiscard]] std::uint64_t signed_size() const { return signed_size_; }

  /// From the last question to its answer; 0 while none was answered.
  [[nodiscard]] std::chrono::microseconds lasted() const { return lasted_; }

 private:
  ledger::CheckpointSigner& signer_;
  std::atomic<bool> was_asked_{false};
  std::uint64_t signed_size_ = 0;
  std::chrono::microseconds lasted_{0};
};

class CrashedLedger : public PublishedLedger {
 protected:
  [[nodiscard]] store::Publisher make_publisher_with(ledger::CheckpointSigner& signer);

  /// Whole, whatever has happened (checked, throws).
  [[nodiscard]] ledger::SignerMemory memory();

  /// The published checkpoint is a signed one, its log did not go back, and no size ever had
  /// another root. To be called with ASSERT_NO_FATAL_FAILURE.
  void look();
  /// What is published verifies; of the leaves their hashes alone.
  void expect_tree();
  /// After a restart: database, folder and memory say the same, and nothing is left over.
  void expect_agreement();

 private:
  std::map<std::uint64_t, ledger::TreeHash> roots_;
  std::uint64_t last_ = 0;
};

}  // namespace rightful::testing
