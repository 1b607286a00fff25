/// @file
/// Writes what a batch of the sequencer has decided into the tables. Decides nothing.
#pragma once

#include <cstdint>

#include "store/binary_copy.hpp"
#include "store/ledger_batch.hpp"
#include "store/lookup_rows.hpp"

namespace rightful::store {

class BulkSession;

/// Keeps its buffers from batch to batch. Threads  one at a time.
class BatchWriter {
 public:
  explicit BatchWriter(std::int64_t log_id) : log_id_(log_id) {}

  /// Refused rows, entries, bodies, lookup, writers, the state of a log that is sealed, the head.
  /// @param old_size  of the head that is locked. Errors  DatabaseFailure, ConstraintViolation
  /// where somebody else has written into these tables; then the transaction is over.
  void write(BulkSession& session,
             const LedgerBatch& batch,
             std::uint64_t old_size,
             const WriterStates& states);

 private:
  static void write_refused(BulkSession& session, const LedgerBatch& batch);
  void write_leaves(BulkSession& session, const LedgerBatch& batch, std::uint64_t old_size);
  void write_writers(BulkSession& session, const WriterStates& states) const;

  std::int64_t log_id_;
  BinaryCopy entries_{3};
  BinaryCopy bodies_{3};
  BinaryCopy lookup_{kLookupColumns};
};

}  // namespace rightful::store
