#include "rightful/archive/inner_zip_writer.hpp"

#include <array>
#include <cstring>
#include <utility>
#include <vector>

#include "rightful/core/check.hpp"
#include "rightful/core/failure.hpp"

#include "archive/block_output.hpp"
#include "archive/content_meter.hpp"
#include "archive/deflater.hpp"
#include "archive/name_index.hpp"
#include "archive/package_format.hpp"
#include "archive/piece_buffer.hpp"
#include "archive/piece_lane.hpp"
#include "archive/spooled_entry_state.hpp"
#include "archive/zip_records.hpp"

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

enum class Phase : std::uint8_t { Idle, InEntry, Finished };

/// How the header of the open entry gets its sizes.
enum class HeaderFate : std::uint8_t {
  Complete,  ///< written with all it needs
  Held,      ///< still in a block that has not left: filled in at the end, or Streamed when content
             ///< outgrows it
  Streamed   ///< has left with bit 3 set: a descriptor follows the content
};

}  // namespace

struct InnerZipWriter::State {
  State(BlockOutput& target, Instant modified, const SpoolSettings& spool)
      : output(target), time(to_dos_time(modified)), directory(spool), current(target.acquire()) {}

  // The stream of blocks.
  void append(ByteView bytes);
  void leave_full_block();
  void submit_held();
  void make_room(std::size_t count);

  // The header of the open entry.
  void place_header(EntryRecord record, HeaderFate wanted);
  void let_header_go();
  void complete_held_header();
  void append_descriptor();
  void widen_header(Block& block);

  void take_piece(ByteView piece);
  void take_packed(ByteView packed);
  void deflate(ByteView piece);
  void finish_deflate();
  EntryFacts close(const ContentMeter::Facts& content);
  [[nodiscard]] EntryRecord record() const;

  BlockOutput& output;
  DosTime time;
  SealedSpool directory;
  Block current;
  std::vector<Block> held;
  std::uint64_t submitted = 0;  ///< bytes before held and current
  Phase phase = Phase::Idle;
  std::uint64_t entries = 0;
  NameIndex names;
  Deflater deflater;
  PieceBuffer pieces;
  ContentMeter meter;
  RecordText text;

  // The open entry.
  std::string name;
  Compression compression = Compression::Store;
  EntryHint hint;
  HeaderFate fate = HeaderFate::Complete;
  bool has_zip64_header = false;
  std::size_t header_at = 0;  ///< in the first held block, or in current
  std::uint64_t local_offset = 0;
  std::uint64_t packed_size = 0;
  std::uint64_t size = 0;
  std::uint32_t crc = 0;

  /// While it has pieces, the stream of blocks, the header, the deflater and packed_size are its
  /// thread's. Last, so that it ends before they do.
  PieceLane lane{[this](ByteView piece) { deflate(piece); }};

  [[nodiscard]] std::uint64_t position() const {
    std::uint64_t total = submitted + current.size;
    for (const Block& block : held)
      total += block.size;
    return total;
  }

  [[nodiscard]] Block& header_block() { return held.empty() ? current : held.front(); }
};

void InnerZipWriter::State::append(ByteView bytes) {
  while (!bytes.empty()) {
    if (current.room() == 0) leave_full_block();
    const std::size_t count = std::min(bytes.size(), current.room());
    std::memcpy(current.data.get() + current.size, bytes.data(), count);
    current.size += count;
    bytes = bytes.subspan(count);
  }
}

void InnerZipWriter::State::leave_full_block() {
  if (fate == HeaderFate::Held && held.size() == format::kHeldBlocks) let_header_go();
  Block next = output.acquire();
  std::swap(current, next);
  if (fate == HeaderFate::Held) {
    held.push_back(std::move(next));
    return;
  }
  submitted += next.size;
  output.submit(std::move(next));
}

void InnerZipWriter::State::submit_held() {
  for (Block& block : held) {
    submitted += block.size;
    output.submit(std::move(block));
  }
  held.clear();
}

/// A header is patched in one block, so it may not lie across two.
void InnerZipWriter::State::make_room(std::size_t count) {
  if (current.room() < count) leave_full_block();
}

EntryRecord InnerZipWriter::State::record() const {
  const bool deflated = compression == Compression::Deflate;
  std::uint16_t version = deflated ? format::kVersionDeflate : format::kVersionStore;
  if (has_zip64_header) version = format::kVersionZip64;
  return {.name = name,
          .version_needed = version,
          .flags = fate == HeaderFate::Streamed ? format::kFlagDescriptor : format::kNoFlags,
          .method = deflated ? format::kMethodDeflate : format::kMethodStore,
          .modified = time,
          .crc = crc,
          .packed_size = packed_size,
          .size = size,
          .local_offset = local_offset};
}

