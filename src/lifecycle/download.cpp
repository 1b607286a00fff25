#include <chrono>
#include <optional>
#include <utility>

#include "rightful/core/check.hpp"
#include "rightful/core/failure.hpp"
#include "rightful/lifecycle/access_requests.hpp"

#include "lifecycle/access_requests_parts.hpp"

namespace rightful::lifecycle {
namespace {

namespace request_rows = store::requests;
using DownloadWhy = ledger::Code<ledger::CodeList::DownloadWhy>;

/// How long a client should wait before it asks again while the ledger takes no part.
constexpr std::chrono::seconds kLedgerRetry{60};

/// What does not depend on the request.
struct Moment {
  Instant now;
  std::optional<store::LedgerTrouble> trouble;
};

/// Why a package may not leave now.
struct Obstacle {
  RefusalKind kind;
  DownloadWhy why;
};

std::optional<Obstacle> obstacle_of(const Session& session,
                                    RequestState state,
                                    const std::optional<store::Package>& package,
                                    const Moment& moment) {
  const Instant now = moment.now;
  if (!session.is_fresh(now)) return Obstacle{RefusalKind::StepUpNeeded, "step_up"};
  if (state == RequestState::Withdrawn) return Obstacle{RefusalKind::PackageGone, "withdrawn"};
  if (!package) return Obstacle{RefusalKind::PackageNotReady, "not_ready"};
  if (package->frozen_at || state == RequestState::Quarantined) {
    return Obstacle{RefusalKind::PackageFrozen, "frozen"};
  }
  if (package->destroyed_at || package->expires_at <= now || state == RequestState::Expired) {
    return Obstacle{RefusalKind::PackageGone, "expired"};
  }
  if (state != RequestState::Ready && state != RequestState::Downloaded) {
    return Obstacle{RefusalKind::PackageNotReady, "not_ready"};
  }
  // Last: who may not have the package learns nothing of the ledger.
  if (moment.trouble) return Obstacle{RefusalKind::LedgerUnavailable, "ledger"};
  return std::nullopt;
}

/// A package that may leave, within the transaction that found it.
struct Granted {
  ledger::RequestRef request_ref;
  store::Package package;
};

std::unexpected<Refusal> refuse_with(RefusalKind kind, RequestState state) {
  return std::unexpected(Refusal{.kind = kind,
                                 .detail = "the package may not leave now",
                                 .state = state,
                                 .possible = possible_for_requester(state),
                                 .retry_after = kind == RefusalKind::LedgerUnavailable
                                                    ? kLedgerRetry
                                                    : std::chrono::seconds(0)});
}

/// Finds request and package, and records and commits a refusal.
Answer<Granted> grant(store::Transaction& transaction,
                      const Session& session,
                      const RequestId& request,
                      const Moment& moment) {
  // Locked, so that a freeze and a grant come one after the other.
  const auto row = request_rows::lock(transaction, request, session.account);
  if (!row) return no_such_request();
  auto package = store::packages::find(transaction, request, session.account);
  const RequestState state = state_of(*row);
  if (const auto obstacle = obstacle_of(session, state, package, moment)) {
    const std::optional<ledger::PackageRef> package_ref =
        package ? std::optional(ref_of(*package)) : std::nullopt;
    transaction.record(ledger::Event(
        ledger::Self{},
        session.account,
        ref_of(*row),
        ledger::events::PackageDownloadRefused{.pkg = package_ref, .why = obstacle->why},
        ledger::Outcome::Denied));
    transaction.commit();
    return refuse_with(obstacle->kind, state);
  }
  RIGHTFUL_CHECK(package);  // none is an obstacle
  return Granted{.request_ref = ref_of(*row), .package = *std::move(package)};
}

}  // namespace

Answer<Download> AccessRequests::start_download(const Session& session, const RequestId& request) {
  // Before the transaction: it takes a connection of its own.
  const Moment moment{parts_->clock.now(), parts_->pressure.trouble()};
  store::Transaction transaction = parts_->pool.begin();
  RIGHTFUL_TRY(Granted granted, grant(transaction, session, request, moment));
  store::Package& package = granted.package;
  transaction.record(ledger::Event(ledger::Self{},
                                   session.account,
                                   granted.request_ref,
                                   ledger::events::PackageDownloadStarted{.pkg = ref_of(package)}));
  transaction.commit();

  auto bytes = parts_->objects.open(package.object_name);
  if (!bytes) {
    throw Failure(Retry::Never, "object_missing", "a released package is not in the package store");
  }
  return Download{.account = session.account,
                  .request = request,
                  .request_ref = granted.request_ref.text(),
                  .package_ref = package.ledger_ref,
                  .object_name = package.object_name,
                  .size_bytes = static_cast<std::uint64_t>(package.size_bytes),
                  .sha256 = digest_of(package),
                  .bytes = *std::move(bytes)};
}

Answer<DownloadFacts> AccessRequests::peek_download(const Session& session,
                                                    const RequestId& request) {
  const Moment moment{parts_->clock.now(), parts_->pressure.trouble()};
  store::Transaction transaction = parts_->pool.begin();
  RIGHTFUL_TRY(const Granted granted, grant(transaction, session, request, moment));
  return DownloadFacts{.size_bytes = static_cast<std::uint64_t>(granted.package.size_bytes),
                       .sha256 = digest_of(granted.package)};
}

bool AccessRequests::may_continue(const Download& download) {
  store::Transaction transaction = parts_->pool.begin();
  const auto row = request_rows::find(transaction, download.request, download.account);
  const auto package = store::packages::find(transaction, download.request, download.account);
  if (!row || !package || package->frozen_at || package->destroyed_at) return false;
  const RequestState state = state_of(*row);
  return state == RequestState::Ready || state == RequestState::Downloaded;
}

void AccessRequests::finish_download(const Download& download,
                                     std::uint64_t from,
                                     std::uint64_t to) {
  if (from >= to) return;
  const auto request_ref = ledger::RequestRef::parse(download.request_ref);
  const auto package_ref = ledger::PackageRef::parse(download.package_ref);
  RIGHTFUL_CHECK(request_ref.has_value() && package_ref.has_value());
  const bool whole = parts_->coverage.add(download.request, from, to, download.size_bytes);
  ledger::Event downloaded(
      ledger::Self{},
      download.account,
      *request_ref,
      ledger::events::PackageDownloaded{.from_pm = ledger::PerMille::of(from, download.size_bytes),
                                        .parts = 1,
                                        .pkg = *package_ref,
                                        .to_pm = ledger::PerMille::of(to, download.size_bytes),
                                        .whole = whole});

  const Instant now = parts_->clock.now();
  store::Transaction transaction = parts_->pool.begin();
  const bool moved = whole && request_rows::move(transaction,
                                                 download.request,
                                                 download.account,
                                                 {.from = name_of(RequestState::Ready),
                                                  .to = name_of(RequestState::Downloaded),
                                                  .note = std::nullopt,
                                                  .now = now},
                                                 downloaded);
  // Fetched again, in part, or withdrawn meanwhile: the bytes left all the same.
  if (!moved) transaction.record(std::move(downloaded));
  if (whole) {
    request_rows::mark_downloaded(transaction, download.request, download.account, now);
  }
  transaction.commit();
}

Answer<Bytes> AccessRequests::envelope(const Session& session, const RequestId& request) {
  // Before the transaction: it takes a connection of its own.
  const Moment moment{parts_->clock.now(), parts_->pressure.trouble()};
  store::Transaction transaction = parts_->pool.begin();
  RIGHTFUL_TRY(Granted granted, grant(transaction, session, request, moment));
  transaction.record(
      ledger::Event(ledger::Self{},
                    session.account,
                    granted.request_ref,
                    ledger::events::PackageEnvelopeFetched{.pkg = ref_of(granted.package)}));
  transaction.commit();
  return std::move(granted.package.envelope);
}

}  // namespace rightful::lifecycle
