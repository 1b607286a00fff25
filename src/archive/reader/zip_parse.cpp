#include "archive/reader/zip_parse.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "archive/package_format.hpp"
#include "archive/reader/refuse.hpp"

namespace rightful::archive::reader {
namespace {

std::unexpected<Error> malformed(std::string_view word, std::string_view why) {
  return refuse(ErrorCode::InvalidArgument, word, why);
}

/// The 64-bit values that full 32-bit fields refer to, in their order.
class Zip64Fields {
 public:
  Zip64Fields(ByteView extra, std::size_t wanted) : wanted_(wanted) {
    if (wanted == 0) return;
    if (extra.size() < 4 + wanted || load16(extra, 0) != format::kExtraZip64 ||
        load16(extra, 2) != wanted) {
      is_ok_ = false;
      return;
    }
    fields_ = extra.subspan(4, wanted);
  }

  [[nodiscard]] bool is_ok() const { return is_ok_; }

  /// Bytes of the extra area that the field takes.
  [[nodiscard]] std::size_t taken() const { return wanted_ == 0 ? 0 : 4 + wanted_; }

  /// Each value must really need 64 bits.
  std::uint64_t resolve(std::uint32_t field) {
    if (field != format::kIn64) return field;
    const std::uint64_t value = load64(fields_, 0);
    fields_ = fields_.subspan(8);
    if (value < format::kIn64) is_ok_ = false;
    return value;
  }

