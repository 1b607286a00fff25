/// @file
/// Whether a claimed job may run at all: does this person, with the keys on record, really ask for
/// this?
#pragma once

#include "rightful/core/result.hpp"
#include "rightful/store/jobs.hpp"

namespace rightful::queue {

/// Implemented in `export`, where the server's keys are. Threads  may be called from several
/// threads.
class AuthorityCheck {
 public:
  virtual ~AuthorityCheck() = default;

  /// Job, request and statement name the same account; pk_mac holds over the account's keys; the
  /// statement is signed by the enrolled key and names the key that the package will be sealed to.
  ///
  /// @return NotAuthentic: quarantine, nothing is read. NotFound, Conflict: the job stops for a
  /// person.
  [[nodiscard]] virtual Result<void> check(const store::ClaimedJob& job) = 0;
};

}  // namespace rightful::queue
