#include "store/open_log.hpp"

#include <algorithm>

#include "rightful/crypto/hash.hpp"
#include "rightful/store/ledger_writer.hpp"
#include "rightful/store/pool.hpp"

#include "store/queries/ledger.hpp"

namespace rightful::store {

namespace {

Result<OpenLog> read_log(const Row& row, const crypto::SignPublicKey& enrolment) {
  if (!std::ranges::equal(row.bytes("enrol_key"), enrolment.bytes())) {
    return fail(ErrorCode::Conflict,
                "the ledger was opened with another enrolment key; use the key directory that "
                "belongs to this database");
  }
  RIGHTFUL_TRY(auto origin, ledger::Origin::parse(row.text("origin")));
  return OpenLog{row.integer("log_id"), std::move(origin)};
}

// False when another process opened the log in this moment.
bool write_first_log(Pool& pool,
                     const ledger::Origin& origin,
                     const crypto::SigningKey& enrolment,
                     const ledger::LeafStamp& stamp) {
  Transaction transaction = pool.begin();
  const auto log =
      transaction.run(queries::kOpenFirstLog, {origin.text(), enrolment.public_key().bytes()})
          .at_most_one();
  if (!log) return false;
  const std::int64_t log_id = log->integer("log_id");
  transaction.run(queries::kOpenHead, {log_id, crypto::sha256({}).bytes()});
  const std::vector<Bytes> genesis{ledger::make_genesis(enrolment, origin, stamp)};
  transaction.run(queries::kStageLeaves, {log_id, genesis});
  transaction.commit();
  return true;
}

}  // namespace

Result<OpenLog> find_open_log(Pool& pool, const crypto::SignPublicKey& enrolment) {
  Transaction transaction = pool.begin();
  const auto row = transaction.run(queries::kFindOpenLog).at_most_one();
  if (!row) {
    return fail(ErrorCode::NotFound, "no ledger is open in this database: run `rightful migrate`");
  }
  return read_log(*row, enrolment);
}

Result<void> open_ledger(const ConnectionSettings& settings,
                         const ledger::Origin& origin,
                         const crypto::ServerKeys& keys,
                         const Clock& clock,
                         Random& random) {
  Pool pool(settings, 1, nullptr);
  const crypto::SigningKey& enrolment = keys.ledger_enrolment_key();
  const auto open = find_open_log(pool, enrolment.public_key());
  if (open) return {};
  if (open.error().code != ErrorCode::NotFound) return std::unexpected(open.error());
  ledger::LeafStamp stamp{.n = 0, .nonce = {}, .t = clock.now()};
  random.fill(stamp.nonce);
  if (!write_first_log(pool, origin, enrolment, stamp)) {
    RIGHTFUL_TRY(const OpenLog other, find_open_log(pool, enrolment.public_key()));
    static_cast<void>(other);
  }
  return {};
}

}  // namespace rightful::store
