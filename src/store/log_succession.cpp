#include "rightful/store/log_succession.hpp"

#include <algorithm>
#include <vector>

#include "rightful/crypto/hash.hpp"
#include "rightful/ledger/checkpoint.hpp"
#include "rightful/ledger/writer.hpp"
#include "rightful/store/enrolment_leaf.hpp"

#include "store/queries/enrolment_leaf.hpp"
#include "store/queries/ledger.hpp"
#include "store/queries/ledger_publish.hpp"
#include "store/queries/log_succession.hpp"

namespace rightful::store {

namespace {

using ledger_tables::LogRow;
using ledger_tables::LogState;

Result<void> check_name_is_free(Transaction& transaction, const ledger::Origin& origin) {
  for (const LogRow& log : ledger_tables::list_logs(transaction)) {
    if (ledger_tables::short_name(log.origin) != ledger_tables::short_name(origin)) continue;
    return fail(ErrorCode::Conflict,
                "a log called " + std::string(ledger_tables::short_name(origin)) +
                    " exists: " + log.origin.text() + "; a log's name is never used again");
  }
  return {};
}

}  // namespace

Result<std::optional<LogRow>> find_log_without_key(Pool& pool) {
  Transaction transaction = pool.begin(Isolation::RepeatableRead);
  auto live = ledger_tables::find_live_log(transaction);
  if (!live || !ledger_tables::signer_keys(transaction, live->log_id).empty()) {
    return std::optional<LogRow>();
  }
  const auto head = ledger_tables::find_head(transaction, live->log_id);
  const bool is_new =
      head && head->size() == 0 && !ledger_tables::newest_checkpoint(transaction, live->log_id);
  if (is_new) return live;
  return fail(ErrorCode::Conflict,
              "the log " + live->origin.text() +
                  " has entries and no signer key: somebody took its row away; restore the "
                  "database, or open a successor with `rightful admin ledger open --recover`");
}

Result<void> add_first_key(Pool& pool, std::int64_t log_id, const ledger::NoteKey& key) {
  Transaction transaction = pool.begin();
  const auto locked = transaction.run(queries::kLockLog, {log_id}).at_most_one();
  if (!locked) return fail(ErrorCode::NotFound, "the log is not in the database");
  const auto rows = ledger_tables::signer_keys(transaction, log_id);
  if (rows.size() == 1 && rows.front().key == key) return {};
  if (!rows.empty()) return fail(ErrorCode::Conflict, "the log has another signer key");
  RIGHTFUL_TRY(ledger_tables::add_signer_key(transaction,
                                             log_id,
                                             {.key = key,
                                              .first_size = 0,
                                              .last_size = std::nullopt,
                                              .state = ledger_tables::SignerKeyState::Active}));
  transaction.commit();
  return {};
}

Result<void> replace_unused_key(Pool& pool, std::int64_t log_id, const ledger::NoteKey& key) {
  using ledger_tables::SignerKeyState;
  Transaction transaction = pool.begin();
  static_cast<void>(transaction.run(queries::kLockLog, {log_id}));
  if (ledger_tables::newest_checkpoint(transaction, log_id)) {
    return fail(ErrorCode::Conflict, "the log was signed with another key meanwhile");
  }
  for (const auto& row : ledger_tables::signer_keys(transaction, log_id)) {
    if (row.key == key) return {};
    RIGHTFUL_TRY(ledger_tables::set_signer_key_state(
        transaction, row.key, SignerKeyState::Retired, std::uint64_t{0}));
  }
  RIGHTFUL_TRY(ledger_tables::add_signer_key(
      transaction,
      log_id,
      {.key = key, .first_size = 0, .last_size = std::nullopt, .state = SignerKeyState::Active}));
  transaction.commit();
  return {};
}

Result<void> open_next_log(Pool& pool,
                           const NextLog& next,
                           const crypto::ServerKeys& keys,
                           const Clock& clock,
                           Random& random) {
  const crypto::SigningKey& enrolment = keys.ledger_enrolment_key();
  Transaction transaction = pool.begin();
  const auto live = ledger_tables::find_live_log(transaction);
  if (!live) return fail(ErrorCode::NotFound, "no ledger is open: run `rightful migrate`");
  static_cast<void>(transaction.run(queries::kLockLog, {live->log_id}));
  RIGHTFUL_TRY(check_name_is_free(transaction, next.origin));
  const auto row =
      transaction.run(queries::kOpenNextLog, {next.origin.text(), enrolment.public_key().bytes()})
          .at_most_one();
  if (!row) return fail(ErrorCode::Conflict, "another log was opened in this moment");
  const std::int64_t log_id = row->integer("log_id");
  transaction.run(queries::kOpenHead, {log_id, crypto::sha256({}).bytes()});
  RIGHTFUL_TRY(ledger_tables::add_signer_key(transaction,
                                             log_id,
                                             {.key = next.key,
                                              .first_size = 0,
                                              .last_size = std::nullopt,
                                              .state = ledger_tables::SignerKeyState::Active}));
  ledger::LeafStamp stamp{.n = 0, .nonce = {}, .t = clock.now()};
  random.fill(stamp.nonce);
  std::vector<Bytes> leaves{ledger::make_genesis(
      enrolment, next.origin, stamp, ledger::PreviousLog{live->origin, next.last_signed})};
  if (next.recovery) {
    stamp.n = 1;
    random.fill(stamp.nonce);
    leaves.push_back(ledger::make_enrolment_leaf(enrolment, next.origin, *next.recovery, stamp));
  }
  transaction.run(queries::kStageLeaves, {log_id, leaves});
  if (next.recovery) {
    // Dead, whatever its signer thinks: nothing of it is published any more, and it gets no seal.
    RIGHTFUL_TRY(ledger_tables::set_log_state(transaction, live->log_id, LogState::Frozen));
  }
  transaction.commit();
  return {};
}

std::optional<LogRow> find_successor(Transaction& transaction, std::int64_t log_id) {
  const auto logs = ledger_tables::list_logs(transaction);
  const auto found =
      std::ranges::find_if(logs, [&](const LogRow& log) { return log.log_id > log_id; });
  if (found == logs.end()) return std::nullopt;
  return *found;
}

bool may_be_given_up(Transaction& transaction, std::int64_t log_id) {
  const auto successor = find_successor(transaction, log_id);
  return successor &&
         transaction.run(queries::kMayBeRecovery, {successor->log_id}).only().boolean("may_be");
}

bool seal_if_due(Pool& pool,
                 std::int64_t log_id,
                 std::chrono::seconds after,
                 const crypto::ServerKeys& keys,
                 const Clock& clock,
                 Random& random) {
  Transaction transaction = pool.begin();
  const auto successor = find_successor(transaction, log_id);
  if (!successor) return false;
  const Row age = transaction
                      .run(queries::kOpenedLongAgo,
                           {successor->log_id, Value(std::chrono::milliseconds(after))})
                      .only();
  if (!age.boolean("is_old")) return false;
  static_cast<void>(transaction.run(queries::kLockLog, {log_id}));
  const auto log = ledger_tables::find_log(transaction, log_id);
  if (!log || log->state != LogState::Open) return false;
  // A seal that waits there already is such a leaf.
  if (transaction.run(queries::kHasStagedLeaves, {log_id}).only().boolean("has_leaves")) {
    return false;
  }
  stage_enrolment_leaf(
      transaction,
      log_id,
      log->origin,
      keys,
      ledger::Event(ledger::System{}, ledger::events::LogSealed{.next_origin = successor->origin}),
      clock,
      random);
  transaction.commit();
  return true;
}

}  // namespace rightful::store