void InnerZipWriter::State::place_header(EntryRecord entry, HeaderFate wanted) {
  text.clear();
  append_local_header(text, entry);
  make_room(text.size());
  fate = wanted;
  header_at = current.size;
  local_offset = position();
  append(text.bytes());
}

/// The content has outgrown the held blocks: sizes and CRC will follow it.
void InnerZipWriter::State::let_header_go() {
  Block& block = header_block();
  put16(block, header_at + format::kLocalFlagsAt, format::kFlagDescriptor);
  // A stored size that was announced is known to fit; a packed size is not.
  const bool is_small = compression == Compression::Store && hint.size && !needs_zip64(*hint.size);
  if (!is_small) widen_header(block);
  fate = HeaderFate::Streamed;
  submit_held();
}

/// Puts a ZIP64 extra behind the name, so that the descriptor may be the 64-bit one
/// (APPNOTE 4.3.9.2).
void InnerZipWriter::State::widen_header(Block& block) {
  has_zip64_header = true;
  put16(block, header_at + format::kLocalVersionAt, format::kVersionZip64);
  put32(block, header_at + format::kLocalPackedSizeAt, format::kIn64);
  put32(block, header_at + format::kLocalSizeAt, format::kIn64);
  put16(block,
        header_at + format::kLocalExtraSizeAt,
        static_cast<std::uint16_t>(format::kZip64ExtraBytes));
  text.clear();
  append_local_zip64_extra(text, 0, 0);
  const std::size_t at = header_at + format::kLocalHeaderBytes + name.size();
  std::byte* const place = block.data.get() + at;
  std::memmove(place + text.size(), place, block.size - at);
  std::memcpy(place, text.bytes().data(), text.size());
  block.size += text.size();
}

void InnerZipWriter::State::complete_held_header() {
  Block& block = header_block();
  RIGHTFUL_CHECK(!needs_zip64(size) && !needs_zip64(packed_size));  // under 1 MiB of deflate
  put32(block, header_at + format::kLocalCrcAt, crc);
  put32(block, header_at + format::kLocalPackedSizeAt, static_cast<std::uint32_t>(packed_size));
  put32(block, header_at + format::kLocalSizeAt, static_cast<std::uint32_t>(size));
  fate = HeaderFate::Complete;
  submit_held();
}

void InnerZipWriter::State::append_descriptor() {
  text.clear();
  text.u32(format::kDataDescriptor).u32(crc);
  if (has_zip64_header) {
    text.u64(packed_size).u64(size);
  } else {
    text.u32(static_cast<std::uint32_t>(packed_size)).u32(static_cast<std::uint32_t>(size));
  }
  append(text.bytes());
}

void InnerZipWriter::State::take_packed(ByteView packed) {
  packed_size += packed.size();
  append(packed);
}

void InnerZipWriter::State::deflate(ByteView piece) {
  deflater.write(piece, [this](ByteView packed) { take_packed(packed); });
}

/// Whole pieces are deflated on the lane's thread and hashed on this one. The last piece, often the
/// only one of a small entry, is not worth the way there and back.
void InnerZipWriter::State::take_piece(ByteView piece) {
  const bool is_last = piece.size() < kPieceBytes;
  if (compression == Compression::Store) {
    take_packed(piece);
  } else if (is_last) {
    lane.drain();
    deflate(piece);
  } else {
    lane.push(piece);
  }
  meter.update(piece);
}

void InnerZipWriter::State::finish_deflate() {
  lane.drain();
  deflater.finish([this](ByteView packed) { take_packed(packed); });
}

EntryFacts InnerZipWriter::State::close(const ContentMeter::Facts& content) {
  text.clear();
  append_central_header(text, record());
  directory.append(text.bytes());
  ++entries;
  phase = Phase::Idle;
  return {std::move(name), content.size, content.sha256, content.crc};
}

InnerZipWriter::InnerZipWriter(BlockOutput& output, Instant modified, SpoolSettings spool)
    : state_(std::make_unique<State>(output, modified, spool)) {}

InnerZipWriter::~InnerZipWriter() = default;

