/// @file
/// The right edge of the tree: the little that must be kept to append for ever. Knows no leaf below
/// its peaks.
#pragma once

#include <cstdint>
#include <vector>

#include "rightful/core/result.hpp"
#include "rightful/ledger/tree.hpp"

namespace rightful::ledger {

/// Size and peaks of a tree; a value.
///
/// Threads  one at a time.
/// Cost     at most 63 hashes; an append hashes once on average, a root at most 62 times.
class Frontier {
 public:
  /// The empty tree.
  Frontier() = default;

  /// @param peaks  largest first, one for each bit set in `size`, at most 63.
  /// @return InvalidArgument for another number of peaks or a size above kMaxTreeSize.
  [[nodiscard]] static Result<Frontier> from_peaks(std::uint64_t size, std::vector<TreeHash> peaks);

  /// Reads the edge of a tree that exists. @param size  at most kMaxTreeSize (checked,
  /// RIGHTFUL_CHECK). @return what the source answers; compare root() with a signed one.
  [[nodiscard]] static Result<Frontier> read(HashSource& source, std::uint64_t size);

  /// The tree is not full: size() < kMaxTreeSize (checked, RIGHTFUL_CHECK).
  void append(const TreeHash& leaf);

  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

  /// Largest first.
  [[nodiscard]] const std::vector<TreeHash>& peaks() const noexcept { return peaks_; }

  [[nodiscard]] TreeHash root() const;

  friend bool operator==(const Frontier&, const Frontier&) = default;

 private:
  Frontier(std::uint64_t size, std::vector<TreeHash> peaks)
      : size_(size), peaks_(std::move(peaks)) {}

  std::uint64_t size_ = 0;
  std::vector<TreeHash> peaks_;
};

}  // namespace rightful::ledger
