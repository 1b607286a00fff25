/// @file
/// An operator puts a failed request back to work, once its cause is mended. Not for quarantined
/// ones: a hold is lifted by two officers (law.md 2.3), never by an operator.
#pragma once

#include "rightful/core/clock.hpp"
#include "rightful/core/id.hpp"
#include "rightful/core/random.hpp"
#include "rightful/lifecycle/refusal.hpp"
#include "rightful/store/pool.hpp"

namespace rightful::lifecycle {

/// `failed` → `queued` with a new job, in one transaction with job.queued. The request runs with
/// the catalog that is newest when it is claimed; its clock never stopped.
///
/// Law      GDPR Art. 12(3): nothing closes a request but an answer, a refusal or the requester.
/// @return NotFound; NotPossible, with the state it is in.
/// Errors   Failure when the database does not answer.
[[nodiscard]] Answer<void> retry_failed(store::Pool& pool,
                                        const RequestId& request,
                                        const Clock& clock,
                                        Random& random);

}  // namespace rightful::lifecycle
