#include "archive/reader/entry_content.hpp"

#include <isa-l/crc.h>

#include <array>

#include "rightful/core/check.hpp"

#include "archive/package_format.hpp"
#include "archive/reader/clean_registers.hpp"
#include "archive/reader/refuse.hpp"

namespace rightful::archive::reader {
namespace {

constexpr std::string_view kWord = "inner";

std::unexpected<Error> malformed(std::string_view why) {
  return refuse(ErrorCode::InvalidArgument, kWord, why);
}

}  // namespace

Result<void> EntryContent::enter(const CentralRecord& record) {
  record_ = &record;
  packed_left_ = record.packed_size;
  unpacked_ = 0;
  crc_ = 0;
  if (record.method == format::kMethodDeflate) inflater_.begin();
  constexpr std::size_t kMaxTail = format::kMaxNameChars + format::kZip64ExtraBytes;
  std::array<std::byte, format::kLocalHeaderBytes + kMaxTail> header{};
  RIGHTFUL_TRY(const bool has_fixed,
               feed_.take(std::span(header).first(format::kLocalHeaderBytes)));
  const std::size_t tail = local_tail_bytes(header);
  if (!has_fixed || tail > kMaxTail) return malformed("a local header is cut off or too long");
  RIGHTFUL_TRY(const bool has_tail,
               feed_.take(std::span(header).subspan(format::kLocalHeaderBytes, tail)));
  if (!has_tail) return malformed("a local header is cut off");
  const ByteView whole = ByteView(header).first(format::kLocalHeaderBytes + tail);
  has_zip64_ = has_zip64_field(whole);
  return check_local(whole, record, {}, kWord);
}

Result<ByteView> EntryContent::next() {
  RIGHTFUL_CHECK(record_ != nullptr);
  RIGHTFUL_TRY(const ByteView part,
               record_->method == format::kMethodDeflate ? next_inflated() : next_stored());
  if (part.empty()) {
    if (unpacked_ != record_->size) return malformed("the content of an entry has another size");
    if (crc_ != record_->crc) return malformed("the CRC of an entry does not hold");
    RIGHTFUL_TRY(leave());
    return part;
  }
  unpacked_ += part.size();
  if (unpacked_ > record_->size) return malformed("the content of an entry has another size");
  crc_ = crc32_gzip_refl(crc_, reinterpret_cast<const unsigned char*>(part.data()), part.size());
  clean_registers();
  return part;
}

Result<ByteView> EntryContent::next_stored() {
  RIGHTFUL_TRY(const ByteView part, feed_.view(packed_left_));
  if (part.empty() && packed_left_ > 0) return malformed("an entry is cut off");
  packed_left_ -= part.size();
  return part;
}

Result<ByteView> EntryContent::next_inflated() {
  while (true) {
    RIGHTFUL_TRY(const ByteView part, inflater_.next());
    if (!part.empty()) return part;
    if (packed_left_ == 0) {
      if (!inflater_.is_at_exact_end()) return malformed("the deflate of an entry ends elsewhere");
      return part;
    }
    RIGHTFUL_TRY(const ByteView packed, feed_.view(packed_left_));
    if (packed.empty()) return malformed("an entry is cut off");
    packed_left_ -= packed.size();
    inflater_.feed(packed);
  }
}

Result<void> EntryContent::skip() {
  while (packed_left_ > 0) {
    RIGHTFUL_TRY(const ByteView part, feed_.view(packed_left_));
    if (part.empty()) return malformed("an entry is cut off");
    packed_left_ -= part.size();
  }
  return leave();
}

Result<void> EntryContent::leave() {
  if ((record_->flags & format::kFlagDescriptor) != 0) RIGHTFUL_TRY(check_descriptor());
  record_ = nullptr;
  return {};
}

Result<void> EntryContent::check_descriptor() {
  std::array<std::byte, format::kDescriptor64Bytes> buffer{};
  const auto bytes =
      std::span(buffer).first(has_zip64_ ? format::kDescriptor64Bytes : format::kDescriptorBytes);
  RIGHTFUL_TRY(const bool is_whole, feed_.take(bytes));
  const std::uint64_t packed = has_zip64_ ? load64(buffer, 8) : load32(buffer, 8);
  const std::uint64_t size = has_zip64_ ? load64(buffer, 16) : load32(buffer, 12);
  const bool holds = is_whole && load32(buffer, 0) == format::kDataDescriptor &&
                     load32(buffer, 4) == record_->crc && packed == record_->packed_size &&
                     size == record_->size;
  if (!holds) return malformed("a data descriptor differs from the directory");
  return {};
}

}  // namespace rightful::archive::reader
