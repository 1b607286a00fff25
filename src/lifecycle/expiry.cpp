#include <optional>

#include "rightful/core/failure.hpp"
#include "rightful/core/log.hpp"
#include "rightful/lifecycle/access_requests.hpp"

#include "lifecycle/access_requests_parts.hpp"

namespace rightful::lifecycle {
namespace {

namespace request_rows = store::requests;

/// At most that many in one round, so that a round ends.
constexpr std::int64_t kBatch = 200;

ledger::Code<ledger::CodeList::RemovalWhy> why_of(RequestState state) {
  if (state == RequestState::Withdrawn) return "withdrawn";
  if (state == RequestState::Quarantined) return "incident";
  return "lifetime";
}

/// `expired` where the table allows it; a quarantined request keeps its state and only loses the
/// object.
void expire_request(store::Pool& pool, const request_rows::EndedPackage& ended, Instant now) {
  store::Transaction transaction = pool.begin();
  const auto row = request_rows::lock(transaction, ended.request, ended.account);
  if (!row) return;
  const RequestState state = state_of(*row);
  const auto package = store::packages::find(transaction, ended.request, ended.account);
  if (!package || package->expires_at > now) return;
  if (next_state(state, RequestEvent::Expire) != RequestState::Expired) return;
  const bool moved = request_rows::move(
      transaction,
      ended.request,
      ended.account,
      {.from = row->state, .to = name_of(RequestState::Expired), .note = std::nullopt, .now = now},
      ledger::Event(ledger::System{},
                    ended.account,
                    ref_of(*row),
                    ledger::events::PackageExpired{.pkg = ref_of(*package)}));
  if (moved) transaction.commit();
}

}  // namespace

void AccessRequests::Parts::destroy_package(const RequestId& request, const AccountId& account) {
  std::optional<store::Package> package;
  {
    store::Transaction transaction = pool.begin();
    package = store::packages::find(transaction, request, account);
  }
  if (!package || package->destroyed_at) return;
  objects.destroy(package->object_name);
  // What the leaf says is read back: gone, not only asked to go.
  if (objects.open(package->object_name)) {
    throw Failure(Retry::Later, "io_error", "a destroyed package is still in the package store");
  }

  store::Transaction transaction = pool.begin();
  const auto row = request_rows::lock(transaction, request, account);
  if (!row) return;
  const auto kind = ledger::Code<ledger::CodeList::Store>::parse(settings.store);
  RIGHTFUL_CHECK(kind.has_value());
  const bool marked = request_rows::mark_destroyed(
      transaction,
      request,
      account,
      clock.now(),
      ledger::Event(ledger::System{},
                    account,
                    ref_of(*row),
                    ledger::events::PackageDeleted{.pkg = ref_of(*package),
                                                   .sha256 = digest_of(*package),
                                                   .store = *kind,
                                                   .why = why_of(state_of(*row))}));
  if (marked) transaction.commit();
}

std::size_t AccessRequests::expire() {
  const Instant now = parts_->clock.now();
  std::vector<request_rows::EndedPackage> ended;
  {
    store::Transaction transaction = parts_->pool.begin();
    ended = request_rows::ended_packages(transaction, now, kBatch);
  }
  std::size_t destroyed = 0;
  for (const auto& package : ended) {
    try {
      expire_request(parts_->pool, package, now);
      parts_->destroy_package(package.request, package.account);
      ++destroyed;
    } catch (const Failure& failure) {
      // Each package is a job of its own: one that cannot be destroyed now must not keep the
      // others.
      log::warn("expiry_failed", "request={} cause={}", package.request, failure.cause());
    }
  }
  return destroyed;
}

}  // namespace rightful::lifecycle
