/// @file
/// Rows of `staff_member`, each with its pseudonym. Decides nothing and believes nothing: whether a
/// row is authentic is checked in lifecycle/staff.hpp.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rightful/core/clock.hpp"
#include "rightful/crypto/fixed_bytes.hpp"
#include "rightful/ledger/event.hpp"
#include "rightful/store/transaction.hpp"

namespace rightful::store::staff {

struct StaffRow {
  std::string name;  ///< `[a-z0-9][a-z0-9._-]{0,63}`
  std::string role;  ///< `officer`, `auditor`, `operator`
  crypto::Sha256Digest token_hash;
  crypto::Sha256Digest mac;
  Instant added_at;
  std::optional<Instant> ended_at;
  std::optional<std::string> actor;  ///< `a_…`; empty when somebody has deleted it
};

[[nodiscard]] std::optional<StaffRow> find_by_token(Transaction& transaction,
                                                    const crypto::Sha256Digest& token_hash);
/// Nobody else changes it until the transaction ends.
[[nodiscard]] std::optional<StaffRow> lock(Transaction& transaction, const std::string& name);
/// All, by name.
[[nodiscard]] std::vector<StaffRow> list(Transaction& transaction);

/// The pseudonym of a member, kept when there is one already.
[[nodiscard]] std::string pseudonym_of(Transaction& transaction,
                                       const std::string& name,
                                       const ledger::StaffRef& fresh);
/// Adds the row or takes its place. `row.actor` is not written.
void put(Transaction& transaction, const StaffRow& row, ledger::Event changed);
/// Takes away the row and the pseudonym. @return false when there was neither.
[[nodiscard]] bool forget(Transaction& transaction,
                          const std::string& name,
                          ledger::Event forgotten);

}  // namespace rightful::store::staff
