#include "rightful/store/enrolment_leaf.hpp"

#include <algorithm>
#include <vector>

#include "rightful/core/failure.hpp"
#include "rightful/ledger/leaf.hpp"
#include "rightful/ledger/writer.hpp"

#include "store/queries/enrolment_leaf.hpp"
#include "store/queries/ledger.hpp"

namespace rightful::store {

namespace {

// Only what the key has signed counts: anybody with the database can put a row into the outbox.
std::uint64_t next_number(const Rows& rows,
                          const ledger::Origin& origin,
                          const crypto::SignPublicKey& key) {
  std::uint64_t next = 0;
  for (const Row row : rows) {
    next = std::max(next, static_cast<std::uint64_t>(row.integer("base")));
    const auto bytes = row.optional_bytes("leaf");
    if (!bytes) continue;
    const auto leaf = ledger::parse_leaf(*bytes);
    if (!leaf || leaf->w != ledger::WriterId::of(key).text()) continue;
    if (!ledger::check_signature(*bytes, *leaf, origin, key)) continue;
    next = std::max(next, leaf->n + 1);
  }
  return next;
}

}  // namespace

void stage_enrolment_leaf(Transaction& transaction,
                          std::int64_t log_id,
                          const ledger::Origin& origin,
                          const crypto::ServerKeys& keys,
                          const ledger::Event& event,
                          const Clock& clock,
                          Random& random) {
  if (!transaction.run(queries::kLockLog, {log_id}).at_most_one()) {
    throw Failure(Retry::Never, "ledger_damaged", "the log of this leaf is not in the database");
  }
  const crypto::SigningKey& enrolment = keys.ledger_enrolment_key();
  const std::string id(ledger::WriterId::of(enrolment.public_key()).text());
  const std::string mark = "\"w\":\"" + id + "\"";
  const Rows rows = transaction.run(queries::kEnrolmentLeaves, {log_id, id, Value(as_bytes(mark))});
  ledger::LeafStamp stamp{
      .n = next_number(rows, origin, enrolment.public_key()), .nonce = {}, .t = clock.now()};
  random.fill(stamp.nonce);
  const std::vector<Bytes> leaves{ledger::make_enrolment_leaf(enrolment, origin, event, stamp)};
  transaction.run(queries::kStageLeaves, {log_id, leaves});
}

}  // namespace rightful::store
