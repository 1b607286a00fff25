/// @file
/// The bytes of the inner ZIP in their order: headers, packed content, descriptors, directory. Not
/// who packs the content, and not which names are allowed (inner_zip_writer.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "rightful/archive/inner_zip_writer.hpp"
#include "rightful/archive/sealed_spool.hpp"
#include "rightful/core/bytes.hpp"
#include "rightful/core/clock.hpp"

#include "archive/block_output.hpp"
#include "archive/zip_records.hpp"

namespace rightful::archive {

/// What is known about an entry before its content.
struct EntryStart {
  std::string name;
  Compression compression = Compression::Store;
  EntryHint hint = {};
};

/// What is known behind it; both of the content, uncompressed.
struct EntryEnd {
  std::uint64_t size = 0;
  std::uint32_t crc = 0;
};

/// Order of calls: begin() or begin_packed(), append() …, end(), for every entry; then finish().
///
/// Format   docs/formats/package.md, "ZIP records", "The inner ZIP"
/// Owns     the blocks that it holds back; `output` must outlive it.
/// Threads  one.
/// Errors   Failure from output and spool; after one, only destroy it.
class EntryStream {
 public:
  EntryStream(BlockOutput& output, Instant modified, const SpoolSettings& spool);

  /// Writes the header. It is complete when size and CRC of stored content are known; else it waits
  /// for end() while the content fits into the blocks held back, and is followed by a descriptor
  /// when it does not.
  void begin(EntryStart start);
  /// As begin(), for content that has been packed to this size.
  void begin_packed(EntryStart start, EntryEnd end, std::uint64_t packed_size);
  void append(ByteView packed);
  void end(EntryEnd end);

  /// Bytes so far.
  [[nodiscard]] std::uint64_t position() const noexcept;
  /// Writes the central directory.
  void finish();

 private:
  /// How the header of the open entry gets its sizes.
  enum class HeaderFate : std::uint8_t {
    Complete,  ///< written with all it needs
    Held,      ///< still in a block that has not left: filled in at the end, or Streamed when
               ///< content outgrows it
    Streamed   ///< has left with bit 3 set: a descriptor follows the content
  };

  void put(ByteView bytes);
  void leave_full_block();
  void submit_held();
  void make_room(std::size_t count);

  void open(EntryStart start);
  void place_header(HeaderFate wanted);
  void let_header_go();
  void complete_held_header();
  void append_descriptor();
  void widen_header(Block& block);
  [[nodiscard]] EntryRecord record() const;

  [[nodiscard]] Block& header_block() { return held_.empty() ? current_ : held_.front(); }

  BlockOutput& output_;
  DosTime time_;
  SealedSpool directory_;
  std::uint64_t entries_ = 0;
  Block current_;
  std::vector<Block> held_;
  std::uint64_t submitted_ = 0;  ///< bytes before held_ and current_
  RecordText text_;

  // The open entry.
  EntryStart start_;
  EntryEnd end_;
  HeaderFate fate_ = HeaderFate::Complete;
  bool has_zip64_header_ = false;
  std::size_t header_at_ = 0;  ///< in the first held block, or in current_
  std::uint64_t local_offset_ = 0;
  std::uint64_t packed_size_ = 0;
};

}  // namespace rightful::archive
