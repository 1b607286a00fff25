#include "rightful/lifecycle/retry_request.hpp"

#include <string>

#include "rightful/core/failure.hpp"
#include "rightful/ledger/event.hpp"
#include "rightful/store/jobs.hpp"
#include "rightful/store/requests.hpp"
#include "rightful/store/transaction.hpp"

namespace rightful::lifecycle {

namespace {

Answer<void> not_possible(const std::string& state) {
  return refuse(RefusalKind::NotPossible,
                state == "quarantined"
                    ? "the request is quarantined: an incident must be settled first, and an "
                      "operator cannot lift it"
                    : "the request is " + state + "; only a failed one can be tried again");
}

}  // namespace

Answer<void> retry_failed(store::Pool& pool,
                          const RequestId& request,
                          const Clock& clock,
                          Random& random) {
  auto transaction = pool.begin();
  const auto reopened = store::requests::reopen_failed(transaction, request, clock.now());
  if (!reopened) {
    const auto state = store::requests::state_of(transaction, request);
    if (!state) return refuse(RefusalKind::NotFound, "there is no request with this id");
    return not_possible(*state);
  }
  const auto ref = ledger::RequestRef::parse(reopened->ledger_ref);
  if (!ref) throw Failure(Retry::Never, "bad_row", "a request's ledger reference is not one");
  store::jobs::enqueue(
      transaction,
      {.id = JobId::random(random),
       .request = request,
       .account = reopened->account,
       .due_at = reopened->due_at},
      ledger::Event(
          ledger::System{}, reopened->account, *ref, ledger::events::JobQueued{.why = "by_hand"}));
  transaction.commit();
  return {};
}

}  // namespace rightful::lifecycle
