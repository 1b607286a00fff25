/// @file
/// The works that packagers are measured on: V = 1,700 recordings of human speech (100 MB), VJ = V
/// and 50 MB of JSON.
#pragma once

#include <filesystem>
#include <vector>

namespace rightful::bench {

struct Workload {
  std::filesystem::path folder;                ///< holds `media/` and, for VJ, `data/`
  std::vector<std::filesystem::path> entries;  ///< relative to `folder`, sorted
};

inline constexpr std::size_t kRecordings = 1700;
inline constexpr std::size_t kJsonBytes = 50'000'000;

/// Copies recordings of the Debian packages asterisk-core-sounds-*-wav into `folder`.
/// Errors  Failure naming the packages when there are too few.
[[nodiscard]] Workload make_v(const std::filesystem::path& folder);
/// V and one JSON file of seeded records.
[[nodiscard]] Workload make_vj(const std::filesystem::path& folder);
/// What an earlier make_… left in `folder`.
[[nodiscard]] Workload open_workload(const std::filesystem::path& folder);

}  // namespace rightful::bench
