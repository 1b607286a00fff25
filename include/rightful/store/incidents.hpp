/// @file
/// Rows of `incident`: something went wrong, or somebody says so, and the 72 hours of Art. 33 run.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rightful/core/account_id.hpp"
#include "rightful/core/clock.hpp"
#include "rightful/core/id.hpp"
#include "rightful/ledger/event.hpp"
#include "rightful/store/transaction.hpp"

namespace rightful::store::incidents {

/// Request and account stand together or not at all (incident_request_has_account).
struct IncidentRow {
  IncidentId id;
  std::string ledger_ref;  ///< `i_` + 22 characters
  std::string cause;       ///< `[a-z0-9_]{1,24}`: `not_mine`, `foreign_row`, …
  std::optional<RequestId> request;
  std::optional<AccountId> account;
  Instant opened_at;
  Instant aware_at;
  Instant due_at;    ///< aware_at + 72 elapsed hours
  std::string note;  ///< what was seen, without personal data
  std::string state = "open";
};

void insert(Transaction& transaction, const IncidentRow& incident, ledger::Event event);
/// The newest one of this request and cause that is not closed.
[[nodiscard]] std::optional<IncidentRow> find_open(Transaction& transaction,
                                                   const RequestId& request,
                                                   const AccountId& account,
                                                   std::string_view cause);
/// All of one request, oldest first.
[[nodiscard]] std::vector<IncidentRow> list(Transaction& transaction,
                                            const RequestId& request,
                                            const AccountId& account);

}  // namespace rightful::store::incidents
