#include "archive/entry_stream.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "rightful/core/check.hpp"

#include "archive/package_format.hpp"

namespace rightful::archive {
namespace {

void put16(Block& block, std::size_t at, std::uint16_t value) {
  block.data[at] = static_cast<std::byte>(value & 0xFFU);
  block.data[at + 1] = static_cast<std::byte>(value >> 8U);
}

void put32(Block& block, std::size_t at, std::uint32_t value) {
  put16(block, at, static_cast<std::uint16_t>(value & 0xFFFFU));
  put16(block, at + 2, static_cast<std::uint16_t>(value >> 16U));
}

}  // namespace

EntryStream::EntryStream(BlockOutput& output, Instant modified, const SpoolSettings& spool)
    : output_(output),
      time_(to_dos_time(modified)),
      directory_(spool),
      current_(output.acquire()) {}

std::uint64_t EntryStream::position() const noexcept {
  std::uint64_t total = submitted_ + current_.size;
  for (const Block& block : held_)
    total += block.size;
  return total;
}

void EntryStream::put(ByteView bytes) {
  while (!bytes.empty()) {
    if (current_.room() == 0) leave_full_block();
    const std::size_t count = std::min(bytes.size(), current_.room());
    std::memcpy(current_.data.get() + current_.size, bytes.data(), count);
    current_.size += count;
    bytes = bytes.subspan(count);
  }
}

void EntryStream::leave_full_block() {
  if (fate_ == HeaderFate::Held && held_.size() == format::kHeldBlocks) let_header_go();
  Block next = output_.acquire();
  std::swap(current_, next);
  if (fate_ == HeaderFate::Held) {
    held_.push_back(std::move(next));
    return;
  }
  submitted_ += next.size;
  output_.submit(std::move(next));
}

void EntryStream::submit_held() {
  for (Block& block : held_) {
    submitted_ += block.size;
    output_.submit(std::move(block));
  }
  held_.clear();
}

/// A header is patched in one block, so it may not lie across two.
void EntryStream::make_room(std::size_t count) {
  if (current_.room() < count) leave_full_block();
}

EntryRecord EntryStream::record() const {
  const bool deflated = start_.compression == Compression::Deflate;
  std::uint16_t version = deflated ? format::kVersionDeflate : format::kVersionStore;
  if (has_zip64_header_) version = format::kVersionZip64;
  return {.name = start_.name,
          .version_needed = version,
          .flags = fate_ == HeaderFate::Streamed ? format::kFlagDescriptor : format::kNoFlags,
          .method = deflated ? format::kMethodDeflate : format::kMethodStore,
          .modified = time_,
          .crc = end_.crc,
          .packed_size = packed_size_,
          .size = end_.size,
          .local_offset = local_offset_};
}

void EntryStream::open(EntryStart start) {
  start_ = std::move(start);
  end_ = {};
  packed_size_ = 0;
  has_zip64_header_ = false;
  fate_ = HeaderFate::Complete;
}

void EntryStream::begin(EntryStart start) {
  open(std::move(start));
  const EntryHint& hint = start_.hint;
  if (start_.compression == Compression::Deflate || !hint.size || !hint.crc) {
    place_header(HeaderFate::Held);
    return;
  }
  end_ = {.size = *hint.size, .crc = *hint.crc};
  packed_size_ = *hint.size;
  place_header(HeaderFate::Complete);
}

void EntryStream::begin_packed(EntryStart start, EntryEnd end, std::uint64_t packed_size) {
  open(std::move(start));
  end_ = end;
  packed_size_ = packed_size;
  place_header(HeaderFate::Complete);
}

void EntryStream::place_header(HeaderFate wanted) {
  text_.clear();
  append_local_header(text_, record());
  make_room(text_.size());
  fate_ = wanted;
  header_at_ = current_.size;
  local_offset_ = position();
  put(text_.bytes());
  packed_size_ = 0;
}

/// The content has outgrown the held blocks: sizes and CRC will follow it.
void EntryStream::let_header_go() {
  Block& block = header_block();
  put16(block, header_at_ + format::kLocalFlagsAt, format::kFlagDescriptor);
  // A stored size that was announced is known to fit; a packed size is not.
  const auto& size = start_.hint.size;
  const bool is_small = start_.compression == Compression::Store && size && !needs_zip64(*size);
  if (!is_small) widen_header(block);
  fate_ = HeaderFate::Streamed;
  submit_held();
}

/// Puts a ZIP64 extra behind the name, so that the descriptor may be the 64-bit one
/// (APPNOTE 4.3.9.2).
void EntryStream::widen_header(Block& block) {
  has_zip64_header_ = true;
  put16(block, header_at_ + format::kLocalVersionAt, format::kVersionZip64);
  put32(block, header_at_ + format::kLocalPackedSizeAt, format::kIn64);
  put32(block, header_at_ + format::kLocalSizeAt, format::kIn64);
  put16(block,
        header_at_ + format::kLocalExtraSizeAt,
        static_cast<std::uint16_t>(format::kZip64ExtraBytes));
  text_.clear();
  append_local_zip64_extra(text_, 0, 0);
  const std::size_t at = header_at_ + format::kLocalHeaderBytes + start_.name.size();
  std::byte* const place = block.data.get() + at;
  std::memmove(place + text_.size(), place, block.size - at);
  std::memcpy(place, text_.bytes().data(), text_.size());
  block.size += text_.size();
}

void EntryStream::complete_held_header() {
  Block& block = header_block();
  // At most the held blocks, of deflate.
  RIGHTFUL_CHECK(!needs_zip64(end_.size) && !needs_zip64(packed_size_));
  put32(block, header_at_ + format::kLocalCrcAt, end_.crc);
  put32(block, header_at_ + format::kLocalPackedSizeAt, static_cast<std::uint32_t>(packed_size_));
  put32(block, header_at_ + format::kLocalSizeAt, static_cast<std::uint32_t>(end_.size));
  fate_ = HeaderFate::Complete;
  submit_held();
}

void EntryStream::append_descriptor() {
  text_.clear();
  text_.u32(format::kDataDescriptor).u32(end_.crc);
  if (has_zip64_header_) {
    text_.u64(packed_size_).u64(end_.size);
  } else {
    text_.u32(static_cast<std::uint32_t>(packed_size_)).u32(static_cast<std::uint32_t>(end_.size));
  }
  put(text_.bytes());
}

void EntryStream::append(ByteView packed) {
  packed_size_ += packed.size();
  put(packed);
}

void EntryStream::end(EntryEnd end) {
  end_ = end;
  if (fate_ == HeaderFate::Held) complete_held_header();
  if (fate_ == HeaderFate::Streamed) append_descriptor();
  text_.clear();
  append_central_header(text_, record());
  directory_.append(text_.bytes());
  ++entries_;
}

void EntryStream::finish() {
  const std::uint64_t offset = position();
  SpoolReader directory = directory_.read();
  std::array<std::byte, 16 * std::size_t{1024}> buffer{};
  while (const std::size_t count = directory.read(buffer))
    put(ByteView(buffer).first(count));
  text_.clear();
  append_end_of_directory(text_, {entries_, offset, directory_.size()});
  put(text_.bytes());
  submitted_ += current_.size;
  output_.submit(std::exchange(current_, Block{}));
}

}  // namespace rightful::archive
