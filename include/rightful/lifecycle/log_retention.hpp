/// @file
/// The end of a log's retention: its entries go, its hashes and its last checkpoint stay.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>

#include "rightful/core/result.hpp"
#include "rightful/lifecycle/erasure.hpp"

namespace rightful::lifecycle {

struct PurgeReport {
  std::uint64_t entries = 0;
  bool went_on = false;  ///< with a purge that had broken off
};

/// `log.purged` and the log's state first, then bodies, lookup rows and published bundles: a call
/// that breaks off is repeated, and writes no second leaf.
///
/// Law  GDPR Art. 5(1)(e). Leaves are pseudonymous, hence personal data.
/// @param log  short name. @param directory  setting `ledger.dir`. @param kept  setting
/// `ledger.retention_months`, counted from the sealed log's last entry.
/// @return NotFound; Conflict while the log is not sealed, not signed to its end, or kept still
/// (names the day). Errors  Failure.
[[nodiscard]] Result<PurgeReport> purge_log(const LedgerTools& tools,
                                            const std::filesystem::path& directory,
                                            const std::string& log,
                                            std::chrono::months kept);

}  // namespace rightful::lifecycle
