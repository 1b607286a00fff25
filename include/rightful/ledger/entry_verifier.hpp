/// @file
/// Checks single entries outside their log: the bytes, the proof, the checkpoint it leads to. Says
/// nothing about the entries beside them.
#pragma once

#include "rightful/core/bytes.hpp"
#include "rightful/ledger/log_archive.hpp"
#include "rightful/ledger/verifier.hpp"

namespace rightful::ledger {

/// One entry and its proof (C2SP tlog-proof). Whether its writer was admitted, and which numbers
/// it used, only the whole log shows.
/// @param leaf, proof  hostile. `request`: keys, held checkpoints (other trees of the same size)
/// and `known` count.
[[nodiscard]] Verdict verify_entry(ByteView leaf,
                                   ByteView proof,
                                   const VerifyRequest& request,
                                   FindingSink& sink);

/// Every entry of an archive of single ones, each as verify_entry.
/// Errors  Failure when the archive breaks off.
[[nodiscard]] Verdict verify_selection(LogArchive& archive,
                                       const VerifyRequest& request,
                                       FindingSink& sink);

}  // namespace rightful::ledger
