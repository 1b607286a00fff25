#include "archive/reader/outer_file.hpp"

#include <isa-l/crc.h>

#include <algorithm>
#include <vector>

#include "archive/package_format.hpp"
#include "archive/reader/refuse.hpp"
#include "archive/reader/zip_parse.hpp"

namespace rightful::archive::reader {
namespace {

constexpr std::string_view kWord = "outer";
constexpr std::size_t kEntries = 3;
// Three records with the longest names and extra fields that the format has.
constexpr std::size_t kMaxDirectoryBytes = 512;
constexpr std::size_t kMaxLocalBytes = 128;

std::unexpected<Error> malformed(std::string_view why) {
  return refuse(ErrorCode::InvalidArgument, kWord, why);
}

/// Extra field 0x9901, WinZip AES specification II.B: AE-2, AES-256, stored.
constexpr std::array<std::uint8_t, format::kAesExtraBytes> kAesExtra{
    0x01, 0x99, 7, 0, 2, 0, 'A', 'E', 3, 0, 0};
/// Extra field 0xA220: 16 bytes that nobody needs unless the sizes grow.
constexpr std::array<std::uint8_t, format::kZip64ExtraBytes> kGrowthHint{
    0x20, 0xA2, 16, 0, 0x28, 0xA0};

bool is_plain(const CentralRecord& entry, std::string_view name, std::uint64_t max_size) {
  const std::uint16_t version =
      entry.local_offset >= format::kIn64 ? format::kVersionZip64 : format::kVersionStore;
  return entry.name == name && entry.version == version && entry.flags == format::kNoFlags &&
         entry.method == format::kMethodStore && entry.packed_size == entry.size &&
         entry.size > 0 && entry.size <= max_size && entry.extra.empty();
}

bool is_content(const CentralRecord& entry) {
  const auto aes = std::as_bytes(std::span(kAesExtra));
  return entry.name == format::kContentName && entry.version == format::kVersionAes &&
         entry.flags == format::kFlagEncrypted && entry.method == format::kMethodAes &&
         entry.crc == 0 && entry.packed_size >= crypto::kAe2OverheadBytes &&
         entry.packed_size - crypto::kAe2OverheadBytes == entry.size &&
         std::equal(entry.extra.begin(), entry.extra.end(), aes.begin(), aes.end());
}

Result<std::vector<CentralRecord>> read_directory(const ReadAt& stored,
                                                  const DirectoryPlace& place) {
  if (place.entries != kEntries || place.size > kMaxDirectoryBytes) {
    return malformed("there are not three entries");
  }
  Bytes bytes(static_cast<std::size_t>(place.size));
  stored.read_at(place.offset, bytes);
  ByteView rest(bytes);
  std::vector<CentralRecord> entries;
  while (entries.size() < kEntries) {
    if (rest.size() < format::kCentralHeaderBytes || rest.size() < central_record_bytes(rest)) {
      return malformed("the central directory is cut off");
    }
    const std::size_t size = central_record_bytes(rest);
    RIGHTFUL_TRY(CentralRecord entry, parse_central(rest.first(size), kWord));
    entries.push_back(std::move(entry));
    rest = rest.subspan(size);
  }
  if (!rest.empty()) return malformed("the central directory has more than its entries");
  return entries;
}

/// Checks the local header at the entry's offset. @return where its data begins.
Result<std::uint64_t> enter(const ReadAt& stored,
                            const CentralRecord& entry,
                            std::uint64_t limit,
                            ByteView extra) {
  std::array<std::byte, kMaxLocalBytes> buffer{};
  const std::span<std::byte> fixed = std::span(buffer).first(format::kLocalHeaderBytes);
  if (entry.local_offset > limit || limit - entry.local_offset < fixed.size()) {
    return malformed("an entry lies outside the file");
  }
  stored.read_at(entry.local_offset, fixed);
  const std::size_t tail = local_tail_bytes(fixed);
  const std::uint64_t room = limit - entry.local_offset - fixed.size();
  if (tail > buffer.size() - fixed.size() || tail > room) {
    return malformed("a local header is too long");
  }
  stored.read_at(entry.local_offset + fixed.size(), std::span(buffer).subspan(fixed.size(), tail));
  const std::size_t size = fixed.size() + tail;
  RIGHTFUL_TRY(check_local(ByteView(buffer).first(size), entry, extra, kWord));
  if (entry.packed_size > limit - entry.local_offset - size) {
    return malformed("an entry lies outside the file");
  }
  return entry.local_offset + size;
}

Result<std::string> read_plain(const ReadAt& stored, const CentralRecord& entry, std::uint64_t at) {
  std::string text(static_cast<std::size_t>(entry.size), '\0');
  stored.read_at(at, std::as_writable_bytes(std::span(text)));
  const std::uint32_t crc =
      crc32_gzip_refl(0, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  if (crc != entry.crc) return malformed("the CRC of a plain entry does not hold");
  return text;
}

void read_keys_and_tag(const ReadAt& stored, OuterFile& file) {
  stored.read_at(file.content_offset, file.salt);
  stored.read_at(file.content_offset + file.salt.size(), file.verifier);
  stored.read_at(file.content_offset + file.content_size - file.mac.size(), file.mac);
}

/// The local extra of the encrypted entry, without a ZIP64 field: the room that one would have
/// taken, then AES.
Bytes content_extra(const CentralRecord& content) {
  Bytes extra;
  const bool zip64 = content.size >= format::kIn64 || content.packed_size >= format::kIn64;
  if (!zip64) {
    const auto hint = std::as_bytes(std::span(kGrowthHint));
    extra.assign(hint.begin(), hint.end());
  }
  const auto aes = std::as_bytes(std::span(kAesExtra));
  extra.insert(extra.end(), aes.begin(), aes.end());
  return extra;
}

}  // namespace

Result<OuterFile> read_outer(const ReadAt& stored) {
  RIGHTFUL_TRY(const DirectoryPlace place, read_end_records(stored, kWord));
  RIGHTFUL_TRY(const std::vector<CentralRecord> entries, read_directory(stored, place));
  const CentralRecord& read_me = entries[0];
  const CentralRecord& content = entries[1];
  const CentralRecord& envelope = entries[2];
  if (!is_plain(read_me, format::kReadMeName, format::kMaxReadMeBytes) || !is_content(content) ||
      !is_plain(envelope, format::kEnvelopeName, format::kMaxEnvelopeBytes)) {
    return malformed("the entries are not those of a package");
  }
  RIGHTFUL_TRY(const std::uint64_t read_me_at, enter(stored, read_me, place.offset, {}));
  RIGHTFUL_TRY(const std::uint64_t content_at,
               enter(stored, content, place.offset, content_extra(content)));
  RIGHTFUL_TRY(const std::uint64_t envelope_at, enter(stored, envelope, place.offset, {}));
  const bool has_gap = read_me.local_offset != 0 ||
                       read_me_at + read_me.size != content.local_offset ||
                       content_at + content.packed_size != envelope.local_offset ||
                       envelope_at + envelope.size != place.offset;
  if (has_gap) return malformed("bytes outside the entries");
  RIGHTFUL_TRY(read_plain(stored, read_me, read_me_at));
  OuterFile file;
  file.content_offset = content_at;
  file.content_size = content.packed_size;
  file.inner_size = content.size;
  RIGHTFUL_TRY(file.envelope, read_plain(stored, envelope, envelope_at));
  read_keys_and_tag(stored, file);
  return file;
}

}  // namespace rightful::archive::reader
