/// @file
/// Parses the records of both ZIP files, strictly: what the format does not allow is refused.
/// Shares no code with the writer.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "rightful/archive/read_at.hpp"
#include "rightful/core/bytes.hpp"
#include "rightful/core/result.hpp"

namespace rightful::archive::reader {

[[nodiscard]] std::uint16_t load16(ByteView bytes, std::size_t at) noexcept;
[[nodiscard]] std::uint32_t load32(ByteView bytes, std::size_t at) noexcept;
[[nodiscard]] std::uint64_t load64(ByteView bytes, std::size_t at) noexcept;

/// One record of a central directory, ZIP64 fields resolved.
struct CentralRecord {
  std::string name;
  std::uint16_t version = 0;
  std::uint16_t flags = 0;
  std::uint16_t method = 0;
  std::uint32_t dos_time = 0;  ///< time, then date, as they stand
  std::uint32_t crc = 0;
  std::uint64_t packed_size = 0;
  std::uint64_t size = 0;
  std::uint64_t local_offset = 0;
  Bytes extra;  ///< without the ZIP64 field
};

/// Bytes that a central record takes, from its fixed part. @param fixed  at least
/// kCentralHeaderBytes.
[[nodiscard]] std::size_t central_record_bytes(ByteView fixed) noexcept;
/// @param record  exactly one record. @param word  for the refusal.
[[nodiscard]] Result<CentralRecord> parse_central(ByteView record, std::string_view word);

/// Bytes of name and extra field, from the fixed part of a local header.
[[nodiscard]] std::size_t local_tail_bytes(ByteView fixed) noexcept;
/// Compares a local header with the directory's record, which has been parsed. A header with a
/// descriptor must hold no sizes; `extra` must be what the record demands, then `expected_extra`.
/// @param header  the whole local header.
[[nodiscard]] Result<void> check_local(ByteView header,
                                       const CentralRecord& record,
                                       ByteView expected_extra,
                                       std::string_view word);
/// Whether a local header, given whole, has the ZIP64 field (its descriptor is then the 64-bit
/// one).
[[nodiscard]] bool has_zip64_field(ByteView header) noexcept;

struct DirectoryPlace {
  std::uint64_t entries = 0;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

/// The directory ends where the end records begin, and these end with the file.
[[nodiscard]] Result<DirectoryPlace> read_end_records(const ReadAt& file, std::string_view word);

/// The rule of docs/formats/package.md §4 for names, written a second time.
[[nodiscard]] bool is_safe_name(std::string_view name) noexcept;

}  // namespace rightful::archive::reader
