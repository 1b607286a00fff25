/// @file
/// What an export child takes away from itself before it reads anybody's data. Linux only, raw
/// system calls.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace rightful::exporting {

/// No set-user-ID program can give privileges back. Errors  Failure
void forbid_new_privileges();

/// RLIMIT_AS; does nothing in sanitizer builds, whose shadow memory needs terabytes of address
/// space. Errors  Failure
void limit_memory(std::int64_t mib);

struct FileRules {
  std::vector<std::filesystem::path> readable;  ///< folders, with everything below
  std::vector<std::filesystem::path>
      writable;  ///< folders: files may be made, read, written, renamed and removed
};

/// From now on no path outside `rules` can be opened; descriptors that are open stay usable.
/// @return false when the kernel has no Landlock: nothing is confined then. Errors  Failure when it
/// has and refuses.
[[nodiscard]] bool confine_files(const FileRules& rules);

}  // namespace rightful::exporting
