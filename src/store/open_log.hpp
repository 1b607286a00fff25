/// @file
/// The log that takes leaves now.
#pragma once

#include <cstdint>

#include "rightful/core/result.hpp"
#include "rightful/crypto/fixed_bytes.hpp"
#include "rightful/ledger/event_fields.hpp"

namespace rightful::store {

class Pool;

struct OpenLog {
  std::int64_t log_id;
  ledger::Origin origin;
};

/// @return NotFound when there is none, Conflict when it was enrolled by another key.
[[nodiscard]] Result<OpenLog> find_open_log(Pool& pool, const crypto::SignPublicKey& enrolment);

}  // namespace rightful::store
