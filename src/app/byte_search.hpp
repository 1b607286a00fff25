/// @file
/// Looks for given bytes in every file below a folder, whatever the file is: how the demo shows
/// that something is *not* there.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace rightful::app {

struct ByteSearchReport {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  /// Beside each needle: in how many files it stands.
  std::vector<std::uint64_t> files_with;

  /// In how many files any needle stands.
  std::uint64_t files_with_any = 0;
};

/// Regular files below `folder`; links are not followed. Files that vanish meanwhile (a database
/// that runs) are left out.
/// @param needles  1 byte to 64 KiB each.
/// Cost     one pass over each file for each needle, memory 1 MiB.
[[nodiscard]] ByteSearchReport search_bytes(const std::filesystem::path& folder,
                                            const std::vector<std::string>& needles);

}  // namespace rightful::app
