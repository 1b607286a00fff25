#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "rightful/core/failure.hpp"
#include "rightful/ledger/leaf.hpp"
#include "rightful/store/database_failure.hpp"
#include "rightful/store/sequencer.hpp"

#include "store/bulk_session.hpp"
#include "store/lookup_rows.hpp"
#include "store/outbox_rows.hpp"
#include "store/queries/sequencer.hpp"
#include "store/session.hpp"

namespace rightful::store {
namespace {

constexpr std::uint64_t kStepEntries = 4096;

/// Rows of some entries, and the numbers in them.
class Projection {
 public:
  Projection(std::int64_t log_id, const PGresult* bodies) : log_id_(log_id) {
    for (int row = 0; row < PQntuples(bodies); ++row)
      add(static_cast<std::uint64_t>(bigint_of(binary_field(bodies, row, 0))),
          as_bytes(binary_field(bodies, row, 1)));
  }

  void write(BulkSession& session) {
    const std::array<Value, 3> numbers{log_id_, writers_, numbers_};
    session.run(queries::kClearLookupNumbers, numbers);
    session.copy_in(queries::kCopyLookup, rows_.finish());
  }

  [[nodiscard]] std::uint64_t size() const noexcept { return writers_.size(); }

 private:
  void add(std::uint64_t index, ByteView bytes) {
    const auto leaf = ledger::parse_leaf(bytes);
    if (!leaf) {
      throw Failure(Retry::Never,
                    "ledger_damaged",
                    "entry " + std::to_string(index) + " of the ledger is no leaf");
    }
    add_lookup_row(rows_, log_id_, index, *leaf);
    writers_.emplace_back(leaf->w);
    numbers_.push_back(static_cast<std::int64_t>(leaf->n));
  }

  std::int64_t log_id_;
  BinaryCopy rows_{kLookupColumns};
  std::vector<std::string> writers_;
  std::vector<std::int64_t> numbers_;
};

void clear(BulkSession& session, std::int64_t log_id, std::uint64_t from, std::uint64_t to) {
  const std::array<Value, 3> range{log_id, from, to};
  session.run(queries::kClearLookupRange, range);
}

// What was written then stands there, or does not: the next run writes it anew.
void commit(BulkSession& session) {
  try {
    session.commit();
  } catch (const CommitInDoubt&) {
    throw DatabaseFailure(Retry::Later,
                          "commit_in_doubt",
                          "the connection broke while the ledger's lookup was made anew",
                          {});
  }
}

/// The head as it is; 0 for a log that there is not.
std::uint64_t size_of(BulkSession& session, const Sql& query, std::int64_t log_id) {
  const Value id(log_id);
  const auto row = session.run(query, {&id, 1}).at_most_one();
  return row ? static_cast<std::uint64_t>(row->integer("size")) : 0;
}

}  // namespace

std::uint64_t rebuild_lookup(const ConnectionSettings& settings, std::int64_t log_id) {
  constexpr std::uint64_t kForEver = std::uint64_t{1} << 62U;
  BulkSession session(settings);
  std::uint64_t written = 0;
  std::uint64_t at = 0;
  for (bool is_end = false; !is_end;) {
    session.begin(Isolation::ReadCommitted, settings);
    std::uint64_t size = size_of(session, queries::kReadHead, log_id);
    is_end = at + kStepEntries >= size;
    // What stands beyond the head is nobody's: no sequencer may be writing there now.
    if (is_end) size = size_of(session, queries::kWaitForHead, log_id);
    is_end = at + kStepEntries >= size;
    const std::uint64_t end = is_end ? size : at + kStepEntries;
    const std::array<Value, 3> range{log_id, at, end};
    const ResultHandle bodies = session.run_binary(queries::kReadBodies, range);
    Projection projection(log_id, bodies.get());
    clear(session, log_id, at, is_end ? kForEver : end);
    projection.write(session);
    commit(session);
    written += projection.size();
    at = end;
  }
  return written;
}

}  // namespace rightful::store
