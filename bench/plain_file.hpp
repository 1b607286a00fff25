/// @file
/// Plain files, read and written without a word to the disk: all stays in the page cache, as with
/// every peer.
#pragma once

#include <filesystem>
#include <string>

#include "rightful/archive/package_sink.hpp"
#include "rightful/core/unique_fd.hpp"

namespace rightful::bench {

/// Errors  Failure.
class FileOutput final : public archive::PackageSink {
 public:
  explicit FileOutput(const std::filesystem::path& path);

  void write(ByteView bytes) override;
  void patch(std::uint64_t offset, ByteView bytes) override;

 private:
  UniqueFd fd_;
};

/// Reads one file block by block.
class FileInput {
 public:
  explicit FileInput(const std::filesystem::path& path);

  /// @return the bytes that were there, 0 at the end.
  [[nodiscard]] std::size_t read(std::span<std::byte> into);

 private:
  UniqueFd fd_;
};

/// A whole file at once. Errors  Failure.
void write_file(const std::filesystem::path& path, const std::string& content);

}  // namespace rightful::bench
