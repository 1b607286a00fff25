#include "rightful/store/ledger_entries.hpp"

#include "rightful/core/check.hpp"
#include "rightful/core/failure.hpp"

#include "store/queries/ledger_entries.hpp"

namespace rightful::store::ledger_entries {

namespace {

EntryRow to_entry(const Row& row) {
  const auto hash = ledger::TreeHash::parse(row.bytes("leaf_hash"));
  const std::int64_t index = row.integer("idx");
  if (!hash || index < 0) {
    throw Failure(Retry::Never, "bad_row", "an entry of the ledger is malformed");
  }
  return {static_cast<std::uint64_t>(index), *hash, row.optional_bytes("leaf")};
}

}  // namespace

std::vector<EntryRow> select(Transaction& transaction,
                             std::int64_t log_id,
                             const ledger::EntryFilter& filter,
                             std::size_t limit) {
  RIGHTFUL_CHECK(filter.to.has_value());
  const Rows rows =
      filter.asks_for_fields()
          ? transaction.run(queries::kEntriesByFields,
                            {log_id,
                             filter.from,
                             *filter.to,
                             limit,
                             filter.subj,
                             filter.actor,
                             filter.req,
                             filter.act,
                             filter.since,
                             filter.until})
          : transaction.run(queries::kEntriesInRange, {log_id, filter.from, *filter.to, limit});
  std::vector<EntryRow> entries;
  entries.reserve(rows.size());
  for (const Row row : rows)
    entries.push_back(to_entry(row));
  return entries;
}

}  // namespace rightful::store::ledger_entries