namespace {

Result<void> admit_name(NameIndex& names, std::string_view name, std::uint64_t entries) {
  RIGHTFUL_TRY(check_entry_name(name));
  if (entries == InnerZipWriter::kMaxEntries) {
    return fail(ErrorCode::LimitExceeded, "the package has too many entries");
  }
  if (!names.insert(name)) return fail(ErrorCode::Conflict, "entry name was used before");
  return {};
}

}  // namespace

Result<void> InnerZipWriter::begin_entry(std::string_view name,
                                         Compression compression,
                                         EntryHint hint) {
  State& state = *state_;
  RIGHTFUL_CHECK(state.phase == Phase::Idle);
  RIGHTFUL_TRY(admit_name(state.names, name, state.entries));
  state.name = name;
  state.compression = compression;
  state.hint = hint;
  state.has_zip64_header = false;
  const bool is_known = compression == Compression::Store && hint.size && hint.crc;
  state.size = is_known ? *hint.size : 0;
  state.packed_size = state.size;
  state.crc = is_known ? *hint.crc : 0;
  state.fate = HeaderFate::Complete;
  state.place_header(state.record(), is_known ? HeaderFate::Complete : HeaderFate::Held);
  state.packed_size = 0;
  if (compression == Compression::Deflate) state.deflater.begin();
  state.phase = Phase::InEntry;
  return {};
}

void InnerZipWriter::write(ByteView content) {
  RIGHTFUL_CHECK(state_->phase == Phase::InEntry);
  state_->pieces.add(content, [this](ByteView piece) { state_->take_piece(piece); });
}

EntryFacts InnerZipWriter::end_entry() {
  State& state = *state_;
  RIGHTFUL_CHECK(state.phase == Phase::InEntry);
  state.pieces.flush([&state](ByteView piece) { state.take_piece(piece); });
  if (state.compression == Compression::Deflate) state.finish_deflate();
  const ContentMeter::Facts content = state.meter.finish();
  if (state.hint.size.value_or(content.size) != content.size ||
      state.hint.crc.value_or(content.crc) != content.crc) {
    throw Failure(Retry::Later, "object_changed", "an entry is not what was announced");
  }
  state.size = content.size;
  state.crc = content.crc;
  if (state.fate == HeaderFate::Held) state.complete_held_header();
  if (state.fate == HeaderFate::Streamed) state.append_descriptor();
  return state.close(content);
}

Result<EntryFacts> InnerZipWriter::add(std::string_view name,
                                       Compression compression,
                                       ByteView content) {
  RIGHTFUL_TRY(begin_entry(name, compression, {.size = content.size(), .crc = {}}));
  write(content);
  return end_entry();
}

Result<EntryFacts> InnerZipWriter::add_spooled(std::string_view name, const SpooledEntry& content) {
  State& state = *state_;
  RIGHTFUL_CHECK(state.phase == Phase::Idle && content.state_->facts);
  RIGHTFUL_TRY(admit_name(state.names, name, state.entries));
  const ContentMeter::Facts& facts = *content.state_->facts;
  state.name = name;
  state.compression = Compression::Deflate;
  state.has_zip64_header = false;
  state.fate = HeaderFate::Complete;
  state.size = facts.size;
  state.crc = facts.crc;
  state.packed_size = content.state_->packed.size();
  state.place_header(state.record(), HeaderFate::Complete);
  SpoolReader packed = content.state_->packed.read();
  std::array<std::byte, 16 * 1024> buffer{};
  while (const std::size_t count = packed.read(buffer))
    state.append(ByteView(buffer).first(count));
  return state.close(facts);
}

std::uint64_t InnerZipWriter::entry_count() const noexcept {
  return state_->entries;
}

std::uint64_t InnerZipWriter::size() const noexcept {
  RIGHTFUL_CHECK(state_->phase != Phase::InEntry);
  return state_->position();
}

void InnerZipWriter::finish() {
  State& state = *state_;
  RIGHTFUL_CHECK(state.phase == Phase::Idle);
  state.phase = Phase::Finished;
  const std::uint64_t offset = state.position();
  SpoolReader directory = state.directory.read();
  std::array<std::byte, 16 * 1024> buffer{};
  while (const std::size_t count = directory.read(buffer)) {
    state.append(ByteView(buffer).first(count));
  }
  state.text.clear();
  append_end_of_directory(state.text, {state.entries, offset, state.directory.size()});
  state.append(state.text.bytes());
  state.submitted += state.current.size;
  state.output.submit(std::exchange(state.current, Block{}));
}

}  // namespace rightful::archive
