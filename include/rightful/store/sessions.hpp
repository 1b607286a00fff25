/// @file
/// Rows of `session` and `signin_throttle`. Decides nothing: the rules stand in
/// lifecycle/sign_in.hpp.
#pragma once

#include <optional>
#include <vector>

#include "rightful/core/account_id.hpp"
#include "rightful/core/clock.hpp"
#include "rightful/core/id.hpp"
#include "rightful/crypto/fixed_bytes.hpp"
#include "rightful/ledger/event.hpp"
#include "rightful/store/transaction.hpp"

namespace rightful::store::sessions {

struct SessionRow {
  SessionId id;
  AccountId account;
  Instant created_at;
  Instant last_seen_at;
  Instant expires_at;  ///< absolute end
  std::optional<Instant> stepped_up_at;
};

struct ThrottleRow {
  std::int64_t failures = 0;
  Instant last_failure_at;
};

struct TokenChange {
  crypto::Sha256Digest old_hash;
  crypto::Sha256Digest new_hash;
};

void insert(Transaction& transaction,
            const SessionRow& session,
            const crypto::Sha256Digest& token_hash,
            ledger::Event event);
/// Sessions that have ended are not found.
[[nodiscard]] std::optional<SessionRow> find_by_token(Transaction& transaction,
                                                      const crypto::Sha256Digest& token_hash);
/// Newest first, without those that have ended.
[[nodiscard]] std::vector<SessionRow> list(Transaction& transaction, const AccountId& account);
/// Being seen is no fact of its own: no leaf.
void touch(Transaction& transaction,
           const SessionId& session,
           const AccountId& account,
           Instant now);
/// New token, fresh step-up. @return false when the session has ended or `old_hash` is no longer
/// its token.
[[nodiscard]] bool step_up(Transaction& transaction,
                           const SessionId& session,
                           const AccountId& account,
                           const TokenChange& token,
                           Instant now,
                           ledger::Event event);
/// @return false when there is no such open session of this account; then nothing is recorded.
[[nodiscard]] bool end(Transaction& transaction,
                       const SessionId& session,
                       const AccountId& account,
                       Instant now,
                       ledger::Event event);
/// Rows of sessions that ended, or could only be refused, before `before`. @return how many
std::size_t purge(Transaction& transaction, Instant before);

/// Takes the throttle row of what was typed, making it when absent, and holds it until the
/// transaction ends: two tries at the same account never overlap.
[[nodiscard]] ThrottleRow lock_throttle(Transaction& transaction,
                                        const crypto::Sha256Digest& subject_hash,
                                        Instant now);
void set_throttle(Transaction& transaction,
                  const crypto::Sha256Digest& subject_hash,
                  std::int64_t failures,
                  Instant now);
/// @return how many rows without a failure since `before` were forgotten.
std::size_t purge_throttles(Transaction& transaction, Instant before);

}  // namespace rightful::store::sessions
