#include "rightful/lifecycle/sign_in.hpp"

#include <array>
#include <utility>

#include "rightful/core/failure.hpp"
#include "rightful/crypto/hash.hpp"
#include "rightful/ledger/event.hpp"
#include "rightful/store/accounts.hpp"
#include "rightful/store/sessions.hpp"

#include "lifecycle/refusal_counter.hpp"
#include "lifecycle/sign_in_parts.hpp"
#include "lifecycle/sign_in_throttle.hpp"

namespace rightful::lifecycle {
namespace {

namespace accounts = store::accounts;
namespace session_rows = store::sessions;

constexpr std::size_t kLoginSizeBytes = 32;
/// Being seen is written at most that often.
constexpr std::chrono::minutes kTouchInterval{1};
/// The ledger's window holds 32 leaves of one writer.
constexpr std::size_t kLeavesPerCommit = 16;
/// How long rows of ended sessions and old failures stay.
constexpr std::chrono::hours kSessionMemory{24};

Session to_session(const session_rows::SessionRow& row) {
  return {.id = row.id,
          .account = row.account,
          .created_at = row.created_at,
          .last_seen_at = row.last_seen_at,
          .expires_at = row.expires_at,
          .stepped_up_at = row.stepped_up_at};
}

/// What a credential is compared with when there is no account: nothing hashes to it.
crypto::Sha256Digest decoy_verifier() {
  return crypto::Sha256Digest::from(std::array<std::byte, 32>{});
}

std::unexpected<Refusal> sign_in_needed() {
  return refuse(RefusalKind::SignInNeeded, "there is no session, or it has ended");
}

std::unexpected<Refusal> too_many_tries(std::chrono::seconds retry_after) {
  return std::unexpected(Refusal{.kind = RefusalKind::TooManyTries,
                                 .detail = "too many failed tries",
                                 .retry_after = retry_after});
}

SignInTrouble trouble_of(const std::optional<accounts::AccountRow>& row) {
  if (!row) return SignInTrouble::UnknownAccount;
  return row->enrolled ? SignInTrouble::WrongCredential : SignInTrouble::NotEnrolled;
}

/// Gives counts back unless they were written.
class PutBack {
 public:
  PutBack(RefusalCounter& counter, const RefusalCounter::Counts& counts)
      : counter_(counter), counts_(counts) {}

  PutBack(const PutBack&) = delete;
  PutBack& operator=(const PutBack&) = delete;

  ~PutBack() {
    if (!dismissed_) counter_.put_back(counts_);
  }

  void dismiss() noexcept { dismissed_ = true; }

