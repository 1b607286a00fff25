/// @file
/// Our contender: one whole sealed package from a folder of files, in a process of its own.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

namespace rightful::bench {

enum class PackingMode : std::uint8_t {
  Default,  ///< media stored, text deflated
  Compact,  ///< everything deflated
  Stored    ///< nothing deflated: the work of `7zz -mm=Copy`
};

/// Errors  Failure for another word.
[[nodiscard]] PackingMode parse_packing_mode(std::string_view text);

/// Writes `output` with signed manifest and sealed envelope, and beside it `<output>.code`, the
/// code that opens it. Closing entries of an earlier package in `folder` are left out: new ones are
/// made.
void write_package(PackingMode mode,
                   const std::filesystem::path& folder,
                   const std::filesystem::path& output);

/// The same from a file of which each line is a record: each becomes an entry.
void write_records(const std::filesystem::path& lines, const std::filesystem::path& output);

}  // namespace rightful::bench
