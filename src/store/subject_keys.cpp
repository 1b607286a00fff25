#include "store/subject_keys.hpp"

#include <utility>

#include "rightful/store/transaction.hpp"

#include "store/queries/ledger.hpp"

namespace rightful::store {

namespace {

// Rotation comes with the administration of the ledger; until then there is one.
constexpr int kKekEpoch = 1;

[[noreturn]] void refuse_key(const char* what) {
  throw Failure(Retry::Never, "subject_key", what);
}

ledger::SubjectKey unwrap(const Row& row,
                          const crypto::Sha256Digest& tag,
                          const crypto::ServerKeys& keys) {
  if (row.integer("kek_epoch") != kKekEpoch) {
    refuse_key("a subject key is wrapped under a key-encryption key that this process lacks");
  }
  auto key = ledger::SubjectKey::unwrap(row.bytes("wrapped"), keys.kek().expose(), tag);
  if (!key) refuse_key("a stored subject key does not open: wrong key directory, or a changed row");
  return *std::move(key);
}

ledger::SubjectKey find_or_make(Transaction& transaction,
                                const crypto::Sha256Digest& tag,
                                const crypto::ServerKeys& keys,
                                Random& random) {
  if (const auto row = transaction.run(queries::kFindSubjectKey, {tag.bytes()}).at_most_one()) {
    return unwrap(*row, tag, keys);
  }
  auto key = ledger::SubjectKey::generate(random);
  const Bytes wrapped = key.wrap(keys.kek().expose(), tag, random);
  if (transaction.run(queries::kAddSubjectKey, {tag.bytes(), kKekEpoch, wrapped}).affected() == 1) {
    return key;
  }
  // Another transaction made it first; under READ COMMITTED it is visible now.
  const auto row = transaction.run(queries::kFindSubjectKey, {tag.bytes()}).at_most_one();
  if (!row) {
    throw DatabaseFailure(Retry::Later, "serialization", "a subject key came and went", {});
  }
  return unwrap(*row, tag, keys);
}

}  // namespace

SubjectPseudonyms::SubjectPseudonyms(Transaction& transaction,
                                     std::span<const ledger::Event> events,
                                     const ledger::Origin& origin,
                                     const crypto::ServerKeys& keys,
                                     Random& random) {
  // In the order of the tags, so that two commits about the same persons cannot wait for each
  // other.
  std::map<crypto::Sha256Digest, AccountId> by_tag;
  for (const ledger::Event& event : events) {
    if (!event.subject()) continue;
    by_tag.emplace(ledger::subject_tag(keys.lookup_key().expose(), *event.subject()),
                   *event.subject());
  }
  for (const auto& [tag, account] : by_tag) {
    const auto key = find_or_make(transaction, tag, keys, random);
    by_account_.emplace(account, key.pseudonym(origin, account));
  }
}

std::optional<ledger::Pseudonym> SubjectPseudonyms::of(const ledger::Event& event) const {
  if (!event.subject()) return std::nullopt;
  return by_account_.at(*event.subject());
}

}  // namespace rightful::store
