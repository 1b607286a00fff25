/// @file
/// The accident: something personal stands in an entry. Its body is taken away everywhere; its hash
/// stays, and a later leaf says so.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>

#include "rightful/core/result.hpp"
#include "rightful/lifecycle/erasure.hpp"

namespace rightful::lifecycle {

using LogWhy = ledger::Code<ledger::CodeList::LogWhy>;

struct Redaction {
  std::uint64_t index = 0;  ///< in the live log
  LogWhy why;
  ledger::StaffRef first;  ///< two different officers
  ledger::StaffRef second;
};

struct RedactionReport {
  bool was_done_before = false;  ///< the body had gone already; files were looked through again
  std::uint64_t files = 0;       ///< bundles that were written anew
};

/// Deletes body and lookup row with `log.redacted` in one transaction, waits until a signed
/// checkpoint covers that leaf, then writes every bundle that held the body anew: so a verifier
/// never meets a missing body that no leaf explains. A call that breaks off is repeated as it was.
///
/// Law  GDPR Art. 17(1)(d), 5(1)(f).
/// @param directory  setting `ledger.dir`. @param patience  how long a checkpoint may take.
/// @return NotFound when the live log has no such entry; Denied for `log.*`, `writer.*`,
/// `keyring.*`, `subject_key.destroyed` and `actor.forgotten`, without which the log could not be
/// verified or a restore not be caught up with; Unavailable when no checkpoint came: the body is
/// out of the database, and the same call finishes the files. Errors  Failure.
[[nodiscard]] Result<RedactionReport> redact(const LedgerTools& tools,
                                             const std::filesystem::path& directory,
                                             const Redaction& redaction,
                                             std::chrono::seconds patience);

}  // namespace rightful::lifecycle
