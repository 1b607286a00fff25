#include "rightful/store/sessions.hpp"

#include <utility>

#include "store/queries/sessions.hpp"

namespace rightful::store::sessions {
namespace {

SessionRow read_session(const Row& row) {
  return {.id = row.id<SessionId>("session_id"),
          .account = row.account("account_id"),
          .created_at = row.instant("created_at"),
          .last_seen_at = row.instant("last_seen_at"),
          .expires_at = row.instant("expires_at"),
          .stepped_up_at = row.optional_instant("stepped_up_at")};
}

}  // namespace

void insert(Transaction& transaction,
            const SessionRow& session,
            const crypto::Sha256Digest& token_hash,
            ledger::Event event) {
  transaction.run(queries::kInsertSession,
                  {session.id,
                   token_hash.bytes(),
                   session.account,
                   session.created_at,
                   session.last_seen_at,
                   session.expires_at,
                   session.stepped_up_at});
  transaction.record(std::move(event));
}

std::optional<SessionRow> find_by_token(Transaction& transaction,
                                        const crypto::Sha256Digest& token_hash) {
  const std::optional<Row> row =
      transaction.run(queries::kFindSessionByToken, {token_hash.bytes()}).at_most_one();
  if (!row) return std::nullopt;
  return read_session(*row);
}

std::vector<SessionRow> list(Transaction& transaction, const AccountId& account) {
  std::vector<SessionRow> sessions;
  for (const Row row : transaction.run(queries::kListSessions, {account})) {
    sessions.push_back(read_session(row));
  }
  return sessions;
}

void touch(Transaction& transaction,
           const SessionId& session,
           const AccountId& account,
           Instant now) {
  transaction.run(queries::kTouchSession, {session, account, now});
}

bool step_up(Transaction& transaction,
             const SessionId& session,
             const AccountId& account,
             const TokenChange& token,
             Instant now,
             ledger::Event event) {
  const Rows rows =
      transaction.run(queries::kStepUpSession,
                      {session, account, token.old_hash.bytes(), token.new_hash.bytes(), now});
  if (rows.affected() == 0) return false;
  transaction.record(std::move(event));
  return true;
}

bool end(Transaction& transaction,
         const SessionId& session,
         const AccountId& account,
         Instant now,
         ledger::Event event) {
  if (transaction.run(queries::kEndSession, {session, account, now}).affected() == 0) return false;
  transaction.record(std::move(event));
  return true;
}

std::size_t purge(Transaction& transaction, Instant before) {
  return transaction.run(queries::kPurgeSessions, {before}).affected();
}

ThrottleRow lock_throttle(Transaction& transaction,
                          const crypto::Sha256Digest& subject_hash,
                          Instant now) {
  const Row row = transaction.run(queries::kLockThrottle, {subject_hash.bytes(), now}).only();
  return {.failures = row.integer("failures"), .last_failure_at = row.instant("last_failure_at")};
}

void set_throttle(Transaction& transaction,
                  const crypto::Sha256Digest& subject_hash,
                  std::int64_t failures,
                  Instant now) {
  transaction.run(queries::kSetThrottle, {subject_hash.bytes(), failures, now});
}

std::size_t purge_throttles(Transaction& transaction, Instant before) {
  return transaction.run(queries::kPurgeThrottles, {before}).affected();
}

}  // namespace rightful::store::sessions
