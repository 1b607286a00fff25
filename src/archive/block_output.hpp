/// @file
/// Blocks that travel from the inner ZIP writer to whoever takes its bytes, and come back to be
/// filled again.
#pragma once

#include <cstddef>
#include <memory>

#include "rightful/core/bytes.hpp"

#include "archive/package_format.hpp"

namespace rightful::archive {

/// A buffer of kBlockBytes and a little room, because a ZIP64 extra may be put into a header that
/// was written before.
struct Block {
  static constexpr std::size_t kSlackBytes = 64;

  std::unique_ptr<std::byte[]> data;
  std::size_t size = 0;

  [[nodiscard]] static Block make() {
    return {std::make_unique_for_overwrite<std::byte[]>(format::kBlockBytes + kSlackBytes), 0};
  }

  [[nodiscard]] std::size_t room() const noexcept {
    return size < format::kBlockBytes ? format::kBlockBytes - size : 0;
  }

  [[nodiscard]] ByteView bytes() const noexcept { return {data.get(), size}; }
};

/// Threads  one caller.
/// Errors   Failure, from any call.
class BlockOutput {
 public:
  virtual ~BlockOutput() = default;

  /// An empty block; waits until one is free. The caller may hold kHeldBlocks + 1 of them.
  [[nodiscard]] virtual Block acquire() = 0;
  /// The next bytes; the block goes back to the pool when they are taken.
  virtual void submit(Block block) = 0;
};

}  // namespace rightful::archive
