/// @file
/// The tree as the database's own entries give it: for proofs that must not rest on published
/// files.
#pragma once

#include <cstdint>

#include "rightful/ledger/tree.hpp"
#include "rightful/store/pool.hpp"

namespace rightful::store {

/// Owns     nothing; `pool` must outlive it.
/// Threads  one at a time.
/// Errors   DatabaseFailure; Failure Never `ledger_damaged`
/// Cost     reads every entry below the subtree that is asked for, in parts.
class EntryTree final : public ledger::HashSource {
 public:
  EntryTree(Pool& pool, std::int64_t log_id, std::uint64_t size)
      : pool_(pool), log_id_(log_id), size_(size) {}

  [[nodiscard]] Result<ledger::TreeHash> subtree(unsigned level, std::uint64_t index) override;

 private:
  Pool& pool_;
  std::int64_t log_id_;
  std::uint64_t size_;
};

}  // namespace rightful::store
