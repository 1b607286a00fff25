/// @file
/// Content that is read chunk by chunk.
#pragma once

#include "rightful/core/bytes.hpp"
#include "rightful/core/result.hpp"

namespace rightful::archive::reader {

class ChunkSource {
 public:
  virtual ~ChunkSource() = default;

  /// The next bytes, valid until the next call; empty = the end. Nothing is read after the end or
  /// an error.
  [[nodiscard]] virtual Result<ByteView> next() = 0;
};

}  // namespace rightful::archive::reader
