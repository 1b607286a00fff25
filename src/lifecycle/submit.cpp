#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "rightful/calendar/deadline.hpp"
#include "rightful/core/failure.hpp"
#include "rightful/crypto/hash.hpp"
#include "rightful/crypto/statement.hpp"
#include "rightful/ledger/pseudonym.hpp"
#include "rightful/lifecycle/access_requests.hpp"
#include "rightful/lifecycle/identity_proof.hpp"
#include "rightful/store/accounts.hpp"
#include "rightful/store/database_failure.hpp"
#include "rightful/store/jobs.hpp"

#include "lifecycle/access_requests_parts.hpp"
#include "lifecycle/sign_in_parts.hpp"

namespace rightful::lifecycle {
namespace {

namespace accounts = store::accounts;
namespace request_rows = store::requests;

calendar::Deadline deadline_of(Instant received_at, const std::string& timezone) {
  auto deadline = calendar::eu_deadline(received_at, timezone, calendar::Calendar::weekends_only());
  if (!deadline) throw Failure(Retry::Never, "no_deadline", deadline.error().detail);
  return *std::move(deadline);
}

/// What can be said without the database.
Answer<void> check_submission(const Session& session, const Submission& submission, Instant now) {
  if (!session.is_fresh(now)) {
    return refuse(RefusalKind::StepUpNeeded, "asking needs a fresh step-up");
  }
  if (std::chrono::floor<std::chrono::milliseconds>(submission.stated_at) != submission.stated_at) {
    return refuse_field("time", "only milliseconds are signed");
  }
  if (std::chrono::abs(submission.received_at - submission.stated_at) > kStatementTolerance) {
    return refuse(RefusalKind::StatementTime, "stated too far from the server's clock");
  }
  if (submission.language && !is_language(*submission.language)) {
    return refuse_field("language", kNoLanguage);
  }
  return {};
}

/// The statement as this account must have signed it: its id comes from the session.
crypto::RequestStatement statement_of(const Session& session, const Submission& submission) {
  return {.request = submission.request,
          .account = session.account,
          .unlock_key = submission.unlock_key,
          .nonce = submission.nonce,
          .time = submission.stated_at};
}

Answer<void> check_statement(const accounts::Enrolled& enrolled,
                             const Session& session,
                             const Submission& submission) {
  if (submission.unlock_key != enrolled.unlock_key) {
    return refuse_field("unlock_key", "not the key that this account enrolled");
  }
  const auto proof = IdentityProof::from_statement(statement_of(session, submission),
                                                   enrolled.sign_key,
                                                   submission.signature,
                                                   session.account,
                                                   submission.request);
  if (!proof) {
    return refuse(RefusalKind::StatementNotAuthentic, "the statement's signature does not hold");
  }
  return {};
}

std::unexpected<Refusal> already_open(const request_rows::RequestRow& open) {
  const RequestState state = state_of(open);
  return std::unexpected(Refusal{.kind = RefusalKind::RequestOpen,
                                 .detail = "another request of this account is open",
                                 .request = open.id,
                                 .state = state,
                                 .possible = possible_for_requester(state)});
}

/// A further request while one is open is a reminder, logged on it.
std::unexpected<Refusal> remind(store::Transaction& transaction,
                                const request_rows::RequestRow& open) {
  const auto state = ledger::Code<ledger::CodeList::RequestState>::parse(name_of(state_of(open)));
  RIGHTFUL_CHECK(state.has_value());
  transaction.record(
      ledger::Event(ledger::Self{},
                    open.account,
                    ref_of(open),
                    ledger::events::RequestNotPossible{.event = "submit", .state = *state},
                    ledger::Outcome::Denied));
  transaction.commit();
  return already_open(open);
}

request_rows::NewRequest new_request(const Session& session,
                                     const Submission& submission,
                                     const accounts::Enrolled& keys,
                                     const std::string& language,
                                     const calendar::Deadline& deadline,
                                     const ledger::RequestRef& ref) {
  return {.id = submission.request,
          .account = session.account,
          .ledger_ref = ref.text(),
          .received_at = submission.received_at,
          .language = language,
          .nonce = submission.nonce,
          .stated_at = submission.stated_at,
          .unlock_key = submission.unlock_key,
          .sign_key = keys.sign_key,
          .signature = submission.signature,
          .due_nominal = deadline.due_nominal,
          .due = deadline.due,
          .due_at = deadline.due_nominal_end_utc,
          .deadline_json = calendar::to_json(deadline)};
}

ledger::Event received(const Session& session,
                       const Submission& submission,
                       const accounts::Enrolled& keys,
                       const calendar::Deadline& deadline,
                       const ledger::RequestRef& ref) {
  const Bytes statement = crypto::encode_statement(statement_of(session, submission));
  return {
      ledger::Self{},
      session.account,
      ref,
      ledger::events::RequestReceived{.channel = "api",
                                      .due = deadline.due_nominal,
                                      .key = ledger::key_reference(keys.unlock_key, keys.sign_key),
                                      .kind = "access",
                                      .law = "eu_art12",
                                      .statement = crypto::sha256(statement)}};
}

}  // namespace

AccessRequests::AccessRequests(store::Pool& pool,
                               store::LedgerPressure& pressure,
                               PackageObjects& objects,
                               Clock& clock,
                               Random& random,
                               AccessRequestSettings settings)
    : parts_(new Parts{pool, pressure, objects, clock, random, std::move(settings), {}}) {
  static_cast<void>(deadline_of(clock.now(), parts_->settings.timezone));
}

AccessRequests::~AccessRequests() = default;

void AccessRequests::Parts::write_request(const Session& session,
                                          const Submission& submission,
                                          store::Transaction& transaction,
                                          const accounts::Enrolled& keys,
                                          const std::string& language) {
  const calendar::Deadline deadline = deadline_of(submission.received_at, settings.timezone);
  const auto ref = ledger::RequestRef::random(random);
  request_rows::insert(transaction,
                       new_request(session, submission, keys, language, deadline, ref),
                       received(session, submission, keys, deadline, ref));
  store::jobs::enqueue(
      transaction,
      {.id = JobId::random(random),
       .request = submission.request,
       .account = session.account,
       .due_at = deadline.due_nominal_end_utc},
      ledger::Event(
          ledger::System{}, session.account, ref, ledger::events::JobQueued{.why = "received"}));
  transaction.commit();
}

Answer<AccessRequest> AccessRequests::submit(const Session& session, const Submission& submission) {
  RIGHTFUL_TRY(check_submission(session, submission, parts_->clock.now()));
  try {
    store::Transaction transaction = parts_->pool.begin();
    const auto account = accounts::find(transaction, session.account);
    if (!account || !account->enrolled) {
      return refuse(RefusalKind::SignInNeeded, "the account has no keys");
    }
    const accounts::Enrolled& keys = *account->enrolled;
    RIGHTFUL_TRY(check_statement(keys, session, submission));
    const auto open = request_rows::find_open(transaction, session.account);
    if (open) return remind(transaction, *open);
    parts_->write_request(
        session, submission, transaction, keys, submission.language.value_or(account->language));
  } catch (const store::ConstraintViolation&) {
    // Another call was faster: the same statement sent twice, or two at once.
    return std::unexpected(parts_->conflict(session));
  }
  return show(session, submission.request);
}

Refusal AccessRequests::Parts::conflict(const Session& session) {
  store::Transaction transaction = pool.begin();
  const auto open = request_rows::find_open(transaction, session.account);
  if (open) return already_open(*open).error();
  return refuse(RefusalKind::NonceUsed, "this request id or nonce was used before").error();
}

}  // namespace rightful::lifecycle
