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

/// What stays possible; nothing else of its sort does.
struct Permissions {
  std::vector<std::filesystem::path> readable;  ///< folders, with everything below
  std::vector<std::filesystem::path>
      writable;  ///< folders: files may be made, read, written, renamed and removed
  std::vector<std::uint16_t> ports;  ///< that TCP connections may be made to
};

/// What the kernel can enforce.
enum class Confined : std::uint8_t {
  Nothing,       ///< it has no Landlock
  Files,         ///< before Linux 6.7: connections are not looked at
  FilesAndPorts  ///< no other file, no other TCP port, no listening
};

/// From now on nothing outside of `permissions` can be opened or connected to; descriptors that are
/// open stay usable. Errors  Failure when the kernel has Landlock and refuses.
[[nodiscard]] Confined confine(const Permissions& permissions);

}  // namespace rightful::exporting
