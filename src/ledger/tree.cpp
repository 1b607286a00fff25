#include "rightful/ledger/tree.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "rightful/core/check.hpp"
#include "rightful/crypto/hash.hpp"

#include "ledger/peaks.hpp"

namespace rightful::ledger {

TreeHash empty_root() {
  return crypto::sha256({});
}

TreeHash node_hash(const TreeHash& left, const TreeHash& right) {
  std::array<std::byte, 1 + 2 * TreeHash::kSizeBytes> node{std::byte{0x01}};
  std::ranges::copy(left.bytes(), node.begin() + 1);
  std::ranges::copy(right.bytes(), node.begin() + 1 + TreeHash::kSizeBytes);
  return crypto::sha256(node);
}

TreeHash root_of_peaks(const std::vector<TreeHash>& peaks) {
  if (peaks.empty()) return empty_root();
  TreeHash root = peaks.back();
  for (std::size_t at = peaks.size() - 1; at > 0; --at)
    root = node_hash(peaks[at - 1], root);
  return root;
}

Result<std::vector<TreeHash>> range_peaks(HashSource& source,
                                          std::uint64_t begin,
                                          std::uint64_t end) {
  std::vector<TreeHash> peaks;
  while (begin < end) {
    const auto level = static_cast<unsigned>(std::bit_width(end - begin)) - 1;
    RIGHTFUL_TRY(const TreeHash peak, source.subtree(level, begin >> level));
    peaks.push_back(peak);
    begin += std::uint64_t{1} << level;
  }
  return peaks;
}

Result<TreeHash> range_root(HashSource& source, std::uint64_t begin, std::uint64_t end) {
  RIGHTFUL_CHECK(begin < end && end <= kMaxTreeSize);
  RIGHTFUL_CHECK(begin % std::bit_ceil(end - begin) == 0);
  RIGHTFUL_TRY(const auto peaks, range_peaks(source, begin, end));
  return root_of_peaks(peaks);
}

Result<TreeHash> tree_root(HashSource& source, std::uint64_t size) {
  if (size == 0) return empty_root();
  return range_root(source, 0, size);
}

}  // namespace rightful::ledger
