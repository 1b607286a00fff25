/// @file
/// Entries of a log as somebody reads them: a range, or those that a filter takes. Finds through
/// `ledger.lookup`, which is a convenience and proves nothing: who must be sure reads the range.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "rightful/core/bytes.hpp"
#include "rightful/ledger/evidence.hpp"
#include "rightful/ledger/tree.hpp"
#include "rightful/store/transaction.hpp"

namespace rightful::store::ledger_entries {

struct EntryRow {
  std::uint64_t index = 0;
  ledger::TreeHash leaf_hash;
  std::optional<Bytes> leaf;  ///< empty when the body was erased
};

/// The first `limit` entries that the filter takes, in the order of the log.
/// @param filter  `to` is set, at most the head's size (checked, RIGHTFUL_CHECK). A filter that
/// asks for fields cannot take an erased entry. Cost  one index range; memory: limit × 4 KiB.
/// Errors  DatabaseFailure; Failure Never `bad_row`.
[[nodiscard]] std::vector<EntryRow> select(Transaction& transaction,
                                           std::int64_t log_id,
                                           const ledger::EntryFilter& filter,
                                           std::size_t limit);

}  // namespace rightful::store::ledger_entries