 private:
  RefusalCounter& counter_;
  const RefusalCounter::Counts& counts_;
  bool dismissed_ = false;
};

ledger::Event stepped_up(const AccountId& account,
                         ledger::Code<ledger::CodeList::StepupPurpose> purpose,
                         ledger::Outcome outcome) {
  return {ledger::Self{},
          account,
          ledger::events::SigninStepup{.method = "password", .purpose = purpose},
          outcome};
}

}  // namespace

SignIn::SignIn(store::Pool& pool, const crypto::ServerKeys& keys, Clock& clock, Random& random)
    : parts_(new Parts{pool, keys, clock, random, {}}) {}

SignIn::~SignIn() = default;

crypto::Salt SignIn::salt_for(std::string_view typed) const {
  return parts_->keys.salt_for(typed);
}

Answer<accounts::AccountRow> SignIn::Parts::check_credential(store::Transaction& transaction,
                                                             std::string_view typed,
                                                             const crypto::SecretBytes& login,
                                                             Instant now,
                                                             std::optional<ledger::Event> wrong) {
  const crypto::Sha256Digest throttle_key = keys.throttle_key(typed);
  // The row's lock makes tries at one name come one after another.
  const auto throttle = session_rows::lock_throttle(transaction, throttle_key, now);

  // What cannot be an account id is looked up all the same, so that it takes the same time.
  const Result<AccountId> parsed = AccountId::parse(typed);
  const AccountId account = parsed ? *parsed : *AccountId::parse("?");
  std::optional<accounts::AccountRow> row = accounts::find(transaction, account);
  if (!parsed) row.reset();
  const std::optional<AccountId> known = row ? std::optional(account) : std::nullopt;

  const auto wait = throttle_left(throttle.failures, throttle.last_failure_at, now);
  if (wait > std::chrono::seconds(0)) {
    refusals.count(known, SignInTrouble::Throttled);
    return too_many_tries(wait);
  }

  const bool enrolled = row && row->enrolled;
  const crypto::Sha256Digest stored = enrolled ? row->enrolled->verifier : decoy_verifier();
  const bool fits = login.size() == kLoginSizeBytes &&
                    keys.check_verifier(account, login.expose(), stored).has_value();
  const std::int64_t failures = counted_failures(throttle.failures, throttle.last_failure_at, now);
  if (enrolled && fits) {
    session_rows::set_throttle(transaction, throttle_key, 0, now);
    return *std::move(row);
  }
  session_rows::set_throttle(transaction, throttle_key, failures + 1, now);
  if (wrong) transaction.record(*std::move(wrong));
  transaction.commit();
  refusals.count(known, trouble_of(row));
  return refuse(RefusalKind::CredentialWrong, "no such account, or a wrong credential");
}

Answer<Session> SignIn::Parts::session_of(store::Transaction& transaction,
                                          const Token& token,
                                          Instant now) {
  const auto row = session_rows::find_by_token(transaction, token.hash());
  if (!row) return sign_in_needed();
  Session session = to_session(*row);
  if (!session.is_alive(now)) return sign_in_needed();
  return session;
}

Answer<SignedIn> SignIn::sign_in(std::string_view typed, const crypto::SecretBytes& login) {
  const Instant now = parts_->clock.now();
  store::Transaction transaction = parts_->pool.begin();
  RIGHTFUL_TRY(const auto account, parts_->check_credential(transaction, typed, login, now, {}));

  Token token = Token::generate(parts_->random);
  const session_rows::SessionRow row{.id = SessionId::random(parts_->random),
                                     .account = account.account,
                                     .created_at = now,
                                     .last_seen_at = now,
                                     .expires_at = now + kSessionLifetime,
                                     .stepped_up_at = now};
  session_rows::insert(
      transaction,
      row,
      token.hash(),
      ledger::Event(ledger::Self{},
                    account.account,
                    ledger::events::SigninAccepted{.face = "api", .method = "password"}));
  transaction.commit();
  return SignedIn{.token = std::move(token), .session = to_session(row)};
}

Answer<Session> SignIn::resume(const Token& token) {
  const Instant now = parts_->clock.now();
  store::Transaction transaction = parts_->pool.begin();
  RIGHTFUL_TRY(Session session, parts_->session_of(transaction, token, now));
  if (now - session.last_seen_at >= kTouchInterval) {
    session_rows::touch(transaction, session.id, session.account, now);
    transaction.commit();
    session.last_seen_at = now;
  }
  return session;
}

Answer<SignedIn> SignIn::step_up(const Token& token, const crypto::SecretBytes& login) {
  const Instant now = parts_->clock.now();
  store::Transaction transaction = parts_->pool.begin();
  RIGHTFUL_TRY(Session session, parts_->session_of(transaction, token, now));
  RIGHTFUL_TRY(
      parts_->check_credential(transaction,
                               session.account.expose(),
                               login,
                               now,
                               stepped_up(session.account, "any", ledger::Outcome::Denied)));

  Token fresh = Token::generate(parts_->random);
  const bool stepped =
      session_rows::step_up(transaction,
                            session.id,
                            session.account,
                            {.old_hash = token.hash(), .new_hash = fresh.hash()},
                            now,
                            stepped_up(session.account, "any", ledger::Outcome::Ok));
  if (!stepped) return sign_in_needed();
  transaction.commit();
  session.last_seen_at = now;
  session.stepped_up_at = now;
  return SignedIn{.token = std::move(fresh), .session = std::move(session)};
}

Answer<void> SignIn::sign_out(const Session& session) {
  store::Transaction transaction = parts_->pool.begin();
  if (!session_rows::end(transaction,
                         session.id,
                         session.account,
                         parts_->clock.now(),
                         ledger::Event(ledger::Self{},
                                       session.account,
                                       ledger::events::SessionEnded{.why = "signed_out"}))) {
    return sign_in_needed();
  }
  transaction.commit();
  return {};
}

void SignIn::replace(const Token& old) {
  store::Transaction transaction = parts_->pool.begin();
  const auto row = session_rows::find_by_token(transaction, old.hash());
  if (!row) return;
  const bool ended = session_rows::end(
      transaction,
      row->id,
      row->account,
      parts_->clock.now(),
      ledger::Event(ledger::Self{}, row->account, ledger::events::SessionEnded{.why = "replaced"}));
  if (ended) transaction.commit();
}

std::vector<Session> SignIn::sessions(const Session& session) {
  const Instant now = parts_->clock.now();
  store::Transaction transaction = parts_->pool.begin();
  std::vector<Session> alive;
  for (const session_rows::SessionRow& row : session_rows::list(transaction, session.account)) {
    Session other = to_session(row);
    if (other.is_alive(now)) alive.push_back(std::move(other));
  }
  return alive;
}

Answer<void> SignIn::revoke(const Session& session, const SessionId& other) {
  store::Transaction transaction = parts_->pool.begin();
  if (!session_rows::end(transaction,
                         other,
                         session.account,
                         parts_->clock.now(),
                         ledger::Event(ledger::Self{},
                                       session.account,
                                       ledger::events::SessionEnded{.why = "ended_elsewhere"}))) {
    return refuse(RefusalKind::NotFound, "no open session of this account has this id");
  }
  transaction.commit();
  return {};
}

Answer<AccountView> SignIn::account(const Session& session) {
  store::Transaction transaction = parts_->pool.begin();
  const auto row = accounts::find(transaction, session.account);
  if (!row || !row->enrolled) return sign_in_needed();
  return AccountView{.account = row->account,
                     .language = row->language,
                     .enrolled_at = row->enrolled->enrolled_at,
                     .key_version = row->enrolled->key_version,
                     .unlock_key = row->enrolled->unlock_key,
                     .sign_key = row->enrolled->sign_key,
                     .wrap_kinds = accounts::wrap_kinds(transaction, session.account)};
}

Answer<Bytes> SignIn::unwrap(const Session& session,
                             std::string_view kind,
                             const crypto::SecretBytes& login) {
  const Instant now = parts_->clock.now();
  if (!session.is_fresh(now)) {
    return refuse(RefusalKind::StepUpNeeded, "unwrapping needs a fresh step-up");
  }
  store::Transaction transaction = parts_->pool.begin();
  RIGHTFUL_TRY(
      parts_->check_credential(transaction,
                               session.account.expose(),
                               login,
                               now,
                               stepped_up(session.account, "unwrap", ledger::Outcome::Denied)));
  auto wrap = accounts::find_wrap(transaction, session.account, kind);
  if (!wrap) return refuse(RefusalKind::NotFound, "this account has no wrap of this kind");
  if (wrap->kind != "recovery") {
    Result<Bytes> inner = parts_->keys.remove_outer(session.account, login.expose(), wrap->wrapped);
    // The credential was right, so the stored bytes were changed: nothing that the person could do.
    if (!inner) throw Failure(Retry::Never, "wrap_damaged", "a stored wrap does not open");
    wrap->wrapped = *std::move(inner);
  }
  transaction.record(stepped_up(session.account, "unwrap", ledger::Outcome::Ok));
  transaction.commit();
  return std::move(wrap->wrapped);
}

void SignIn::tidy() {
  for (;;) {
    const RefusalCounter::Counts counts = parts_->refusals.take(kLeavesPerCommit);
    if (counts.empty()) break;
    PutBack guard(parts_->refusals, counts);
    store::Transaction transaction = parts_->pool.begin();
    RefusalCounter::record(counts, transaction);
    transaction.commit();
    guard.dismiss();
  }
  const Instant now = parts_->clock.now();
  store::Transaction transaction = parts_->pool.begin();
  session_rows::purge(transaction, now - kSessionMemory);
  session_rows::purge_throttles(transaction, now - kThrottleMemory);
  transaction.commit();
}

}  // namespace rightful::lifecycle
