/// @file
/// Writes the inner ZIP of a package: entry after entry, front to back, in constant memory. The
/// same calls give the same bytes. Not the outer file and not its encryption (package_writer.hpp).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "rightful/archive/sealed_spool.hpp"
#include "rightful/core/bytes.hpp"
#include "rightful/core/clock.hpp"
#include "rightful/core/result.hpp"
#include "rightful/crypto/fixed_bytes.hpp"

namespace rightful::archive {

class BlockOutput;
class SpooledEntry;

enum class Compression : std::uint8_t {
  Store,   ///< media: can be seeked, costs nothing
  Deflate  ///< text: ISA-L level 1
};

/// What is known about an entry before its first byte; both are optional, and checked when given.
struct EntryHint {
  std::optional<std::uint64_t> size;  ///< of the content, uncompressed, in bytes
  std::optional<std::uint32_t> crc;   ///< CRC-32 (IEEE) of the content
};

/// What was written.
struct EntryFacts {
  std::string name;
  std::uint64_t size = 0;       ///< of the content, uncompressed
  crypto::Sha256Digest sha256;  ///< of the content
  std::uint32_t crc = 0;
};

/// May this be the name of an entry: 1 to 150 characters of [A-Za-z0-9._-] and `/`; no part is
/// empty, `.` or `..`, and none begins or ends with `.` (a name that Windows would change); not a
/// device name of Windows (`con`, `nul` …).
/// @return InvalidArgument, naming the rule.
[[nodiscard]] Result<void> check_entry_name(std::string_view name);

/// Format   APPNOTE 6.3.10; docs/formats/package.md, "The inner ZIP"
/// Owns     nothing; made by PackageWriter, which must outlive it.
/// Threads  one for all calls. Owns two more from the first deflated entry of 16 KiB on: they
///          deflate, and measure what is larger than 256 KiB, while the caller's thread makes what
///          comes next.
/// Errors   Failure from the target, also from the package's cipher thread and for an entry that
///          has been ended; after one, only destroy the writer.
/// Secrets  names are inside the encrypted entry; they hold dataset names and running numbers,
///          nothing personal.
/// Cost     SHA-256 and CRC-32 of the content; up to 7 MiB for what is being deflated; 16 bytes of
///          memory an entry for the names, the directory is spilled.
class InnerZipWriter {
 public:
  /// A million and a half: what the index of used names holds in 16 MiB.
  static constexpr std::uint64_t kMaxEntries = 1'500'000;

  /// @param modified  the time of every entry, UTC, to two seconds; before 1980 or after 2107 the
  /// nearest of these.
  InnerZipWriter(BlockOutput& output, Instant modified, const SpoolSettings& spool);
  InnerZipWriter(const InnerZipWriter&) = delete;
  InnerZipWriter& operator=(const InnerZipWriter&) = delete;
  ~InnerZipWriter();

  /// Begins an entry. The one before has been ended (checked, RIGHTFUL_CHECK). With size and CRC
  /// given, or when the packed content stays under 1 MiB, the header is complete; else sizes and
  /// CRC follow the content.
  /// @return InvalidArgument for a bad name, Conflict for a name used before (ignoring case),
  /// LimitExceeded after kMaxEntries. Nothing is written then.
  [[nodiscard]] Result<void> begin_entry(std::string_view name,
                                         Compression compression,
                                         EntryHint hint = {});
  /// Appends content to the open entry (checked). Any size; nothing is kept of `content` after the
  /// call.
  void write(ByteView content);
  /// Ends the open entry. Errors  Failure(Later, "object_changed") when size or CRC is not what the
  /// hint said.
  EntryFacts end_entry();
  /// begin_entry, write, end_entry for content that is at hand.
  [[nodiscard]] Result<EntryFacts> add(std::string_view name,
                                       Compression compression,
                                       ByteView content);
  /// Adds what was compressed aside while another entry was open; its bytes are copied, not
  /// compressed again.
  /// @return as begin_entry.
  [[nodiscard]] Result<EntryFacts> add_spooled(std::string_view name, const SpooledEntry& content);

  [[nodiscard]] std::uint64_t entry_count() const noexcept;
  /// Bytes of the inner ZIP so far; no entry is open (checked). Waits for what is being deflated.
  [[nodiscard]] std::uint64_t size();
  /// Writes the central directory; nothing can be added after. Called by
  /// PackageWriter::finish_content().
  void finish();

 private:
  struct State;

  std::unique_ptr<State> state_;
};

/// Content of a later entry, deflated while it is made (an HTML page beside an open JSON entry).
/// See add_spooled().
///
/// Threads  one. Owns two more from 256 KiB of content on, which deflate and hash.
/// Errors   Failure from the spool.
class SpooledEntry {
 public:
  explicit SpooledEntry(SpoolSettings spool);
  SpooledEntry(SpooledEntry&&) noexcept;
  SpooledEntry& operator=(SpooledEntry&&) noexcept;
  SpooledEntry(const SpooledEntry&) = delete;
  SpooledEntry& operator=(const SpooledEntry&) = delete;
  ~SpooledEntry();

  void write(ByteView content);
  /// Ends the content; write() is not called after (checked).
  void finish();
  /// Of the content, uncompressed, so far.
  [[nodiscard]] std::uint64_t size() const noexcept;

 private:
  friend class InnerZipWriter;
  struct State;

  std::unique_ptr<State> state_;
};

}  // namespace rightful::archive
