/// @file
/// One entry of the inner ZIP, front to back: local header, content, descriptor.
#pragma once

#include <cstdint>

#include "archive/reader/byte_feed.hpp"
#include "archive/reader/chunk_source.hpp"
#include "archive/reader/inflater.hpp"
#include "archive/reader/zip_parse.hpp"

namespace rightful::archive::reader {

/// Reusable: enter() for each entry, then next() to the end, or skip().
///
/// Threads  one.
/// @return from all calls InvalidArgument "inner: …" for what is not as the record says.
class EntryContent final : public ChunkSource {
 public:
  /// @param feed  stands at the local header when enter() is called; must outlive the object.
  explicit EntryContent(ByteFeed& feed) : feed_(feed) {}

  /// @param record  must outlive the reading of the entry.
  [[nodiscard]] Result<void> enter(const CentralRecord& record);
  /// Unpacked content; empty = the end: size, CRC and descriptor have held.
  [[nodiscard]] Result<ByteView> next() override;
  /// Passes over packed content without unpacking; no CRC is computed.
  [[nodiscard]] Result<void> skip();

 private:
  [[nodiscard]] Result<ByteView> next_stored();
  [[nodiscard]] Result<ByteView> next_inflated();
  [[nodiscard]] Result<void> leave();
  [[nodiscard]] Result<void> check_descriptor();

  ByteFeed& feed_;
  Inflater inflater_;
  const CentralRecord* record_ = nullptr;
  bool has_zip64_ = false;
  std::uint64_t packed_left_ = 0;
  std::uint64_t unpacked_ = 0;
  std::uint32_t crc_ = 0;
};

}  // namespace rightful::archive::reader
