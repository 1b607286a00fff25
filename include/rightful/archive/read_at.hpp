/// @file
/// A stored package as its readers see it: a size, and bytes at any offset.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

#include "rightful/core/result.hpp"
#include "rightful/core/unique_fd.hpp"

namespace rightful::archive {

/// Threads  read_at() may be called from several threads at once.
/// Errors   Failure when bytes that must exist cannot be read.
class ReadAt {
 public:
  virtual ~ReadAt() = default;

  /// Fixed while the object lives.
  [[nodiscard]] virtual std::uint64_t size() const = 0;
  /// Fills `into` completely from `offset` on. `offset + into.size()` ≤ size().
  virtual void read_at(std::uint64_t offset, std::span<std::byte> into) const = 0;
};

/// A regular file, read with pread(2).
class FileReadAt final : public ReadAt {
 public:
  /// @return NotFound, Denied, or InvalidArgument for what is not a regular file.
  [[nodiscard]] static Result<FileReadAt> open(const std::filesystem::path& path);

  [[nodiscard]] std::uint64_t size() const override { return size_; }

  void read_at(std::uint64_t offset, std::span<std::byte> into) const override;

 private:
  FileReadAt(UniqueFd fd, std::uint64_t size) : fd_(std::move(fd)), size_(size) {}

  UniqueFd fd_;
  std::uint64_t size_;
};

}  // namespace rightful::archive
