#include "rightful/store/pseudonyms.hpp"

#include "store/queries/ledger.hpp"
#include "store/subject_keys.hpp"

namespace rightful::store {

std::optional<ledger::Pseudonym> find_pseudonym(Transaction& transaction,
                                                const AccountId& account,
                                                const ledger::Origin& origin,
                                                const crypto::ServerKeys& keys) {
  const auto tag = ledger::subject_tag(keys.lookup_key().expose(), account);
  const auto row = transaction.run_prepared(queries::kFindSubjectKey, {tag.bytes()}).at_most_one();
  if (!row) return std::nullopt;
  return unwrap_subject_key(*row, tag, keys).pseudonym(origin, account);
}

}  // namespace rightful::store
