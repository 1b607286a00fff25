#include "lifecycle/refusal_counter.hpp"

#include "rightful/ledger/event.hpp"

namespace rightful::lifecycle {
namespace {

using Why = ledger::Code<ledger::CodeList::SigninWhy>;
using Method = ledger::Code<ledger::CodeList::SigninMethod>;

Why why_of(SignInTrouble trouble) {
  switch (trouble) {
    case SignInTrouble::WrongCredential:
      return Why("wrong_credential");
    case SignInTrouble::UnknownAccount:
      return Why("unknown_account");
    case SignInTrouble::NotEnrolled:
      return Why("not_enrolled");
    case SignInTrouble::Throttled:
      return Why("throttled");
    case SignInTrouble::BadInvitation:
      return Why("bad_invitation");
    case SignInTrouble::BadStaffToken:
      return Why("wrong_credential");
  }
  return Why("wrong_credential");
}

Method method_of(SignInTrouble trouble) {
  if (trouble == SignInTrouble::BadStaffToken) return Method("staff_token");
  return trouble == SignInTrouble::BadInvitation ? Method("invitation") : Method("password");
}

}  // namespace

void RefusalCounter::count(const std::optional<AccountId>& account, SignInTrouble trouble) {
  const std::scoped_lock lock(mutex_);
  ++counts_[{account, trouble}];
}

RefusalCounter::Counts RefusalCounter::take(std::size_t limit) {
  const std::scoped_lock lock(mutex_);
  Counts taken;
  while (taken.size() < limit && !counts_.empty())
    taken.insert(counts_.extract(counts_.begin()));
  return taken;
}

void RefusalCounter::put_back(const Counts& counts) {
  const std::scoped_lock lock(mutex_);
  for (const auto& [key, tries] : counts)
    counts_[key] += tries;
}

void RefusalCounter::record(const Counts& counts,
                            store::Transaction& transaction,
                            ledger::Code<ledger::CodeList::Face> face) {
  for (const auto& [key, tries] : counts) {
    const auto& [account, trouble] = key;
    const ledger::events::SigninRefused fields{.face = face,
                                               .method = method_of(trouble),
                                               .tries = ledger::TriesBucket::of(tries),
                                               .why = why_of(trouble)};
    // Not `self`: nobody has shown to be that person.
    if (account) {
      transaction.record(
          ledger::Event(ledger::System{}, *account, fields, ledger::Outcome::Denied));
    } else {
      transaction.record(ledger::Event(ledger::System{}, fields, ledger::Outcome::Denied));
    }
  }
}

}  // namespace rightful::lifecycle
