/// @file
/// Where the files of a published log lie: read and written by name. Proves nothing about their
/// content.
#pragma once

#include <cstdint>
#include <vector>

#include "rightful/core/bytes.hpp"
#include "rightful/core/result.hpp"
#include "rightful/ledger/log_path.hpp"
#include "rightful/ledger/tree.hpp"

namespace rightful::ledger {

inline constexpr std::size_t kMaxSavedCheckpoints = 65536;

/// Threads  one at a time.
class TileSource {
 public:
  virtual ~TileSource() = default;

  /// @return the file's bytes, at most path.max_size_bytes(); NotFound; LimitExceeded when it is
  /// larger; Denied for what is no regular file of the log itself, and for one that may not be
  /// read. Errors  Failure when reading breaks off.
  [[nodiscard]] virtual Result<Bytes> read(const LogPath& path) = 0;

  /// Is there a file of this name? Says nothing about what stands in it. @return what read answers,
  /// but for NotFound.
  [[nodiscard]] virtual Result<bool> has(const LogPath& path);

  /// The sizes under `checkpoints/`, ascending; other names there are passed over.
  /// @return LimitExceeded above kMaxSavedCheckpoints; Denied as read.
  [[nodiscard]] virtual Result<std::vector<std::uint64_t>> saved_checkpoints() = 0;
};

/// Threads  one at a time.
class TileSink {
 public:
  virtual ~TileSink() = default;

  /// Adds a file, durable and seen by other processes after flush(); the same bytes again change
  /// nothing.
  /// @return Conflict when the file exists with other bytes: what is published stays; Denied when
  /// something that is no file or folder of the log stands there. Errors  Failure
  [[nodiscard]] virtual Result<void> put(const LogPath& path, ByteView content) = 0;

  /// All files that were put are durable when the call returns. @return Conflict, Denied as put.
  /// Errors  Failure; what was put since the last flush may then be lost.
  [[nodiscard]] virtual Result<void> flush() = 0;

  /// After a flush(), replaces the two kinds of files that may change: `checkpoint`, and a bundle
  /// one of whose bodies was erased (checked, RIGHTFUL_CHECK). @return Denied. Errors  Failure; the
  /// file is then as it was.
  [[nodiscard]] virtual Result<void> replace(const LogPath& path, ByteView content) = 0;

  /// Takes away the partial tiles or bundles whose place a full one has taken; where that is
  /// missing they stay. A sink that keeps them does nothing.
  /// @param full  a hash tile or bundle of 256 (checked, RIGHTFUL_CHECK).
  /// @return Denied. Errors  Failure
  [[nodiscard]] virtual Result<void> drop_partials(const LogPath& full);
};

/// The hashes of one tile; the beginning of the full one where the partial one is gone.
/// @param level  0 … 7, @param width  1 … 256 (checked, RIGHTFUL_CHECK). @return InvalidArgument
/// when the tile is malformed; else what the source answers.
[[nodiscard]] Result<std::vector<TreeHash>> read_hash_tile(TileSource& source,
                                                           unsigned level,
                                                           std::uint64_t index,
                                                           unsigned width);

/// Subtree hashes from the tiles of a tree of one size. Nothing is proven by having been read.
///
/// Owns     nothing; `source` must outlive it.
/// Threads  one at a time.
/// Cost     keeps the last tile of each level: at most 64 KiB.
class TileHashes final : public HashSource {
 public:
  /// @param size  at most kMaxTreeSize (checked, RIGHTFUL_CHECK).
  TileHashes(TileSource& source, std::uint64_t size);

  /// @return NotFound outside the tree or when the tile is missing, partial and full;
  /// InvalidArgument when it is malformed; else what the source answers.
  [[nodiscard]] Result<TreeHash> subtree(unsigned level, std::uint64_t index) override;

 private:
  struct Tile {
    std::uint64_t index = 0;
    std::vector<TreeHash> hashes;
  };

  [[nodiscard]] Result<const Tile*> tile(unsigned level, std::uint64_t index);

  TileSource& source_;
  std::uint64_t size_;
  std::vector<Tile> last_;  // one a level; without hashes before it is read
};

/// Writes what hash tiles a tree of `size` has beyond those of one of `old_size`: level 0 first.
/// Tiles are a function of the leaf hashes alone, so doing it again changes nothing.
/// @param old_size  at most `size`, @param size  at most kMaxTreeSize (checked, RIGHTFUL_CHECK).
/// @return what source and sink answer.
[[nodiscard]] Result<void> write_hash_tiles(TileSink& sink,
                                            HashSource& source,
                                            std::uint64_t old_size,
                                            std::uint64_t size);

}  // namespace rightful::ledger
