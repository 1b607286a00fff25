/// @file
/// Cuts content into pieces of one size, however it was handed over: the packed bytes then depend
/// on the content alone, and hashing and packing never see tiny parts.
#pragma once

#include <algorithm>
#include <cstddef>

#include "rightful/core/bytes.hpp"

namespace rightful::archive {

inline constexpr std::size_t kPieceBytes = 64 * 1024;

/// Threads  one.
class PieceBuffer {
 public:
  /// Calls `take(ByteView)` for every full piece; from `content` itself where that needs no copy.
  template <class Take>
  void add(ByteView content, Take take) {
    while (!content.empty()) {
      if (kept_.empty() && content.size() >= kPieceBytes) {
        take(content.first(kPieceBytes));
        content = content.subspan(kPieceBytes);
        continue;
      }
      const std::size_t count = std::min(content.size(), kPieceBytes - kept_.size());
      kept_.insert(
          kept_.end(), content.begin(), content.begin() + static_cast<std::ptrdiff_t>(count));
      content = content.subspan(count);
      if (kept_.size() == kPieceBytes) flush(take);
    }
  }

  /// The rest, if any.
  template <class Take>
  void flush(Take take) {
    if (kept_.empty()) return;
    take(ByteView(kept_));
    kept_.clear();
  }

 private:
  Bytes kept_;
};

}  // namespace rightful::archive
