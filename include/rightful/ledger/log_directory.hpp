/// @file
/// A published log as a directory of files. Follows no symbolic link below the directory itself.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "rightful/core/bytes.hpp"
#include "rightful/core/result.hpp"
#include "rightful/core/unique_fd.hpp"
#include "rightful/ledger/tile_store.hpp"

namespace rightful::ledger {

/// Format   docs/formats/ledger-tiles.md
/// Threads  one at a time; several processes may read while one writes.
/// Errors   Failure for faults of the disk.
class LogDirectory final : public TileSource, public TileSink {
 public:
  LogDirectory(LogDirectory&&) noexcept;
  LogDirectory& operator=(LogDirectory&&) noexcept;
  LogDirectory(const LogDirectory&) = delete;
  LogDirectory& operator=(const LogDirectory&) = delete;
  /// What was not flushed is gone.
  ~LogDirectory() override;

  /// @param path  an existing directory; may itself be reached over links. @return NotFound, Denied
  [[nodiscard]] static Result<LogDirectory> open(const std::filesystem::path& path);

  [[nodiscard]] Result<Bytes> read(const LogPath& path) override;
  [[nodiscard]] Result<bool> has(const LogPath& path) override;
  [[nodiscard]] Result<std::vector<std::uint64_t>> saved_checkpoints() override;
  /// Files are made 0640, folders 0750: bodies are personal data. Reads of this object see a file
  /// before it is flushed.
  [[nodiscard]] Result<void> put(const LogPath& path, ByteView content) override;
  [[nodiscard]] Result<void> flush() override;
  [[nodiscard]] Result<void> replace(const LogPath& path, ByteView content) override;
  [[nodiscard]] Result<void> drop_partials(const LogPath& full) override;
  /// Removes what a writer that was killed has left of `path`, or one that lives has not flushed
  /// yet.
  /// @return Denied
  [[nodiscard]] Result<void> drop_unfinished(const LogPath& path);

 private:
  class NewFile;

  LogDirectory(UniqueFd root, std::string name);

  UniqueFd root_;
  std::string name_;
  /// By path: put and not flushed. Syncing many at once costs a disk little more than one.
  std::map<std::string, std::unique_ptr<NewFile>> waiting_;
};

}  // namespace rightful::ledger
