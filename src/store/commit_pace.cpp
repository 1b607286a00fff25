#include "store/commit_pace.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace rightful::store {

namespace {

using Seconds = std::chrono::duration<double>;

/// In the outbox. Behind it come a batch and up to a second until the next checkpoint.
constexpr Seconds kGoodWait{0.2};
/// A disk that is slow to sync does several at once in the time of one.
constexpr std::size_t kFewest = 4;
constexpr double kLargestStep = 2;

}  // namespace

// What waits by what is done a second is how long it waits (Little's law). Steps are the root of
// what is missing: what is seen is a second old, and a whole step would go too far.
void CommitPace::look(std::uint64_t committed, std::uint64_t sequenced, SteadyTime now) {
  const auto before = std::exchange(last_, Look{.sequenced = sequenced, .at = now});
  if (!before || sequenced <= before->sequenced || now <= before->at) {
    share_ = 1;
    return;
  }
  double step = kLargestStep;
  if (committed > sequenced + most_) {  // what may be in flight at once is no queue
    const double rate =
        static_cast<double>(sequenced - before->sequenced) / Seconds(now - before->at).count();
    const double wait = static_cast<double>(committed - sequenced) / rate;
    step = std::clamp(std::sqrt(kGoodWait.count() / wait), 1 / kLargestStep, kLargestStep);
  }
  const double least = static_cast<double>(kFewest) / static_cast<double>(most_);
  share_ = std::min(1.0, std::max(least, share_ * step));
}

std::size_t CommitPace::allowed() const {
  const auto count = static_cast<std::size_t>(share_ * static_cast<double>(most_));
  return std::clamp(count, std::size_t{1}, most_);
}

}  // namespace rightful::store
