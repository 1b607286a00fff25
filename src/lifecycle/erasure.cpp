#include "rightful/lifecycle/erasure.hpp"

#include "rightful/store/erasure.hpp"

namespace rightful::lifecycle {

namespace erasure = store::erasure;

Result<void> erase_subject(const LedgerTools& tools, const AccountId& account, ErasureWhy why) {
  store::Transaction transaction = tools.pool.begin();
  if (!erasure::lock_subject(transaction, account, tools.keys)) {
    return fail(ErrorCode::NotFound,
                "the ledger knows nobody under this account, or was made to forget them already");
  }
  const erasure::Unfinished unfinished = erasure::unfinished(transaction, account);
  if (unfinished.request) {
    return fail(ErrorCode::Conflict,
                "an access request of this person is open, or a package of theirs is still stored: "
                "what happens to it has to be logged; wait for its end");
  }
  if (unfinished.incident) {
    return fail(ErrorCode::Conflict,
                "an incident about this person is open: what is done about it has to be logged; "
                "close it first");
  }
  erasure::destroy_subject(
      transaction,
      account,
      tools.random,
      ledger::Event(ledger::System{}, account, ledger::events::SubjectKeyDestroyed{.why = why}));
  transaction.commit();
  return {};
}

}  // namespace rightful::lifecycle
