#include "catalog/bundle.hpp"

#include <algorithm>
#include <cstdint>

namespace rightful::catalog {
namespace {

constexpr std::string_view kHead = "# rightful catalog bundle 1\n";
// A line that begins with three hyphens begins a document wherever it stands (YAML 1.2 §9.1.2), so
// that no text of a file can be taken for it.
constexpr std::string_view kFile = "--- # file: ";

}  // namespace

std::string bundle(const std::vector<CatalogFile>& files) {
  if (files.size() == 1) return files.front().text;
  std::string out(kHead);
  for (const CatalogFile& file : files) {
    std::string name = file.name;
    std::ranges::replace_if(
        name, [](char c) { return static_cast<std::uint8_t>(c) < 0x20 || c == 0x7F; }, '?');
    out += kFile;
    out += name;
    out += '\n';
    out += file.text;
    if (!file.text.ends_with('\n')) out += '\n';
  }
  return out;
}

std::vector<CatalogFile> unbundle(std::string_view text, std::string_view file_name) {
  if (!text.starts_with(kHead)) return {{std::string(file_name), std::string(text)}};
  text.remove_prefix(kHead.size());
  std::vector<CatalogFile> files;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end == std::string_view::npos ? end : end + 1);
    if (line.starts_with(kFile)) {
      std::string_view name = line.substr(kFile.size());
      if (name.ends_with('\n')) name.remove_suffix(1);
      files.push_back({std::string(name), ""});
    } else {
      if (files.empty()) files.push_back({std::string(file_name), ""});
      files.back().text += line;
    }
    text.remove_prefix(line.size());
  }
  if (files.empty()) files.push_back({std::string(file_name), ""});
  return files;
}

}  // namespace rightful::catalog
