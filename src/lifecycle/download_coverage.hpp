/// @file
/// Which bytes of a package have left, over several ranges: a download that was broken off and
/// resumed counts as whole once every byte was sent. Kept in memory: a restart forgets parts, the
/// ledger does not.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <mutex>
#include <utility>

#include "rightful/core/id.hpp"

namespace rightful::lifecycle {

/// Threads  any; the mutex guards the ranges.
/// Cost     at most kMaxPackages packages of kMaxRanges ranges each; what does not fit is
/// forgotten, oldest first.
class DownloadCoverage {
 public:
  static constexpr std::size_t kMaxPackages = 4096;
  static constexpr std::size_t kMaxRanges = 256;

  /// Adds [from, to). @return true when every byte of `size` has left now; the package is forgotten
  /// then.
  [[nodiscard]] bool add(const RequestId& request,
                         std::uint64_t from,
                         std::uint64_t to,
                         std::uint64_t size);

 private:
  using Ranges = std::map<std::uint64_t, std::uint64_t>;  // from → to, disjoint, not touching

  std::mutex mutex_;
  std::list<std::pair<RequestId, Ranges>> packages_;  // newest first
};

}  // namespace rightful::lifecycle
