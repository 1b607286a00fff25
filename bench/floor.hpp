/// @file
/// What a writer of this package over ISA-L and OpenSSL cannot save: each primitive alone, on the
/// same bytes, timed apart.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rightful::bench {

/// Primitive → CPU seconds, in the order of the pipeline.
using Floor = std::vector<std::pair<std::string, double>>;

[[nodiscard]] double sum_of(const Floor& floor);

/// Reads `folder`, writes `output`. Text is deflated, media are not. One thread, pieces of 64 KiB
/// and blocks of 256 KiB, so that every primitive finds its bytes in the cache as it would in a
/// good writer. ISA-L and OpenSSL are called directly; the counter mode is ours, because no library
/// has WinZip's.
[[nodiscard]] Floor measure_floor(const std::filesystem::path& folder,
                                  const std::filesystem::path& output);

/// The same in a process of its own, `rounds` times; the median of each primitive.
/// @param self  this program
[[nodiscard]] Floor measure_floor_apart(const std::filesystem::path& self,
                                        const std::filesystem::path& folder,
                                        const std::filesystem::path& output,
                                        int rounds);

}  // namespace rightful::bench
