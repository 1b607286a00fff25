/// @file
/// A text as it arrives: piece by piece.
#pragma once

#include <string_view>

#include "rightful/core/bytes.hpp"
#include "rightful/core/result.hpp"

#include "archive/reader/chunk_source.hpp"

namespace rightful::fuzz {

/// Pieces of one size; the text outlives it.
class Chunks final : public archive::reader::ChunkSource {
 public:
  Chunks(std::string_view text, std::size_t size) : rest_(text), size_(size) {}

  [[nodiscard]] Result<ByteView> next() override {
    const std::string_view chunk = rest_.substr(0, size_);
    rest_.remove_prefix(chunk.size());
    return as_bytes(chunk);
  }

 private:
  std::string_view rest_;
  std::size_t size_;
};

}  // namespace rightful::fuzz
