/// @file
/// The whole ledger at work: facts come in while sequencer, signer and publisher run as the product
/// runs them; and a million facts that waited are worked off.
#pragma once

#include <chrono>
#include <nlohmann/json_fwd.hpp>

#include "bench/ledger_bed.hpp"

namespace rightful::bench {

/// 32 clients append for `duration`; B(32) is measured just before, on the same server, and then
/// how many facts about persons it takes. From commit
/// to published checkpoint is what a client of its own sees that appends ten facts a second.
[[nodiscard]] nlohmann::ordered_json measure_running(const Setup& setup,
                                                     LedgerBed& bed,
                                                     std::chrono::seconds duration);

/// Stages `leaves` signed ones, then starts sequencer, signer and publisher, and waits for the
/// last.
[[nodiscard]] nlohmann::ordered_json measure_draining(const Setup& setup,
                                                      LedgerBed& bed,
                                                      std::uint64_t leaves);

}  // namespace rightful::bench
