/// @file
/// What the demo claims about its ledger: checked as an auditor does it, on an exported copy with
/// nothing but the trust file, with a control that shows that a changed bit is found.
#pragma once

#include <filesystem>
#include <vector>

#include "rightful/store/pool.hpp"

#include "app/demo_proofs.hpp"
#include "app/stop_signal.hpp"

namespace rightful::app {

struct LedgerProofPlan {
  store::Pool& pool;             ///< asked for the trust file, and how far the log has to be signed
  const StopSignal& stop;        ///< waiting for that ends with it
  std::filesystem::path ledger;  ///< where logs are published
  std::filesystem::path out;     ///< gets `ledger.tar` and `trust.txt`; neither is there yet
  std::filesystem::path scratch;  ///< exists; gets the changed copy
  /// Checkpoints that packages carried away; those that are not there are left out.
  std::vector<std::filesystem::path> held;
};

/// Waits until everything that has happened is signed, half a minute at most.
/// Errors  Failure when the disk is full.
[[nodiscard]] Proof prove_ledger(const LedgerProofPlan& plan);

}  // namespace rightful::app
