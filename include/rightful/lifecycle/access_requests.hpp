/// @file
/// The requester's side of an access request: ask, look, withdraw, disown, fetch. The account comes
/// from the session alone: no call has a field in which a subject could be named.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rightful/core/bytes.hpp"
#include "rightful/core/clock.hpp"
#include "rightful/core/id.hpp"
#include "rightful/core/random.hpp"
#include "rightful/crypto/fixed_bytes.hpp"
#include "rightful/lifecycle/package_bytes.hpp"
#include "rightful/lifecycle/refusal.hpp"
#include "rightful/lifecycle/request_state.hpp"
#include "rightful/lifecycle/session.hpp"
#include "rightful/store/ledger_pressure.hpp"
#include "rightful/store/pool.hpp"

namespace rightful::lifecycle {

/// How far the stated time of a request may be from the server's clock.
inline constexpr std::chrono::minutes kStatementTolerance{5};

/// What a client sends; the account is missing on purpose.
struct Submission {
  RequestId request;
  crypto::Nonce nonce;
  Instant stated_at;  ///< milliseconds
  crypto::UnlockPublicKey unlock_key;
  crypto::Signature signature;
  std::optional<std::string> language;  ///< else the account's
  Instant received_at;                  ///< when the complete request had been read
};

/// Counts only.
struct Progress {
  std::optional<std::string>
      stage;  ///< `starting`, `collecting`, `packaging`, `verifying`, `releasing`
  std::int64_t attempt = 0;
  std::int64_t datasets_total = 0;
  std::int64_t datasets_done = 0;
  std::int64_t rows = 0;
  std::int64_t objects = 0;
  std::int64_t bytes = 0;
};

struct PackageFacts {
  std::uint64_t size_bytes = 0;
  crypto::Sha256Digest sha256;
  Instant released_at;
  Instant expires_at;
  bool frozen;
  bool destroyed;
};

struct AccessRequest {
  RequestId id;
  RequestState state;
  Instant received_at;
  Instant updated_at;
  std::string language;
  std::chrono::year_month_day due_nominal;  ///< the day everything plans for
  std::chrono::year_month_day due;          ///< the last day in time, rolled over free days
  std::optional<std::string> note;
  std::optional<Progress> progress;  ///< while it is queued or being made
  std::optional<PackageFacts> package;
};

/// A package about to be sent: `package.download_started` is in the ledger already.
struct Download {
  AccountId account;
  RequestId request;
  std::string request_ref;  ///< in the ledger
  std::string package_ref;  ///< in the ledger
  std::string object_name;
  std::uint64_t size_bytes;
  crypto::Sha256Digest sha256;
  std::unique_ptr<PackageBytes> bytes;
};

/// What a HEAD request may know: no byte leaves, no leaf is written.
struct DownloadFacts {
  std::uint64_t size_bytes = 0;
  crypto::Sha256Digest sha256;
};

/// An incident as the person who reported it sees it.
struct Disowned {
  IncidentId incident;
  Instant due_at;  ///< 72 hours after the report
  AccessRequest request;
};

struct AccessRequestSettings {
  std::string timezone;             ///< IANA name, of the controller (catalog)
  std::string store = "directory";  ///< kind of the package store, as the ledger names it
};

/// Law      GDPR Art. 12(3), 15; incidents Art. 33.
/// Owns     nothing: everything given must outlive it.
/// Threads  all methods may be called from any thread; each takes one connection of the pool while
/// it runs. Errors   Failure when database or package store do not answer. Secrets  knows no
/// content: packages are ciphertext here.
class AccessRequests {
 public:
  /// Errors  Failure(Never, "no_deadline") when the zone is unknown: better no start than no due
  /// date.
  AccessRequests(store::Pool& pool,
                 store::LedgerPressure& pressure,
                 PackageObjects& objects,
                 Clock& clock,
                 Random& random,
                 AccessRequestSettings settings);
  ~AccessRequests();
  AccessRequests(const AccessRequests&) = delete;
  AccessRequests& operator=(const AccessRequests&) = delete;

  /// Request, deadline, job and ledger leaves in one transaction.
  /// @return StepUpNeeded; StatementTime; InvalidField `unlock_key` (not the enrolled one),
  ///         `language`, `time` (finer than milliseconds); StatementNotAuthentic; NonceUsed;
  ///         RequestOpen with the open one: its clock goes on.
  [[nodiscard]] Answer<AccessRequest> submit(const Session& session, const Submission& submission);

  /// Own requests, newest first.
  [[nodiscard]] std::vector<AccessRequest> list(const Session& session);
  /// @return NotFound, also for somebody else's.
  [[nodiscard]] Answer<AccessRequest> show(const Session& session, const RequestId& request);

  /// Ends the request: a running export is stopped by its next fenced write, a package that lies
  /// ready is destroyed.
  /// @return NotFound, NotPossible.
  [[nodiscard]] Answer<AccessRequest> withdraw(const Session& session, const RequestId& request);

  /// "This is not mine": always accepted. Opens an incident, freezes the package, quarantines the
  /// request where that is still possible. Said again while the incident is open: the same
  /// incident. @return NotFound, StepUpNeeded.
  [[nodiscard]] Answer<Disowned> disown(const Session& session, const RequestId& request);

  /// Allows one download and commits its leaf before the first byte.
  /// @return NotFound, StepUpNeeded, PackageNotReady, PackageFrozen, PackageGone; LedgerUnavailable
  /// while the log is frozen or far behind.
  [[nodiscard]] Answer<Download> start_download(const Session& session, const RequestId& request);
  /// The same conditions without the act.
  [[nodiscard]] Answer<DownloadFacts> peek_download(const Session& session,
                                                    const RequestId& request);
  /// Whether a download under way may go on: the package was not frozen, withdrawn or destroyed
  /// since it started.
  [[nodiscard]] bool may_continue(const Download& download);
  /// Bytes [from, to) left: writes `package.downloaded` with the range in thousandths, and moves
  /// the request to `downloaded` once every byte has left in one or several ranges. An empty range
  /// writes nothing.
  void finish_download(const Download& download, std::uint64_t from, std::uint64_t to);

  /// The envelope of the package, its leaf committed before. @return as start_download().
  [[nodiscard]] Answer<Bytes> envelope(const Session& session, const RequestId& request);

  /// Expires packages whose time is over, and destroys the objects of expired and withdrawn ones.
  /// Called once a minute by Caretaker. @return objects destroyed.
  std::size_t expire();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace rightful::lifecycle
