#include "store/commit_pace.hpp"

#include <algorithm>
#include <cmath>

namespace rightful::store {

namespace {

using Seconds = std::chrono::duration<double>;

/// In the outbox. Behind it come a batch and up to a second until the next checkpoint.
constexpr Seconds kGoodWait{0.2};
/// Half of a batch of the sequencer: taken at once, however long its transaction lasts.
constexpr std::uint64_t kNoQueue = 512;
/// A batch, or a disk, may take seconds.
constexpr std::chrono::seconds kStandsAfter{5};
/// A disk that is slow to sync does several at once in the time of one.
constexpr std::size_t kFewest = 4;
constexpr double kLargestStep = 2;

}  // namespace

// What waits by what is done a second is how long it waits (Little's law). Steps are the root of
// what is missing: what is seen is a second old, and a whole step would go too far.
void CommitPace::look(std::uint64_t committed, std::uint64_t sequenced, SteadyTime now) {
  if (!last_ || sequenced < last_->sequenced || now < last_->at) {
    forget();
    last_ = Look{.sequenced = sequenced, .at = now};
    return;
  }
  const bool is_queue = committed > sequenced && committed - sequenced > kNoQueue;
  const Seconds since = now - last_->at;
  const auto done = static_cast<double>(sequenced - last_->sequenced);
  if (is_queue && (done == 0 || since.count() == 0)) {
    if (since >= kStandsAfter) share_ = 1;
    return;  // its speed is that of the whole time in which it moves by something
  }
  last_ = Look{.sequenced = sequenced, .at = now};
  step_to(is_queue ? static_cast<double>(committed - sequenced) * since.count() / done : 0);
}

void CommitPace::step_to(double wait_s) {
  const double step = wait_s > 0 ? std::sqrt(kGoodWait.count() / wait_s) : kLargestStep;
  const double least = static_cast<double>(kFewest) / static_cast<double>(most_);
  share_ *= std::clamp(step, 1 / kLargestStep, kLargestStep);
  share_ = std::min(1.0, std::max(least, share_));
}

void CommitPace::forget() {
  share_ = 1;
  last_.reset();
}

std::size_t CommitPace::allowed() const {
  const auto count = static_cast<std::size_t>(share_ * static_cast<double>(most_));
  return std::clamp(count, std::size_t{1}, most_);
}

}  // namespace rightful::store
