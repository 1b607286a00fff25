/// @file
/// Takes bytes from chunks in the portions that a parser wants.
#pragma once

#include <cstdint>
#include <span>

#include "rightful/archive/read_at.hpp"

#include "archive/reader/chunk_source.hpp"

namespace rightful::archive::reader {

/// Threads  one.
class ByteFeed {
 public:
  /// @param source  must outlive the feed.
  explicit ByteFeed(ChunkSource& source) : source_(source) {}

  /// Fills `into`. @return false = the source ended before.
  [[nodiscard]] Result<bool> take(std::span<std::byte> into);
  /// At most `limit` bytes without copying, valid until the next call; empty = the end.
  [[nodiscard]] Result<ByteView> view(std::uint64_t limit);

  /// Bytes taken so far.
  [[nodiscard]] std::uint64_t position() const noexcept { return position_; }

 private:
  ChunkSource& source_;
  ByteView rest_;
  std::uint64_t position_ = 0;
  bool has_ended_ = false;
};

/// A range of a file as chunks.
class RangeSource final : public ChunkSource {
 public:
  /// @param file  must outlive the source.
  RangeSource(const ReadAt& file, std::uint64_t begin, std::uint64_t end)
      : file_(file), at_(begin), end_(end) {}

  [[nodiscard]] Result<ByteView> next() override;

 private:
  const ReadAt& file_;
  std::uint64_t at_;
  std::uint64_t end_;
  Bytes buffer_;
};

}  // namespace rightful::archive::reader
