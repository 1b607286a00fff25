/// @file
/// The records of a ZIP file as the writer lays them down. The reader parses them with code of its
/// own.
#pragma once

#include <cstdint>
#include <string_view>

#include "rightful/core/bytes.hpp"
#include "rightful/core/clock.hpp"

namespace rightful::archive {

/// Appends little-endian numbers and text.
class RecordText {
 public:
  RecordText& u8(std::uint8_t value);
  RecordText& u16(std::uint16_t value);
  RecordText& u32(std::uint32_t value);
  RecordText& u64(std::uint64_t value);
  RecordText& text(std::string_view value);
  RecordText& raw(ByteView value);
  RecordText& zeros(std::size_t count);

  [[nodiscard]] ByteView bytes() const noexcept { return bytes_; }

  [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }

  void clear() noexcept { bytes_.clear(); }

 private:
  Bytes bytes_;
};

/// MS-DOS date and time, two seconds fine, holding UTC.
struct DosTime {
  std::uint16_t time;
  std::uint16_t date;
};

[[nodiscard]] DosTime to_dos_time(Instant instant);

/// What both headers of an entry say.
struct EntryRecord {
  std::string_view name;
  std::uint16_t version_needed;
  std::uint16_t flags;
  std::uint16_t method;
  DosTime modified;
  std::uint32_t crc;
  std::uint64_t packed_size;
  std::uint64_t size;
  std::uint64_t local_offset;
};

/// Whether a size or offset does not fit a 32-bit field.
[[nodiscard]] constexpr bool needs_zip64(std::uint64_t value) noexcept {
  return value >= 0xFFFFFFFF;
}

/// A local header with its sizes: a ZIP64 extra precisely when one of them needs it. `extra`
/// follows the ZIP64 extra.
void append_local_header(RecordText& out, const EntryRecord& entry, ByteView extra = {});
/// The central header: of size, packed size and offset those in the ZIP64 extra that need it.
void append_central_header(RecordText& out, const EntryRecord& entry, ByteView extra = {});
/// The ZIP64 extra of a local header: always both sizes (APPNOTE 4.5.3).
void append_local_zip64_extra(RecordText& out, std::uint64_t size, std::uint64_t packed_size);

/// Everything after the central directory.
struct DirectoryPlace {
  std::uint64_t entries;
  std::uint64_t offset;
  std::uint64_t size;
};

void append_end_of_directory(RecordText& out, const DirectoryPlace& directory);

}  // namespace rightful::archive
