#include "store/subject_keys.hpp"

#include <algorithm>
#include <utility>

#include "rightful/store/kek_epochs.hpp"
#include "rightful/store/transaction.hpp"

#include "store/queries/ledger.hpp"

namespace rightful::store {

namespace {

[[noreturn]] void refuse_key(const char* what) {
  throw Failure(Retry::Never, "subject_key", what);
}

/// @return false when another transaction made it first.
bool add(Transaction& transaction, const crypto::Sha256Digest& tag, const WrappedKey& wrapped) {
  try {
    return transaction.run(queries::kAddSubjectKey, {tag.bytes(), wrapped.kek_epoch, wrapped.bytes})
               .affected() == 1;
  } catch (const ConstraintViolation&) {
    throw DatabaseFailure(
        Retry::Later, "serialization", "the key-encryption key was rotated in this moment", {});
  }
}

ledger::SubjectKey find_or_make(Transaction& transaction,
                                const crypto::Sha256Digest& tag,
                                const crypto::ServerKeys& keys,
                                Random& random) {
  if (const auto row =
          transaction.run_prepared(queries::kFindSubjectKey, {tag.bytes()}).at_most_one()) {
    return unwrap_subject_key(*row, tag, keys);
  }
  auto key = ledger::SubjectKey::generate(random);
  const std::int64_t epoch = current_kek_epoch(transaction);
  const auto kek = keys.kek(epoch);
  if (!kek) refuse_key("the key-encryption key in use is not in the key directory");
  if (add(transaction, tag, {key.wrap((*kek)->expose(), tag, random), epoch})) return key;
  // Another transaction made it first; under READ COMMITTED it is visible now.
  const auto row = transaction.run_prepared(queries::kFindSubjectKey, {tag.bytes()}).at_most_one();
  if (!row) {
    throw DatabaseFailure(Retry::Later, "serialization", "a subject key came and went", {});
  }
  return unwrap_subject_key(*row, tag, keys);
}

// The leaf that says it carries the last pseudonym of this key, and takes the key with it: neither
// can be without the other.
bool forgets(std::span<const ledger::Event> events, const AccountId& account) {
  return std::ranges::any_of(events, [&](const ledger::Event& event) {
    return event.act() == ledger::events::SubjectKeyDestroyed::kAct && event.subject() == account;
  });
}

}  // namespace

ledger::SubjectKey unwrap_subject_key(const Row& row,
                                      const crypto::Sha256Digest& tag,
                                      const crypto::ServerKeys& keys) {
  const auto kek = keys.kek(row.integer("kek_epoch"));
  if (!kek) {
    refuse_key(
        "a subject key is wrapped under a key-encryption key that is not in the key directory");
  }
  auto key = ledger::SubjectKey::unwrap(row.bytes("wrapped"), (*kek)->expose(), tag);
  if (!key) refuse_key("a stored subject key does not open: wrong key directory, or a changed row");
  return *std::move(key);
}

SubjectPseudonyms::SubjectPseudonyms(Transaction& transaction,
                                     std::span<const ledger::Event> events,
                                     const ledger::Origin& origin,
                                     const crypto::ServerKeys& keys,
                                     Random& random) {
  // In the order of the tags, so that two commits about the same persons cannot wait for each
  // other.
  std::map<crypto::Sha256Digest, AccountId> by_tag;
  for (const ledger::Event& event : events) {
    const auto& subject = event.subject();
    if (!subject) continue;
    by_tag.emplace(ledger::subject_tag(keys.lookup_key().expose(), *subject), *subject);
  }
  for (const auto& [tag, account] : by_tag) {
    const auto key = find_or_make(transaction, tag, keys, random);
    by_account_.emplace(account, key.pseudonym(origin, account));
    if (forgets(events, account)) transaction.run(queries::kDestroySubjectKey, {tag.bytes()});
  }
}

std::optional<ledger::Pseudonym> SubjectPseudonyms::of(const ledger::Event& event) const {
  const auto& subject = event.subject();
  if (!subject) return std::nullopt;
  return by_account_.at(*subject);
}

}  // namespace rightful::store
