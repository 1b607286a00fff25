/// @file
/// The recordings of the demo: real human speech from Debian packages, dealt out to accounts and
/// copied into the company's folder. Copies, not links: removing the demo can then never touch the
/// system's files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "rightful/core/result.hpp"

namespace rightful::app {

struct Recording {
  std::filesystem::path file;
  std::string locale;      ///< `en-US`, `fr-CA`, `es-MX`, `it-IT`
  std::string transcript;  ///< words made from the file's name
  std::uint64_t size_bytes = 0;
};

/// All WAV files below `sounds`, in an order that depends on their names only.
/// @return NotFound, naming the packages to install.
[[nodiscard]] Result<std::vector<Recording>> find_recordings(const std::filesystem::path& sounds);

/// @param target  its folder exists. Errors  Failure
void copy_recording(const Recording& recording, const std::filesystem::path& target);

}  // namespace rightful::app
