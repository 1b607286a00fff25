#include "rightful/store/manual_tasks.hpp"

#include <utility>

#include "rightful/store/transaction.hpp"

#include "store/queries/manual_task.hpp"

namespace rightful::store::manual_tasks {

void open(Transaction& transaction,
          const RequestId& request,
          const AccountId& account,
          const std::string& dataset,
          std::int64_t number,
          Instant now) {
  transaction.run(queries::kManualOpen, {request, account, dataset, number, now});
}

std::vector<ManualState> states(Transaction& transaction,
                                const RequestId& request,
                                const AccountId& account) {
  std::vector<ManualState> found;
  for (const Row row : transaction.run(queries::kManualStates, {request, account})) {
    ManualState state{row.text("dataset"), row.text("state"), std::nullopt};
    if (auto wrapped = row.optional_bytes("wrapped_key")) {
      state.wrapped_key = WrappedKey{*std::move(wrapped), row.integer("kek_epoch")};
    }
    found.push_back(std::move(state));
  }
  return found;
}

std::optional<ManualTask> lock(Transaction& transaction,
                               const RequestId& request,
                               const std::string& dataset) {
  const auto row = transaction.run(queries::kManualLock, {request, dataset}).at_most_one();
  if (!row) return std::nullopt;
  return ManualTask{row->account("account_id"),
                    row->integer("ds"),
                    row->text("state"),
                    row->text("ledger_ref"),
                    row->text("request_state"),
                    row->instant("due_at"),
                    row->date("due_nominal"),
                    row->optional_integer("catalog_version")};
}

std::vector<ManualLine> list(Transaction& transaction) {
  std::vector<ManualLine> lines;
  for (const Row row : transaction.run(queries::kManualList)) {
    lines.push_back({row.id<RequestId>("request_id"),
                     row.text("dataset"),
                     row.text("state"),
                     row.text("request_state"),
                     row.instant("opened_at"),
                     row.instant("due_at"),
                     row.optional_instant("supplied_at"),
                     row.optional_integer("size_bytes"),
                     row.integer("refused"),
                     row.optional_integer("catalog_version")});
  }
  return lines;
}

void drop_chunks(Transaction& transaction, const RequestId& request, const std::string& dataset) {
  transaction.run(queries::kManualDropChunks, {request, dataset});
}

void add_chunk(Transaction& transaction,
               const RequestId& request,
               const std::string& dataset,
               std::int64_t number,
               ByteView sealed) {
  transaction.run(queries::kManualAddChunk, {request, dataset, number, sealed});
}

std::vector<Bytes> chunks(Transaction& transaction,
                          const RequestId& request,
                          const AccountId& account,
                          const std::string& dataset,
                          std::int64_t last,
                          std::int64_t count) {
  std::vector<Bytes> found;
  for (const Row row :
       transaction.run(queries::kManualChunks, {request, account, dataset, last, count})) {
    found.push_back(row.bytes("sealed"));
  }
  return found;
}

bool supply(Transaction& transaction,
            const RequestId& request,
            const AccountId& account,
            const std::string& dataset,
            Instant now,
            std::int64_t size_bytes,
            const WrappedKey& wrapped_key,
            ledger::Event supplied) {
  const Rows rows = transaction.run(
      queries::kManualSupply,
      {request, account, dataset, now, size_bytes, wrapped_key.bytes, wrapped_key.kek_epoch});
  if (rows.affected() == 0) return false;
  transaction.run(queries::kManualWake, {request, account});
  transaction.record(std::move(supplied));
  return true;
}

void count_refused(Transaction& transaction,
                   const RequestId& request,
                   const std::string& dataset,
                   ledger::Event refused) {
  transaction.run(queries::kManualCountRefused, {request, dataset});
  transaction.record(std::move(refused));
}

}  // namespace rightful::store::manual_tasks
