#include "rightful/lifecycle/incidents.hpp"

#include "rightful/core/failure.hpp"
#include "rightful/ledger/event.hpp"

namespace rightful::lifecycle {
namespace {

ledger::Event opened(const IncidentReport& report,
                     const ledger::RequestRef& request_ref,
                     const ledger::IncidentRef& incident_ref,
                     Instant due_at) {
  const ledger::events::IncidentOpened fields{
      .cause = ledger::Code<ledger::CodeList::GuardCause>::or_other(report.cause),
      .due = due_at,
      .inc = incident_ref,
      .severity = "high"};
  switch (report.reporter) {
    case Reporter::Requester:
      return {ledger::Self{}, report.account, request_ref, fields};
    case Reporter::System:
      break;
  }
  return {ledger::System{}, report.account, request_ref, fields};
}

}  // namespace

store::incidents::IncidentRow open_incident(store::Transaction& transaction,
                                            const IncidentReport& report,
                                            Instant now,
                                            Random& random) {
  const auto incident_ref = ledger::IncidentRef::random(random);
  const auto request_ref = ledger::RequestRef::parse(report.request_ref);
  if (!request_ref) throw Failure(Retry::Never, "bad_row", "a ledger reference has a wrong form");
  store::incidents::IncidentRow row{.id = IncidentId::random(random),
                                    .ledger_ref = incident_ref.text(),
                                    .cause = report.cause,
                                    .request = report.request,
                                    .account = report.account,
                                    .opened_at = now,
                                    .aware_at = now,
                                    .due_at = now + kAuthorityNotice,
                                    .note = report.note};
  store::incidents::insert(
      transaction, row, opened(report, *request_ref, incident_ref, row.due_at));
  return row;
}

}  // namespace rightful::lifecycle
