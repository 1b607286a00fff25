/// @file
/// What a colleague must supply by hand for one request, and the sealed upload until the package is
/// released. Only ciphertext passes through here.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rightful/core/account_id.hpp"
#include "rightful/core/bytes.hpp"
#include "rightful/core/clock.hpp"
#include "rightful/core/id.hpp"
#include "rightful/ledger/event.hpp"
#include "rightful/store/kek_epochs.hpp"

namespace rightful::store {

class Transaction;

/// One dataset of one request, as the export needs it.
struct ManualState {
  std::string dataset;
  std::string state;                      ///< `open`, `supplied`, `closed`
  std::optional<WrappedKey> wrapped_key;  ///< exactly while supplied
};

/// The same, locked, as an upload needs it.
struct ManualTask {
  AccountId account;
  std::int64_t number;  ///< of the dataset in the catalog version, from 1
  std::string state;
  std::string ledger_ref;
  std::string request_state;
  Instant due_at;  ///< the end of `due_nominal` where the controller is
  std::chrono::year_month_day due_nominal;
  std::optional<std::int64_t> catalog_version;
};

struct ManualLine {
  RequestId request;
  std::string dataset;
  std::string state;
  std::string request_state;
  Instant opened_at;
  Instant due_at;
  std::optional<Instant> supplied_at;
  std::optional<std::int64_t> size_bytes;
  std::int64_t refused = 0;
  std::optional<std::int64_t> catalog_version;
};

/// Errors   Failure when the database is lost. Threads  as Transaction.
namespace manual_tasks {

/// Does nothing when the task is known.
void open(Transaction& transaction,
          const RequestId& request,
          const AccountId& account,
          const std::string& dataset,
          std::int64_t number,
          Instant now);

[[nodiscard]] std::vector<ManualState> states(Transaction& transaction,
                                              const RequestId& request,
                                              const AccountId& account);
/// Nobody else supplies it until the transaction ends.
[[nodiscard]] std::optional<ManualTask> lock(Transaction& transaction,
                                             const RequestId& request,
                                             const std::string& dataset);
/// All that are not closed, the earliest date first.
[[nodiscard]] std::vector<ManualLine> list(Transaction& transaction);

/// Replaces the chunks by none.
void drop_chunks(Transaction& transaction, const RequestId& request, const std::string& dataset);
void add_chunk(Transaction& transaction,
               const RequestId& request,
               const std::string& dataset,
               std::int64_t number,
               ByteView sealed);
/// At most `count` chunks after `last` (-1 = from the start), in order.
[[nodiscard]] std::vector<Bytes> chunks(Transaction& transaction,
                                        const RequestId& request,
                                        const AccountId& account,
                                        const std::string& dataset,
                                        std::int64_t last,
                                        std::int64_t count);
/// The task is supplied, and its export wakes up.
/// @param supplied  dataset.supplied
/// @return false when the task is closed or not there: roll back.
[[nodiscard]] bool supply(Transaction& transaction,
                          const RequestId& request,
                          const AccountId& account,
                          const std::string& dataset,
                          Instant now,
                          std::int64_t size_bytes,
                          const WrappedKey& wrapped_key,
                          ledger::Event supplied);
/// @param refused  dataset.supply_refused
void count_refused(Transaction& transaction,
                   const RequestId& request,
                   const std::string& dataset,
                   ledger::Event refused);

}  // namespace manual_tasks

}  // namespace rightful::store
