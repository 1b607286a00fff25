/// @file
/// The links through which a colleague supplies one dataset of one request: the hash of the token
/// while it is alive. Not what may be done with one (export).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "rightful/core/clock.hpp"
#include "rightful/core/id.hpp"
#include "rightful/crypto/fixed_bytes.hpp"
#include "rightful/ledger/event.hpp"

namespace rightful::store {

class Transaction;

/// A link that is alive.
struct ManualLink {
  RequestId request;
  std::string dataset;
  Instant expires_at;
  bool may_replace = false;  ///< what was supplied before
  std::chrono::year_month_day due_nominal;
  std::optional<std::int64_t> catalog_version;
};

/// Whoever changes a link holds the lock of its task (manual_tasks::lock).
/// Errors   Failure when the database is lost. Threads  as Transaction.
namespace manual_links {

/// In the place of one that was there.
/// @param made  dataset.link_made
void put(Transaction& transaction,
         const ManualLink& link,
         const crypto::Sha256Digest& token,
         Instant now,
         ledger::Event made);
/// @return nothing when no link has this token, or when it has expired, or when its request waits
///         for the dataset no more.
[[nodiscard]] std::optional<ManualLink> find(Transaction& transaction,
                                             const crypto::Sha256Digest& token,
                                             Instant now);
/// @return how often the account was typed wrong, this time included.
[[nodiscard]] std::int64_t count_wrong(Transaction& transaction,
                                       const RequestId& request,
                                       const std::string& dataset);
/// @param ended  dataset.link_ended; recorded when there was one.
/// @return false when there was none.
bool end(Transaction& transaction,
         const RequestId& request,
         const std::string& dataset,
         ledger::Event ended);

}  // namespace manual_links

}  // namespace rightful::store
