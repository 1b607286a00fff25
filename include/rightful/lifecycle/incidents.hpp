/// @file
/// Opening an incident: row, 72-hour clock and ledger leaf together.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "rightful/core/account_id.hpp"
#include "rightful/core/clock.hpp"
#include "rightful/core/id.hpp"
#include "rightful/core/random.hpp"
#include "rightful/store/incidents.hpp"
#include "rightful/store/transaction.hpp"

namespace rightful::lifecycle {

/// Law  GDPR Art. 33(1).
inline constexpr std::chrono::hours kAuthorityNotice{72};

/// Who became aware.
enum class Reporter : std::uint8_t { Requester, System };

struct IncidentReport {
  std::string cause;  ///< `[a-z0-9_]{1,24}`
  RequestId request;
  AccountId account;
  std::string request_ref;  ///< `r_…`
  Reporter reporter;
  std::string note;  ///< without personal data
};

/// Writes the row and `incident.opened` into the caller's transaction; aware = `now`.
[[nodiscard]] store::incidents::IncidentRow open_incident(store::Transaction& transaction,
                                                          const IncidentReport& report,
                                                          Instant now,
                                                          Random& random);

}  // namespace rightful::lifecycle