 private:
  ByteView fields_;
  std::size_t wanted_;
  bool is_ok_ = true;
};

Result<void> check_central_constants(ByteView record, std::string_view word) {
  const bool holds = load32(record, 0) == format::kCentralHeader &&
                     load16(record, 4) == format::kMadeBy && load16(record, 32) == 0 &&
                     load16(record, 34) == 0 && load16(record, 36) == 0 &&
                     load32(record, 38) == format::kRegularFile0644;
  if (!holds) return malformed(word, "a central header has another shape");
  return {};
}

bool is_device(std::string_view stem) {
  std::string lower(stem);
  for (char& c : lower)
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (lower == "con" || lower == "prn" || lower == "aux" || lower == "nul") return true;
  return lower.size() == 4 && (lower.starts_with("com") || lower.starts_with("lpt")) &&
         lower[3] >= '0' && lower[3] <= '9';
}

Result<DirectoryPlace> read_zip64_end(const ReadAt& file,
                                      std::uint64_t end_at,
                                      std::string_view word) {
  constexpr std::size_t kBoth = format::kZip64EndBytes + format::kZip64LocatorBytes;
  if (end_at < kBoth) return malformed(word, "no room for the ZIP64 end records");
  std::array<std::byte, kBoth> bytes{};
  const std::uint64_t at = end_at - kBoth;
  file.read_at(at, bytes);
  const ByteView end = ByteView(bytes).first(format::kZip64EndBytes);
  const ByteView locator = ByteView(bytes).last(format::kZip64LocatorBytes);
  const bool holds =
      load32(end, 0) == format::kZip64End && load64(end, 4) == format::kZip64EndBytes - 12 &&
      load16(end, 12) == format::kMadeBy && load16(end, 14) == format::kVersionZip64 &&
      load32(end, 16) == 0 && load32(end, 20) == 0 && load64(end, 24) == load64(end, 32) &&
      load32(locator, 0) == format::kZip64Locator && load32(locator, 4) == 0 &&
      load64(locator, 8) == at && load32(locator, 16) == 1;
  if (!holds) return malformed(word, "the ZIP64 end records have another shape");
  const DirectoryPlace place{load64(end, 32), load64(end, 48), load64(end, 40)};
  if (place.offset > at || place.size != at - place.offset) {
    return malformed(word, "the central directory does not end where the end records begin");
  }
  return place;
}

bool fits32(std::uint32_t field, std::uint64_t value) {
  return value >= format::kIn64 ? field == format::kIn64 : field == value;
}

bool fits16(std::uint16_t field, std::uint64_t value) {
  return value >= format::kCountIn64 ? field == format::kCountIn64 : field == value;
}

}  // namespace

std::uint16_t load16(ByteView bytes, std::size_t at) noexcept {
  return static_cast<std::uint16_t>(std::to_integer<unsigned>(bytes[at]) |
                                    (std::to_integer<unsigned>(bytes[at + 1]) << 8U));
}

std::uint32_t load32(ByteView bytes, std::size_t at) noexcept {
  return load16(bytes, at) | (static_cast<std::uint32_t>(load16(bytes, at + 2)) << 16U);
}

std::uint64_t load64(ByteView bytes, std::size_t at) noexcept {
  return load32(bytes, at) | (static_cast<std::uint64_t>(load32(bytes, at + 4)) << 32U);
}

std::size_t central_record_bytes(ByteView fixed) noexcept {
  return format::kCentralHeaderBytes + load16(fixed, 28) + load16(fixed, 30) + load16(fixed, 32);
}

Result<CentralRecord> parse_central(ByteView record, std::string_view word) {
  RIGHTFUL_TRY(check_central_constants(record, word));
  CentralRecord out;
  const std::size_t name_size = load16(record, 28);
  out.name = as_text(record.subspan(format::kCentralHeaderBytes, name_size));
  out.version = load16(record, 6);
  out.flags = load16(record, 8);
  out.method = load16(record, 10);
  out.dos_time = load32(record, 12);
  out.crc = load32(record, 16);
  const std::uint32_t packed = load32(record, 20);
  const std::uint32_t size = load32(record, 24);
  const std::uint32_t offset = load32(record, 42);
  const auto full =
      static_cast<std::size_t>(std::ranges::count(std::array{size, packed, offset}, format::kIn64));
  const ByteView extra = record.subspan(format::kCentralHeaderBytes + name_size);
  Zip64Fields large(extra, full * 8);
  if (!large.is_ok()) return malformed(word, "a ZIP64 field is missing or of another size");
  out.size = large.resolve(size);
  out.packed_size = large.resolve(packed);
  out.local_offset = large.resolve(offset);
  if (!large.is_ok()) return malformed(word, "a ZIP64 field holds a small value");
  const ByteView rest = extra.subspan(large.taken());
  out.extra.assign(rest.begin(), rest.end());
  return out;
}

std::size_t local_tail_bytes(ByteView fixed) noexcept {
  return std::size_t{load16(fixed, 26)} + load16(fixed, 28);
}

bool has_zip64_field(ByteView header) noexcept {
  const ByteView extra = header.subspan(format::kLocalHeaderBytes + load16(header, 26));
  return extra.size() >= format::kZip64ExtraBytes && load16(extra, 0) == format::kExtraZip64;
}

namespace {

/// What the method alone needs.
std::uint16_t version_of(std::uint16_t method) {
  if (method == format::kMethodAes) return format::kVersionAes;
  return method == format::kMethodDeflate ? format::kVersionDeflate : format::kVersionStore;
}

/// 4.5 in both headers with a ZIP64 field in the local one; the directory asks for it also where
/// only its own offset is a 64-bit one. AES needs more anyway.
bool are_versions(ByteView header, const CentralRecord& record) {
  const std::uint16_t plain = version_of(record.method);
  const bool is_aes = record.method == format::kMethodAes;
  const bool is_local64 = !is_aes && has_zip64_field(header);
  const bool is_central64 = is_local64 || (!is_aes && record.local_offset >= format::kIn64);
  return load16(header, 4) == (is_local64 ? format::kVersionZip64 : plain) &&
         record.version == (is_central64 ? format::kVersionZip64 : plain);
}

/// Sizes and CRC of the local header: as in the directory, or none at all before a descriptor.
Result<ByteView> check_local_sizes(ByteView header,
                                   const CentralRecord& record,
                                   std::string_view word) {
  ByteView extra = header.subspan(format::kLocalHeaderBytes + load16(header, 26));
  const bool streamed = (record.flags & format::kFlagDescriptor) != 0;
  const CentralRecord none;
  const CentralRecord& expected = streamed ? none : record;
  if (load32(header, 14) != expected.crc) return malformed(word, "a local header has another CRC");
  const bool zip64 = has_zip64_field(header);
  if (!zip64) {
    const bool fits = expected.size < format::kIn64 && expected.packed_size < format::kIn64 &&
                      load32(header, 18) == expected.packed_size &&
                      load32(header, 22) == expected.size;
    if (!fits) return malformed(word, "a local header has other sizes");
    return extra;
  }
  const bool is_needed =
      streamed || record.size >= format::kIn64 || record.packed_size >= format::kIn64;
  const bool fits = is_needed && load32(header, 18) == format::kIn64 &&
                    load32(header, 22) == format::kIn64 && load16(extra, 2) == 16 &&
                    load64(extra, 4) == expected.size && load64(extra, 12) == expected.packed_size;
  if (!fits) return malformed(word, "a local header has other sizes");
  return extra.subspan(format::kZip64ExtraBytes);
}

}  // namespace

Result<void> check_local(ByteView header,
                         const CentralRecord& record,
                         ByteView expected_extra,
                         std::string_view word) {
  const bool holds =
      load32(header, 0) == format::kLocalHeader && are_versions(header, record) &&
      load16(header, 6) == record.flags && load16(header, 8) == record.method &&
      load32(header, 10) == record.dos_time && load16(header, 26) == record.name.size() &&
      as_text(header.subspan(format::kLocalHeaderBytes, record.name.size())) == record.name;
  if (!holds) return malformed(word, "a local header differs from the directory");
  RIGHTFUL_TRY(const ByteView rest, check_local_sizes(header, record, word));
  if (!std::equal(rest.begin(), rest.end(), expected_extra.begin(), expected_extra.end())) {
    return malformed(word, "a local header has other extra fields");
  }
  return {};
}

Result<DirectoryPlace> read_end_records(const ReadAt& file, std::string_view word) {
  if (file.size() < format::kEndOfDirectoryBytes) return malformed(word, "too short");
  const std::uint64_t end_at = file.size() - format::kEndOfDirectoryBytes;
  std::array<std::byte, format::kEndOfDirectoryBytes> bytes{};
  file.read_at(end_at, bytes);
  const ByteView end(bytes);
  const std::uint16_t entries = load16(end, 10);
  const std::uint32_t size = load32(end, 12);
  const std::uint32_t offset = load32(end, 16);
  const bool holds = load32(end, 0) == format::kEndOfDirectory && load32(end, 4) == 0 &&
                     load16(end, 8) == entries && load16(end, 20) == 0;
  if (!holds) return malformed(word, "the end record is missing or has another shape");
  const bool zip64 =
      entries == format::kCountIn64 || size == format::kIn64 || offset == format::kIn64;
  if (!zip64) {
    if (offset > end_at || size != end_at - offset) {
      return malformed(word, "the central directory does not end where the end record begins");
    }
    return DirectoryPlace{entries, offset, size};
  }
  RIGHTFUL_TRY(const DirectoryPlace place, read_zip64_end(file, end_at, word));
  if (!fits16(entries, place.entries) || !fits32(size, place.size) ||
      !fits32(offset, place.offset)) {
    return malformed(word, "the two end records differ");
  }
  return place;
}

bool is_safe_name(std::string_view name) noexcept {
  if (name.empty() || name.size() > format::kMaxNameChars) return false;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= name.size(); ++i) {
    if (i < name.size() && name[i] != '/') {
      const auto c = static_cast<unsigned char>(name[i]);
      const bool is_allowed =
          (c < 0x80 && std::isalnum(c) != 0) || c == '.' || c == '_' || c == '-';
      if (!is_allowed) return false;
      continue;
    }
    const std::string_view part = name.substr(begin, i - begin);
    if (part.empty() || part.front() == '.' || part.back() == '.') return false;
    if (is_device(part.substr(0, part.find('.')))) return false;
    begin = i + 1;
  }
  return true;
}

}  // namespace rightful::archive::reader
