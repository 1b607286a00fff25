/// @file
/// What the files of AccessRequests share: submit.cpp (asking), access_requests.cpp (looking,
/// withdrawing, disowning), download.cpp (fetching), expiry.cpp (forgetting).
#pragma once

#include <optional>
#include <string>

#include "rightful/ledger/event.hpp"
#include "rightful/lifecycle/access_requests.hpp"
#include "rightful/store/accounts.hpp"
#include "rightful/store/packages.hpp"
#include "rightful/store/requests.hpp"
#include "rightful/store/transaction.hpp"

#include "lifecycle/download_coverage.hpp"

namespace rightful::lifecycle {

struct AccessRequests::Parts {
  store::Pool& pool;
  store::LedgerPressure& pressure;
  PackageObjects& objects;
  Clock& clock;
  Random& random;
  AccessRequestSettings settings;
  DownloadCoverage coverage;

  /// The request as its owner sees it, read in the caller's transaction.
  [[nodiscard]] static AccessRequest view(store::Transaction& transaction,
                                          const store::requests::RequestRow& row);

  /// Records that an event is refused, commits, and says what is possible instead.
  [[nodiscard]] static std::unexpected<Refusal> not_possible(store::Transaction& transaction,
                                                             const store::requests::RequestRow& row,
                                                             RequestEvent event);

  /// Request, deadline, job and leaves, committed. Errors  ConstraintViolation: another call was
  /// faster.
  void write_request(const Session& session,
                     const Submission& submission,
                     store::Transaction& transaction,
                     const store::accounts::Enrolled& keys,
                     const std::string& language);
  /// Why a request could not be written: one is open, else its id or nonce was used before.
  [[nodiscard]] Refusal conflict(const Session& session);

  /// Destroys the object of an ended package and records it. Nothing happens when it was done
  /// before.
  void destroy_package(const RequestId& request, const AccountId& account);
};

// Errors of all four  Failure(Never, "bad_row"): the database holds what the schema forbids.
[[nodiscard]] RequestState state_of(const store::requests::RequestRow& row);
[[nodiscard]] ledger::RequestRef ref_of(const store::requests::RequestRow& row);
[[nodiscard]] ledger::PackageRef ref_of(const store::Package& package);
[[nodiscard]] crypto::Sha256Digest digest_of(const store::Package& package);

/// One answer for what does not exist and what belongs to somebody else.
[[nodiscard]] std::unexpected<Refusal> no_such_request();

}  // namespace rightful::lifecycle
