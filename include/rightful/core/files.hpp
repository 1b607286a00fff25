/// @file
/// Whole small files: read, and replaced in one step. Not for packages or anything that grows with
/// the data.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <filesystem>

#include "rightful/core/bytes.hpp"
#include "rightful/core/result.hpp"

namespace rightful {

/// @return NotFound, Denied, LimitExceeded (larger than `max_size_bytes`). Errors  Failure when
/// reading breaks off.
[[nodiscard]] Result<Bytes> read_file(const std::filesystem::path& path,
                                      std::size_t max_size_bytes);

/// Temporary file beside `path`, fsync, rename, fsync of the directory. Errors  Failure; `path` is
/// then untouched.
void write_file_atomically(const std::filesystem::path& path, ByteView content, mode_t mode);

/// Gives a finished file or folder its final name, which nothing may have yet: a file, folder or
/// link that has it stays as it is. Both names lie on one file system.
/// @return Conflict when something has the name `to`. Errors  Failure
[[nodiscard]] Result<void> rename_without_replacing(const std::filesystem::path& from,
                                                    const std::filesystem::path& to);

}  // namespace rightful
