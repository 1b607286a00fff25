/// @file
/// The names of the files of a published log. A name outside them cannot be expressed, so no name
/// leads out of the log's directory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "rightful/core/result.hpp"

namespace rightful::ledger {

inline constexpr unsigned kTileWidth = 256;
/// Level 7 has one hash for 2^56 leaves.
inline constexpr unsigned kMaxTileLevel = 7;

enum class LogFileKind : std::uint8_t { Checkpoint, SavedCheckpoint, HashTile, EntryBundle };

/// Format  docs/formats/ledger-tiles.md §1; C2SP tlog-tiles
class LogPath {
 public:
  /// `checkpoint`
  [[nodiscard]] static LogPath checkpoint();
  /// `checkpoints/<size>`. @param size  at most kMaxTreeSize (checked, RIGHTFUL_CHECK).
  [[nodiscard]] static LogPath saved_checkpoint(std::uint64_t size);
  /// `tile/<level>/<index>[.p/<width>]`. @param level  0 … 7, @param index  of a tile that a tree
  /// can have, @param width  1 … 256 hashes (checked, RIGHTFUL_CHECK).
  [[nodiscard]] static LogPath hash_tile(unsigned level, std::uint64_t index, unsigned width);
  /// `tile/entries/<index>[.p/<width>]`. As hash_tile of level 0.
  [[nodiscard]] static LogPath entry_bundle(std::uint64_t index, unsigned width);

  /// Exactly the text that one of the above has. @param text  hostile. @return InvalidArgument
  [[nodiscard]] static Result<LogPath> parse(std::string_view text);

  [[nodiscard]] LogFileKind kind() const noexcept { return kind_; }

  /// Of a hash tile; 0 for an entry bundle.
  [[nodiscard]] unsigned level() const noexcept { return level_; }

  /// Of a tile or bundle; of a saved checkpoint its size.
  [[nodiscard]] std::uint64_t index() const noexcept { return index_; }

  /// 1 … 255 of a partial tile or bundle, 256 of a full one.
  [[nodiscard]] unsigned width() const noexcept { return width_; }

  /// Relative, parts separated by `/`, none of them `.` or `..`.
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

  /// How large such a file can be; a hash tile has exactly this size.
  [[nodiscard]] std::size_t max_size_bytes() const noexcept;

  friend bool operator==(const LogPath&, const LogPath&) = default;

 private:
  LogPath(LogFileKind kind, std::uint64_t index, std::string text)
      : kind_(kind), index_(index), text_(std::move(text)) {}

  LogFileKind kind_;
  unsigned level_ = 0;
  std::uint64_t index_ = 0;
  unsigned width_ = 0;
  std::string text_;
};

}  // namespace rightful::ledger
