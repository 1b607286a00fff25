#include "archive/reader/inner_directory.hpp"

#include <algorithm>
#include <cstring>
#include <functional>
#include <string>

#include "archive/reader/refuse.hpp"

namespace rightful::archive::reader {
namespace {

constexpr std::string_view kWord = "inner";
constexpr std::size_t kBufferBytes = 64 * std::size_t{1024};
constexpr std::uint64_t kMaxEntries = 1'500'000 + format::kClosingEntries;

Result<void> check_record(const CentralRecord& record, std::uint64_t index) {
  const bool deflated = record.method == format::kMethodDeflate;
  const bool streamed = record.flags == format::kFlagDescriptor;
  const bool large = record.size >= format::kIn64 || record.packed_size >= format::kIn64 ||
                     record.local_offset >= format::kIn64;
  const std::uint16_t plain = deflated ? format::kVersionDeflate : format::kVersionStore;
  const bool is_version =
      large ? record.version == format::kVersionZip64
            : record.version == plain || (streamed && record.version == format::kVersionZip64);
  const bool holds =
      is_safe_name(record.name) && is_version && record.extra.empty() &&
      (streamed || record.flags == format::kNoFlags) &&
      (deflated || (record.method == format::kMethodStore && record.size == record.packed_size));
  if (holds) return {};
  return refuse(ErrorCode::InvalidArgument, kWord, "a record is not what the format allows", index);
}

std::uint64_t folded_hash(const std::string& name) {
  std::string lower = name;
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  const crypto::Sha256Digest digest = crypto::sha256(as_bytes(lower));
  return load64(digest.bytes(), 0);
}

}  // namespace

DirectoryCursor::DirectoryCursor(const ReadAt& inner, const DirectoryPlace& place)
    : inner_(inner),
      begin_(place.offset),
      offset_(place.offset),
      end_(place.offset + place.size),
      left_(place.entries) {}

/// Makes `wanted` bytes available from used_ on, or as many as there are.
void DirectoryCursor::fill(std::size_t wanted) {
  if (buffer_.size() - used_ >= wanted) return;
  buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(used_));
  used_ = 0;
  const std::size_t kept = buffer_.size();
  const auto count = static_cast<std::size_t>(
      std::min<std::uint64_t>(kBufferBytes - std::min(kept, kBufferBytes), end_ - offset_));
  buffer_.resize(kept + count);
  const auto fresh = std::span(buffer_).subspan(kept);
  inner_.read_at(offset_, fresh);
  hash_.update(fresh);
  offset_ += count;
}

Result<std::optional<CentralRecord>> DirectoryCursor::next() {
  constexpr std::size_t kMaxRecordBytes =
      format::kCentralHeaderBytes + format::kMaxNameChars + 4 + 3 * sizeof(std::uint64_t);
  fill(kMaxRecordBytes);
  const ByteView rest = ByteView(buffer_).subspan(used_);
  if (left_ == 0) {
    if (rest.empty()) return std::nullopt;
    return refuse(ErrorCode::InvalidArgument, kWord, "the directory has more than its records");
  }
  if (rest.size() < format::kCentralHeaderBytes || central_record_bytes(rest) > kMaxRecordBytes ||
      central_record_bytes(rest) > rest.size()) {
    return refuse(ErrorCode::InvalidArgument, kWord, "a record is cut off or too long", index_);
  }
  const std::size_t size = central_record_bytes(rest);
  RIGHTFUL_TRY(CentralRecord record, parse_central(rest.first(size), kWord));
  RIGHTFUL_TRY(check_record(record, index_));
  if (record.local_offset > begin_ || record.packed_size > begin_ - record.local_offset) {
    return refuse(ErrorCode::InvalidArgument, kWord, "an entry lies outside the file", index_);
  }
  used_ += size;
  --left_;
  ++index_;
  return record;
}

Result<InnerIndex> read_inner_index(const ReadAt& inner) {
  InnerIndex index;
  RIGHTFUL_TRY(index.place, read_end_records(inner, kWord));
  if (index.place.entries < format::kClosingEntries || index.place.entries > kMaxEntries ||
      index.place.entries > index.place.size / format::kCentralHeaderBytes) {
    return refuse(ErrorCode::InvalidArgument, kWord, "an impossible number of entries");
  }
  DirectoryCursor cursor(inner, index.place);
  std::vector<std::uint64_t> names;
  names.reserve(static_cast<std::size_t>(index.place.entries));
  while (true) {
    RIGHTFUL_TRY(auto record, cursor.next());
    if (!record) break;
    names.push_back(folded_hash(record->name));
    std::rotate(index.closing.begin(), index.closing.begin() + 1, index.closing.end());
    index.closing.back() = *std::move(record);
  }
  std::sort(names.begin(), names.end());
  if (std::adjacent_find(names.begin(), names.end()) != names.end()) {
    return refuse(ErrorCode::InvalidArgument, kWord, "a name occurs twice");
  }
  if (index.closing[0].name != format::kManifestName ||
      index.closing[1].name != format::kSumsName ||
      index.closing[2].name != format::kSignatureName) {
    return refuse(
        ErrorCode::InvalidArgument, kWord, "manifest and signature do not close the file");
  }
  return index;
}

}  // namespace rightful::archive::reader
