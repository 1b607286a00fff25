#include "rightful/ledger/frontier.hpp"

#include <bit>

#include "rightful/core/check.hpp"

#include "ledger/peaks.hpp"

namespace rightful::ledger {

Result<Frontier> Frontier::from_peaks(std::uint64_t size, std::vector<TreeHash> peaks) {
  if (size > kMaxTreeSize || peaks.size() != static_cast<std::size_t>(std::popcount(size))) {
    return fail(ErrorCode::InvalidArgument,
                "a tree of " + std::to_string(size) + " leaves has another number of peaks than " +
                    std::to_string(peaks.size()));
  }
  return Frontier(size, std::move(peaks));
}

Result<Frontier> Frontier::read(HashSource& source, std::uint64_t size) {
  RIGHTFUL_CHECK(size <= kMaxTreeSize);
  RIGHTFUL_TRY(auto peaks, range_peaks(source, 0, size));
  return Frontier(size, std::move(peaks));
}

void Frontier::append(const TreeHash& leaf) {
  RIGHTFUL_CHECK(size_ < kMaxTreeSize);
  peaks_.push_back(leaf);
  // Each bit that the addition clears is a pair of subtrees of one size.
  for (std::uint64_t rest = size_; (rest & 1U) != 0; rest >>= 1U) {
    const TreeHash right = peaks_.back();
    peaks_.pop_back();
    peaks_.back() = node_hash(peaks_.back(), right);
  }
  ++size_;
}

TreeHash Frontier::root() const {
  return root_of_peaks(peaks_);
}

}  // namespace rightful::ledger
