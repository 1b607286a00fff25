#include "rightful/store/incidents.hpp"

#include <utility>

#include "store/queries/incidents.hpp"

namespace rightful::store::incidents {
namespace {

IncidentRow read_incident(const Row& row) {
  return {.id = row.id<IncidentId>("id"),
          .ledger_ref = row.text("ledger_ref"),
          .cause = row.text("cause"),
          .request = row.optional_id<RequestId>("request_id"),
          .account = row.optional_account("account_id"),
          .opened_at = row.instant("opened_at"),
          .aware_at = row.instant("aware_at"),
          .due_at = row.instant("due_at"),
          .note = row.text("note"),
          .state = row.text("state")};
}

}  // namespace

void insert(Transaction& transaction, const IncidentRow& incident, ledger::Event event) {
  transaction.run(queries::kInsertIncident,
                  {incident.id,
                   incident.ledger_ref,
                   incident.cause,
                   incident.request,
                   incident.account,
                   incident.opened_at,
                   incident.aware_at,
                   incident.due_at,
                   incident.note,
                   incident.state});
  transaction.record(std::move(event));
}

std::optional<IncidentRow> find_open(Transaction& transaction,
                                     const RequestId& request,
                                     const AccountId& account,
                                     std::string_view cause) {
  const std::optional<Row> row =
      transaction.run(queries::kFindOpenIncident, {request, account, cause}).at_most_one();
  if (!row) return std::nullopt;
  return read_incident(*row);
}

std::vector<IncidentRow> list(Transaction& transaction,
                              const RequestId& request,
                              const AccountId& account) {
  std::vector<IncidentRow> incidents;
  for (const Row row : transaction.run(queries::kListIncidents, {request, account})) {
    incidents.push_back(read_incident(row));
  }
  return incidents;
}

}  // namespace rightful::store::incidents
