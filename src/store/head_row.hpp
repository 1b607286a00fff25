/// @file
/// The head of a log as the sequencer reads and writes it, under its lock.
#pragma once

#include <cstdint>
#include <optional>

#include "rightful/ledger/frontier.hpp"
#include "rightful/store/sql.hpp"

#include "store/checked_leaf.hpp"

namespace rightful::store {

class BulkSession;

struct HeadRow {
  LogIdentity log;
  ledger::Frontier frontier;
  bool takes_leaves = false;  ///< open or frozen
  bool is_live = false;       ///< the newest of those
};

/// @param lock  queries::kLockHead or kWaitForHead. @return empty when another holds the lock, or
/// there is no such log. Errors  Failure Never `ledger_damaged` when root and frontier disagree.
[[nodiscard]] std::optional<HeadRow> lock_head(BulkSession& session,
                                               const Sql& lock,
                                               std::int64_t log_id);

/// Errors  Failure Later `serialization` when the head is not at `old_size` any more.
void advance_head(BulkSession& session,
                  std::int64_t log_id,
                  std::uint64_t old_size,
                  const ledger::Frontier& frontier);

}  // namespace rightful::store
