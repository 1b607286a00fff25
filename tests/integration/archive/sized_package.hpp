/// @file
/// Packages at the edges of what sizes and counts may be, written to a file.
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

#include "rightful/archive/verify_package.hpp"

namespace rightful::archive::testing {

enum class PackageShape : std::uint8_t {
  Nothing,      ///< `nothing`: no entry but the closing three
  EmptyFile,    ///< `empty-file`: one entry of 0 bytes
  OneEntry,     ///< `one-entry`: 5 GiB, stored; neither size nor CRC known before
  OneDeflated,  ///< `one-deflated`: 5 GiB that deflate to little
  ManyEntries,  ///< `many-entries`: 20,500 of 256 KiB, sizes known, together more than 5 GiB
  Million       ///< `million`: 1,000,000 entries of a few bytes
};

/// The word above, as the command line has it.
[[nodiscard]] std::optional<PackageShape> parse_shape(std::string_view word);

/// Writes with the passphrase of package_fixture.hpp. @param path  does not exist yet; the spool's
/// file goes beside it.
void write_sized_package(PackageShape shape, const std::filesystem::path& path);

/// What verify_package needs beside the file.
[[nodiscard]] VerifyExpectation expectation_of_sized_package();

}  // namespace rightful::archive::testing
