/// @file
/// Raw deflate by ISA-L level 1, any number of streams one after the other with the same buffers.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "rightful/core/bytes.hpp"

namespace rightful::archive {

/// What ISA-L is given at a time.
inline constexpr std::size_t kPieceBytes = 64 * std::size_t{1024};
/// Content is deflated in segments of this size, the last one shorter; each begins anew, without a
/// look at what was before. So several can be deflated at a time, and the bytes do not depend on
/// how many are.
inline constexpr std::size_t kSegmentBytes = 4 * kPieceBytes;

/// Format   RFC 1951
/// Threads  one at a time.
/// Errors   Failure(Never) when the library refuses its own state.
/// Cost     about 400 KiB of memory.
class Deflater {
 public:
  /// Takes compressed bytes; they are overwritten after the call.
  using Take = std::function<void(ByteView)>;

  Deflater();
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;
  ~Deflater();

  /// Begins a new stream, or a segment of one.
  void begin();
  /// @param content  at most kPieceBytes (checked). How a content is cut decides its packed bytes:
  /// pack_segment() cuts every content the same way.
  void write(ByteView content, const Take& take);
  /// Ends a segment on a byte's boundary (with an empty stored block), so that the blocks of the
  /// next can follow it. Only begin() may be called after.
  void flush(const Take& take);
  /// Ends the stream.
  void finish(const Take& take);

 private:
  struct State;
  void drain(const Take& take);

  std::unique_ptr<State> state_;
};

}  // namespace rightful::archive
