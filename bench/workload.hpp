/// @file
/// The works that packagers are measured on: folders of files that everybody reads alike.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace rightful::bench {

/// V     1,700 recordings of human speech (96 MB of WAV): `media/…`.
/// VJ    V and one file of 50 MB of JSON: `media/…`, `data/search.json`.
/// J10k  10,000 records of JSON, each a file of its own: `data/000/000.json` to
/// `data/009/999.json`. J     10^6 such records, each a line of `records.ndjson`. A million files
/// would take longer to make
///       and to remove than anything here takes to pack them.
struct Work {
  std::string_view name;
  std::string_view what;
  std::uint64_t disk_bytes;  ///< what the work and one output of each contender take
  void (*make)(const std::filesystem::path& folder);
};

[[nodiscard]] const std::vector<Work>& all_works();
/// Errors  Failure naming those that exist.
[[nodiscard]] const Work& work_of(std::string_view name);

/// The name of the n-th record's entry in J and J10k, `data/000/000.json` first.
[[nodiscard]] std::string record_name(std::size_t record);
inline constexpr const char* kRecordsFile = "records.ndjson";

/// What a folder holds.
struct FolderSize {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
};

[[nodiscard]] FolderSize size_of(const std::filesystem::path& folder);

/// Every file below `folder`, folder by folder, sorted; never more than one folder's names in
/// memory.
void for_each_file(
    const std::filesystem::path& folder,
    const std::function<void(const std::filesystem::path& file, const std::string& name)>& take);

/// Media are stored in default mode, all else is text.
[[nodiscard]] bool is_media(std::string_view name);

}  // namespace rightful::bench
