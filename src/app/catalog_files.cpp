#include "app/catalog_files.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "rightful/core/bytes.hpp"
#include "rightful/core/files.hpp"

#include "app/program_settings.hpp"

namespace rightful::app {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxCatalogBytes = std::size_t{4} << 20U;
constexpr mode_t kReadableByAll = 0644;

bool is_yaml(const fs::path& file) {
  return file.extension() == ".yaml" || file.extension() == ".yml";
}

/// By name; none when there is no such folder.
std::vector<fs::path> yaml_files_in(const fs::path& folder) {
  std::error_code ignored;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    if (is_yaml(entry.path()) && entry.is_regular_file(ignored)) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

Result<std::vector<fs::path>> files_of(const fs::path& place) {
  std::error_code ignored;
  if (!fs::is_directory(place, ignored)) return std::vector{place};
  std::vector<fs::path> files = yaml_files_in(place);
  if (files.empty()) {
    return fail(
        ErrorCode::InvalidArgument,
        fmt::format("the catalog {}: the folder holds no *.yaml and no *.yml", place.string()));
  }
  return files;
}

std::vector<fs::path> split(const fs::path& place) {
  std::error_code ignored;
  if (fs::exists(place, ignored)) return {place};
  std::vector<fs::path> parts;
  const std::string text = place.string();
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    if (end > begin) parts.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts.empty() ? std::vector{place} : parts;
}

}  // namespace

Result<std::vector<catalog::CatalogFile>> read_catalog_files(const fs::path& place) {
  std::vector<fs::path> paths;
  for (const fs::path& part : split(place)) {
    RIGHTFUL_TRY(const std::vector<fs::path> found, files_of(part));
    paths.insert(paths.end(), found.begin(), found.end());
  }
  const std::vector<fs::path> words = yaml_files_in(paths.front().parent_path() / "translations");
  paths.insert(paths.end(), words.begin(), words.end());
  std::vector<catalog::CatalogFile> files;
  std::size_t size = 0;
  for (const fs::path& path : paths) {
    const auto content = read_file(path, kMaxCatalogBytes);
    if (!content) {
      return fail(content.error().code,
                  "the catalog " + path.string() + ": " + content.error().detail);
    }
    size += content->size();
    files.push_back({path.string(), std::string(as_text(*content))});
  }
  if (size > kMaxCatalogBytes) {
    return fail(ErrorCode::LimitExceeded,
                "the catalog " + place.string() + ": its files are larger than 4 MiB together");
  }
  return files;
}

sources::SourceLocations locations_of(const catalog::Catalog& catalog,
                                      const std::vector<std::string>& environment) {
  sources::SourceLocations locations;
  for (const catalog::Source& source : catalog.sources()) {
    for (const auto& [key, variable] : source.variables()) {
      std::string value = find_in(environment, variable);
      if (!value.empty()) locations.emplace(key, std::move(value));
    }
  }
  return locations;
}

Result<void> write_new_file(const fs::path& file, const std::string& content) {
  std::error_code ignored;
  if (fs::exists(file, ignored)) {
    const auto there = read_file(file, std::size_t{64} << 20U);
    if (there && as_text(*there) == content) return {};
    return fail(ErrorCode::Conflict,
                file.string() +
                    " stands there already, with other content; somebody may have worked on it: "
                    "name another file, or remove it");
  }
  write_file_atomically(file, as_bytes(content), kReadableByAll);
  return {};
}

}  // namespace rightful::app
