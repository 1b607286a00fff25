/// @file
/// Replacing the key that wraps the keys of pseudonyms and uploads, so that old backups do not
/// bring back what was erased.
#pragma once

#include <cstdint>

#include "rightful/core/result.hpp"
#include "rightful/lifecycle/erasure.hpp"

namespace rightful::lifecycle {

/// Makes the file of the next key and changes nothing else, for installations whose workers have
/// key directories of their own: the file is carried there before rotate_kek(). May be repeated.
/// @return its epoch; Denied when the key directory may not be written. Errors  Failure
[[nodiscard]] Result<std::int64_t> prepare_kek(const LedgerTools& tools);

struct KekRotation {
  std::int64_t epoch = 0;          ///< in use from now on
  std::uint64_t subject_keys = 0;  ///< wrapped anew by this call
  std::uint64_t uploads = 0;
  bool went_on = false;  ///< with a rotation that had broken off
};

/// Makes or takes the next key, wraps everything anew under it while the service runs, forgets the
/// old one with `keyring.rotated`, and destroys its file. A call that breaks off anywhere leaves
/// every key readable; the next call goes on where it was.
///
/// @param by  the officer who answers for it.
/// @return Denied when the key directory may not be written; Unavailable when other commits keep
/// using the old key (the call may be repeated). Errors  Failure
[[nodiscard]] Result<KekRotation> rotate_kek(const LedgerTools& tools, const ledger::StaffRef& by);

}  // namespace rightful::lifecycle
