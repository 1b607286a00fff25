#include "archive/zip_records.hpp"

#include <algorithm>
#include <chrono>

#include "archive/package_format.hpp"

namespace rightful::archive {
namespace {

std::uint32_t low32(std::uint64_t value) {
  return needs_zip64(value) ? format::kIn64 : static_cast<std::uint32_t>(value);
}

std::uint16_t low16(std::uint64_t value) {
  return value >= format::kCountIn64 ? format::kCountIn64 : static_cast<std::uint16_t>(value);
}

std::uint16_t effective_version(const EntryRecord& entry, bool zip64) {
  return zip64 ? std::max(entry.version_needed, format::kVersionZip64) : entry.version_needed;
}

}  // namespace

RecordText& RecordText::u8(std::uint8_t value) {
  bytes_.push_back(static_cast<std::byte>(value));
  return *this;
}

RecordText& RecordText::u16(std::uint16_t value) {
  return u8(static_cast<std::uint8_t>(value & 0xFFU)).u8(static_cast<std::uint8_t>(value >> 8U));
}

RecordText& RecordText::u32(std::uint32_t value) {
  return u16(static_cast<std::uint16_t>(value & 0xFFFFU))
      .u16(static_cast<std::uint16_t>(value >> 16U));
}

RecordText& RecordText::u64(std::uint64_t value) {
  return u32(static_cast<std::uint32_t>(value & 0xFFFFFFFFU))
      .u32(static_cast<std::uint32_t>(value >> 32U));
}

RecordText& RecordText::text(std::string_view value) {
  return raw(as_bytes(value));
}

RecordText& RecordText::raw(ByteView value) {
  bytes_.insert(bytes_.end(), value.begin(), value.end());
  return *this;
}

RecordText& RecordText::zeros(std::size_t count) {
  bytes_.insert(bytes_.end(), count, std::byte{0});
  return *this;
}

DosTime to_dos_time(Instant instant) {
  using std::chrono::days;
  using std::chrono::floor;
  using std::chrono::seconds;
  using std::chrono::sys_days;
  using std::chrono::year;
  using namespace std::chrono_literals;
  const Instant first = sys_days{year{1980} / std::chrono::January / 1};
  const Instant last = sys_days{year{2107} / std::chrono::December / 31} + 23h + 59min + 58s;
  const auto moment =
      std::clamp(floor<seconds>(instant), floor<seconds>(first), floor<seconds>(last));
  const auto day = floor<days>(moment);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{moment - day};
  const auto years = static_cast<unsigned>(static_cast<int>(date.year()) - 1980);
  const unsigned packed_date = (years << 9U) | (static_cast<unsigned>(date.month()) << 5U) |
                               static_cast<unsigned>(date.day());
  const unsigned packed_time = (static_cast<unsigned>(clock.hours().count()) << 11U) |
                               (static_cast<unsigned>(clock.minutes().count()) << 5U) |
                               (static_cast<unsigned>(clock.seconds().count()) / 2U);
  return {static_cast<std::uint16_t>(packed_time), static_cast<std::uint16_t>(packed_date)};
}

void append_local_zip64_extra(RecordText& out, std::uint64_t size, std::uint64_t packed_size) {
  out.u16(format::kExtraZip64).u16(16).u64(size).u64(packed_size);
}

void append_local_header(RecordText& out, const EntryRecord& entry, ByteView extra) {
  const bool zip64 = needs_zip64(entry.size) || needs_zip64(entry.packed_size);
  const std::size_t extra_size = extra.size() + (zip64 ? format::kZip64ExtraBytes : 0);
  out.u32(format::kLocalHeader)
      .u16(effective_version(entry, zip64))
      .u16(entry.flags)
      .u16(entry.method)
      .u16(entry.modified.time)
      .u16(entry.modified.date)
      .u32(entry.crc)
      .u32(zip64 ? format::kIn64 : static_cast<std::uint32_t>(entry.packed_size))
      .u32(zip64 ? format::kIn64 : static_cast<std::uint32_t>(entry.size))
      .u16(static_cast<std::uint16_t>(entry.name.size()))
      .u16(static_cast<std::uint16_t>(extra_size))
      .text(entry.name);
  if (zip64) append_local_zip64_extra(out, entry.size, entry.packed_size);
  out.raw(extra);
}

void append_central_header(RecordText& out, const EntryRecord& entry, ByteView extra) {
  RecordText large;  // APPNOTE 4.5.3: in this order, only those whose 32-bit field is full
  if (needs_zip64(entry.size)) large.u64(entry.size);
  if (needs_zip64(entry.packed_size)) large.u64(entry.packed_size);
  if (needs_zip64(entry.local_offset)) large.u64(entry.local_offset);
  const bool zip64 = large.size() > 0;
  const std::size_t extra_size = extra.size() + (zip64 ? 4 + large.size() : 0);
  out.u32(format::kCentralHeader)
      .u16(format::kMadeBy)
      .u16(effective_version(entry, zip64))
      .u16(entry.flags)
      .u16(entry.method)
      .u16(entry.modified.time)
      .u16(entry.modified.date)
      .u32(entry.crc)
      .u32(low32(entry.packed_size))
      .u32(low32(entry.size))
      .u16(static_cast<std::uint16_t>(entry.name.size()))
      .u16(static_cast<std::uint16_t>(extra_size))
      .u16(0)  // comment
      .u16(0)  // disk
      .u16(0)  // internal attributes
      .u32(format::kRegularFile0644)
      .u32(low32(entry.local_offset))
      .text(entry.name);
  if (zip64) {
    out.u16(format::kExtraZip64).u16(static_cast<std::uint16_t>(large.size())).raw(large.bytes());
  }
  out.raw(extra);
}

void append_end_of_directory(RecordText& out, const DirectoryPlace& directory) {
  const std::uint64_t end = directory.offset + directory.size;
  const bool zip64 = directory.entries >= format::kCountIn64 || needs_zip64(directory.offset) ||
                     needs_zip64(directory.size);
  if (zip64) {
    out.u32(format::kZip64End)
        .u64(format::kZip64EndBytes - 12)  // APPNOTE 4.3.14.1: without the leading 12 bytes
        .u16(format::kMadeBy)
        .u16(format::kVersionZip64)
        .u32(0)
        .u32(0)
        .u64(directory.entries)
        .u64(directory.entries)
        .u64(directory.size)
        .u64(directory.offset);
    out.u32(format::kZip64Locator).u32(0).u64(end).u32(1);
  }
  out.u32(format::kEndOfDirectory)
      .u16(0)
      .u16(0)
      .u16(low16(directory.entries))
      .u16(low16(directory.entries))
      .u32(low32(directory.size))
      .u32(low32(directory.offset))
      .u16(0);
}

}  // namespace rightful::archive
