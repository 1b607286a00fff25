#include "store/batch_writer.hpp"

#include <initializer_list>
#include <string>
#include <vector>

#include "rightful/core/check.hpp"
#include "rightful/core/log.hpp"

#include "store/bulk_session.hpp"
#include "store/head_row.hpp"
#include "store/lookup_rows.hpp"
#include "store/queries/sequencer.hpp"

namespace rightful::store {
namespace {

Rows run(BulkSession& session, const Sql& sql, std::initializer_list<Value> values) {
  return session.run(sql, {values.begin(), values.size()});
}

}  // namespace

void BatchWriter::write_refused(BulkSession& session, const LedgerBatch& batch) {
  if (batch.refused().empty()) return;
  std::vector<std::int64_t> ids;
  std::vector<Bytes> leaves;
  std::vector<std::string> reasons;
  for (const RefusedRow& row : batch.refused()) {
    ids.push_back(row.id);
    leaves.emplace_back(row.bytes.begin(), row.bytes.end());
    reasons.emplace_back(row.why);
  }
  run(session, queries::kAddRejected, {ids, leaves, reasons});
  log::warn("ledger_rows_refused", "rows={} first={} why={}", ids.size(), ids[0], reasons[0]);
}

void BatchWriter::write_leaves(BulkSession& session,
                               const LedgerBatch& batch,
                               std::uint64_t old_size) {
  entries_.clear();
  bodies_.clear();
  lookup_.clear();
  std::uint64_t index = old_size;
  for (const auto& [leaf] : batch.placed()) {
    const auto& hash = leaf->hash;
    RIGHTFUL_CHECK(hash);
    entries_.begin_row();
    entries_.add_smallint(log_id_);
    entries_.add_bigint(index);
    entries_.add_bytes(hash->bytes());
    bodies_.begin_row();
    bodies_.add_smallint(log_id_);
    bodies_.add_bigint(index);
    bodies_.add_bytes(leaf->bytes);
    add_lookup_row(lookup_, log_id_, index, leaf->leaf);
    ++index;
  }
  session.copy_in(queries::kCopyEntries, entries_.finish());
  session.copy_in(queries::kCopyBodies, bodies_.finish());
  session.copy_in(queries::kCopyLookup, lookup_.finish());
}

void BatchWriter::write_writers(BulkSession& session, const WriterStates& states) const {
  std::vector<std::string> ids;
  std::vector<Bytes> public_keys;
  std::vector<std::int64_t> spans;
  std::vector<std::int64_t> bases;
  std::vector<std::int64_t> seen;
  std::vector<std::int64_t> started;
  std::vector<std::string> stopped;
  for (const auto& [id, state] : states) {
    if (!state.is_changed) continue;
    ids.push_back(id);
    public_keys.emplace_back(state.key.bytes().begin(), state.key.bytes().end());
    spans.push_back(state.span);
    bases.push_back(static_cast<std::int64_t>(state.window.base()));
    seen.push_back(static_cast<std::int64_t>(state.window.seen()));
    started.push_back(static_cast<std::int64_t>(state.started_idx));
    stopped.push_back(state.stopped_idx ? std::to_string(*state.stopped_idx) : "");
  }
  if (ids.empty()) return;
  run(session,
      queries::kStoreWriters,
      {log_id_, ids, public_keys, spans, bases, seen, started, stopped});
}

void BatchWriter::write(BulkSession& session,
                        const LedgerBatch& batch,
                        std::uint64_t old_size,
                        const WriterStates& states) {
  write_refused(session, batch);
  write_leaves(session, batch, old_size);
  write_writers(session, states);
  if (batch.is_sealed()) run(session, queries::kSealLog, {log_id_});
  advance_head(session, log_id_, old_size, batch.frontier());
}

}  // namespace rightful::store
