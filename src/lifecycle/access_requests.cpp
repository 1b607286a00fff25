#include "rightful/lifecycle/access_requests.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "rightful/core/failure.hpp"
#include "rightful/lifecycle/incidents.hpp"
#include "rightful/store/jobs.hpp"

#include "lifecycle/access_requests_parts.hpp"

namespace rightful::lifecycle {
namespace {

namespace incident_rows = store::incidents;
namespace request_rows = store::requests;

[[noreturn]] void throw_bad_row(const std::string& what) {
  throw Failure(Retry::Never, "bad_row", what + " of a row has a wrong form");
}

template <class Parsed>
Parsed value_or_bad_row(const Result<Parsed>& parsed, const char* what) {
  if (!parsed) throw_bad_row(what);
  return *parsed;
}

bool is_in_work(RequestState state) {
  return state == RequestState::Received || state == RequestState::Queued ||
         state == RequestState::Running || state == RequestState::Verifying;
}

/// Counts that the worker wrote; what is missing or odd is 0, because a status page must not fail
/// over it.
Progress to_progress(const request_rows::JobView& job) {
  const auto counts = nlohmann::json::parse(job.progress_json.value_or("{}"), nullptr, false);
  const auto count = [&counts](const char* name) -> std::int64_t {
    if (!counts.is_object()) return 0;
    const auto member = counts.find(name);
    return member != counts.end() && member->is_number_integer() ? member->get<std::int64_t>() : 0;
  };
  return {.stage = job.stage,
          .attempt = job.attempt,
          .datasets_total = count("datasets_total"),
          .datasets_done = count("datasets_done"),
          .rows = count("rows"),
          .objects = count("objects"),
          .bytes = count("bytes")};
}

PackageFacts to_facts(const store::Package& package) {
  return {.size_bytes = static_cast<std::uint64_t>(package.size_bytes),
          .sha256 = digest_of(package),
          .released_at = package.released_at,
          .expires_at = package.expires_at,
          .frozen = package.frozen_at.has_value(),
          .destroyed = package.destroyed_at.has_value()};
}

/// The stage that a job was in, for the leaf of its end.
ledger::Code<ledger::CodeList::Stage> stage_of(const std::optional<request_rows::JobView>& job) {
  if (!job || !job->stage) return "claiming";
  return value_or_bad_row(ledger::Code<ledger::CodeList::Stage>::parse(*job->stage), "the stage");
}

}  // namespace

RequestState state_of(const request_rows::RequestRow& row) {
  return value_or_bad_row(parse_request_state(row.state), "the state");
}

ledger::RequestRef ref_of(const request_rows::RequestRow& row) {
  return value_or_bad_row(ledger::RequestRef::parse(row.ledger_ref), "the ledger reference");
}

ledger::PackageRef ref_of(const store::Package& package) {
  return value_or_bad_row(ledger::PackageRef::parse(package.ledger_ref), "the ledger reference");
}

crypto::Sha256Digest digest_of(const store::Package& package) {
  return value_or_bad_row(crypto::Sha256Digest::parse(package.sha256), "the hash");
}

std::unexpected<Refusal> no_such_request() {
  return refuse(RefusalKind::NotFound, "no request of this account has this id");
}

AccessRequest AccessRequests::Parts::view(store::Transaction& transaction,
                                          const request_rows::RequestRow& row) {
  AccessRequest request{.id = row.id,
                        .state = state_of(row),
                        .received_at = row.received_at,
                        .updated_at = row.updated_at,
                        .language = row.language,
                        .due_nominal = row.due_nominal,
                        .due = row.due,
                        .note = row.failure_note,
                        .progress = std::nullopt,
                        .package = std::nullopt};
  if (is_in_work(request.state)) {
    const auto job = request_rows::find_job(transaction, row.id, row.account);
    if (job) request.progress = to_progress(*job);
  }
  const auto package = store::packages::find(transaction, row.id, row.account);
  if (package) request.package = to_facts(*package);
  return request;
}

std::unexpected<Refusal> AccessRequests::Parts::not_possible(store::Transaction& transaction,
                                                             const request_rows::RequestRow& row,
                                                             RequestEvent event) {
  const RequestState state = state_of(row);
  transaction.record(ledger::Event(
      ledger::Self{},
      row.account,
      ref_of(row),
      ledger::events::RequestNotPossible{
          .event = value_or_bad_row(
              ledger::Code<ledger::CodeList::RequestEvent>::parse(name_of(event)), "the event"),
          .state = value_or_bad_row(
              ledger::Code<ledger::CodeList::RequestState>::parse(name_of(state)), "the state")},
      ledger::Outcome::Denied));
  transaction.commit();
  return std::unexpected(Refusal{.kind = RefusalKind::NotPossible,
                                 .detail = "this state does not allow it",
                                 .request = row.id,
                                 .state = state,
                                 .possible = possible_for_requester(state)});
}

std::vector<AccessRequest> AccessRequests::list(const Session& session) {
  store::Transaction transaction = parts_->pool.begin();
  std::vector<AccessRequest> requests;
  for (const auto& row : request_rows::list(transaction, session.account)) {
    requests.push_back(Parts::view(transaction, row));
  }
  return requests;
}

Answer<AccessRequest> AccessRequests::show(const Session& session, const RequestId& request) {
  store::Transaction transaction = parts_->pool.begin();
  const auto row = request_rows::find(transaction, request, session.account);
  if (!row) return no_such_request();
  return Parts::view(transaction, *row);
}

Answer<AccessRequest> AccessRequests::withdraw(const Session& session, const RequestId& request) {
  store::Transaction transaction = parts_->pool.begin();
  const auto row = request_rows::lock(transaction, request, session.account);
  if (!row) return no_such_request();
  const RequestState state = state_of(*row);
  const auto next = next_state(state, RequestEvent::Withdraw);
  if (!next) return Parts::not_possible(transaction, *row, RequestEvent::Withdraw);

  ledger::Event withdrawn(
      ledger::Self{}, row->account, ref_of(*row), ledger::events::RequestWithdrawn{});
  if (*next == state) {
    // Quarantined: recorded now, takes effect when the incident closes.
    transaction.record(std::move(withdrawn));
  } else {
    store::jobs::cancel(transaction, request, session.account);
    RIGHTFUL_CHECK(request_rows::move(transaction,
                                      request,
                                      session.account,
                                      {.from = row->state,
                                       .to = name_of(*next),
                                       .note = std::nullopt,
                                       .now = parts_->clock.now()},
                                      std::move(withdrawn)));
  }
  transaction.commit();
  if (*next == RequestState::Withdrawn) parts_->destroy_package(request, session.account);
  return show(session, request);
}

Answer<Disowned> AccessRequests::disown(const Session& session, const RequestId& request) {
  const Instant now = parts_->clock.now();
  store::Transaction transaction = parts_->pool.begin();
  const auto row = request_rows::lock(transaction, request, session.account);
  if (!row) return no_such_request();
  const RequestState state = state_of(*row);

  auto incident = incident_rows::find_open(transaction, request, session.account, "not_mine");
  if (!incident) {
    incident = open_incident(transaction,
                             {.cause = "not_mine",
                              .request = request,
                              .account = session.account,
                              .request_ref = row->ledger_ref,
                              .reporter = Reporter::Requester,
                              .note = "the requester says: this is not mine"},
                             now,
                             parts_->random);
  }
  const ledger::IncidentRef incident_ref =
      value_or_bad_row(ledger::IncidentRef::parse(incident->ledger_ref), "the ledger reference");
  const auto package = store::packages::find(transaction, request, session.account);
  if (package) {
    request_rows::freeze_package(
        transaction,
        request,
        session.account,
        now,
        ledger::Event(ledger::System{},
                      session.account,
                      ref_of(*row),
                      ledger::events::PackageFrozen{.inc = incident_ref, .pkg = ref_of(*package)}));
  }
  const auto disowned = [&]() -> ledger::Event {
    if (package) {
      return {ledger::Self{},
              session.account,
              ref_of(*row),
              ledger::events::PackageDisowned{.inc = incident_ref, .pkg = ref_of(*package)}};
    }
    const auto job = request_rows::find_job(transaction, request, session.account);
    return {ledger::System{},
            session.account,
            ref_of(*row),
            ledger::events::JobQuarantined{
                .ds = std::nullopt, .stage = stage_of(job), .why = "not_mine"}};
  };
  const RequestState next = next_state(state, RequestEvent::NotMine).value_or(state);
  if (next != state) {
    ledger::Event event = disowned();
    store::jobs::cancel(transaction, request, session.account);
    RIGHTFUL_CHECK(request_rows::move(
        transaction,
        request,
        session.account,
        {.from = row->state,
         .to = name_of(next),
         .note =
             "You told us that this is not yours. Nothing leaves until it has been looked into.",
         .now = now},
        std::move(event)));
  } else if (package) {
    transaction.record(disowned());
  }
  transaction.commit();
  RIGHTFUL_TRY(AccessRequest current, show(session, request));
  return Disowned{
      .incident = incident->id, .due_at = incident->due_at, .request = std::move(current)};
}

}  // namespace rightful::lifecycle
