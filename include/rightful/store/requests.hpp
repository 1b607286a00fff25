/// @file
/// Rows of `access_request`, and what the requester sees of job and package beside them. Every
/// query names request and account both; every change carries its ledger event. The table of
/// allowed moves stands in lifecycle/request_state.hpp.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rightful/core/account_id.hpp"
#include "rightful/core/bytes.hpp"
#include "rightful/core/clock.hpp"
#include "rightful/core/id.hpp"
#include "rightful/crypto/fixed_bytes.hpp"
#include "rightful/ledger/event.hpp"
#include "rightful/store/transaction.hpp"

namespace rightful::store::requests {

/// A request as it is first written: state `queued`, because `received` is left in the same
/// transaction.
struct NewRequest {
  RequestId id;
  AccountId account;
  std::string ledger_ref;  ///< `r_` + 22 characters
  Instant received_at;
  std::string language;
  crypto::Nonce nonce;
  Instant stated_at;
  crypto::UnlockPublicKey unlock_key;
  crypto::SignPublicKey sign_key;
  crypto::Signature signature;
  std::chrono::year_month_day due_nominal;
  std::chrono::year_month_day due;
  Instant due_at;             ///< end of due_nominal in the controller's zone
  std::string deadline_json;  ///< rules, inputs and versions it was computed with
};

/// The whole row.
struct RequestRow {
  RequestId id;
  AccountId account;
  std::string ledger_ref;
  std::string state;
  Instant received_at;
  std::string language;
  crypto::Nonce nonce;
  Instant stated_at;
  crypto::UnlockPublicKey unlock_key;
  crypto::SignPublicKey sign_key;
  crypto::Signature signature;
  std::chrono::year_month_day due_nominal;
  std::chrono::year_month_day due;
  Instant due_at;
  std::string deadline_json;
  std::optional<std::int64_t> catalog_version;
  Instant updated_at;
  std::optional<std::string> failure_note;
};

/// The newest job of a request, as far as its owner may see it.
struct JobView {
  std::string state;
  std::optional<std::string> stage;
  std::optional<std::string> progress_json;  ///< counts only
  std::int64_t attempt;
};

/// A package whose object has to go; the rest of it is in packages.hpp.
struct EndedPackage {
  RequestId request;
  AccountId account;
  std::string request_ref;
  std::string state;  ///< of the request
};

/// Errors  ConstraintViolation: `access_request_one_open`, `access_request_nonce_key`,
/// `access_request_pkey`.
void insert(Transaction& transaction, const NewRequest& request, ledger::Event event);

[[nodiscard]] std::optional<RequestRow> find(Transaction& transaction,
                                             const RequestId& request,
                                             const AccountId& account);
/// As find(), and holds job and request until the transaction ends; jobs first, as claim and
/// release do, so that nobody waits in a circle.
[[nodiscard]] std::optional<RequestRow> lock(Transaction& transaction,
                                             const RequestId& request,
                                             const AccountId& account);
/// Newest first.
[[nodiscard]] std::vector<RequestRow> list(Transaction& transaction, const AccountId& account);
/// The one whose clock runs (access_request_one_open).
[[nodiscard]] std::optional<RequestRow> find_open(Transaction& transaction,
                                                  const AccountId& account);

/// @param note  plain words for requester and officer, never personal data; replaces the one
/// before.
struct StateChange {
  std::string_view from;
  std::string_view to;
  std::optional<std::string> note;
  Instant now;
};

/// One compare-and-swap: the state becomes `to` only if it is `from` now.
/// @return false when the row is in another state or belongs to somebody else; then nothing is
/// recorded.
[[nodiscard]] bool move(Transaction& transaction,
                        const RequestId& request,
                        const AccountId& account,
                        const StateChange& change,
                        ledger::Event event);

/// A failed request that an operator puts back; named by its id alone, because no person is in the
/// call.
struct ReopenedRequest {
  AccountId account;
  std::string ledger_ref;
  Instant due_at;
};

/// `failed` → `queued`, without a catalog version: the next claim takes the newest. The caller
/// enqueues its job.
/// @return empty when it is in another state, or absent.
[[nodiscard]] std::optional<ReopenedRequest> reopen_failed(Transaction& transaction,
                                                           const RequestId& request,
                                                           Instant now);
[[nodiscard]] std::optional<std::string> state_of(Transaction& transaction,
                                                  const RequestId& request);

[[nodiscard]] std::optional<JobView> find_job(Transaction& transaction,
                                              const RequestId& request,
                                              const AccountId& account);
/// No download, no envelope from now on.
/// @return false when there is no package, or it is frozen already; then nothing is recorded.
bool freeze_package(Transaction& transaction,
                    const RequestId& request,
                    const AccountId& account,
                    Instant now,
                    ledger::Event event);
/// Sets first_downloaded_at once; later calls change nothing.
void mark_downloaded(Transaction& transaction,
                     const RequestId& request,
                     const AccountId& account,
                     Instant now);
/// The object is gone. @return false when that was recorded before; then nothing is recorded.
[[nodiscard]] bool mark_destroyed(Transaction& transaction,
                                  const RequestId& request,
                                  const AccountId& account,
                                  Instant now,
                                  ledger::Event event);
/// Packages past `expires_at` or of a withdrawn request whose object is still there, oldest first.
[[nodiscard]] std::vector<EndedPackage> ended_packages(Transaction& transaction,
                                                       Instant now,
                                                       std::int64_t limit);

}  // namespace rightful::store::requests
