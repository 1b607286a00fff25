#include "bench/exported_files.hpp"

#include <fstream>

#include <fmt/format.h>

#include "rightful/archive/manifest.hpp"

#include "bench/measured_run.hpp"
#include "bench/workload.hpp"

namespace rightful::bench {

namespace fs = std::filesystem;

fs::path unpack_export(const Programs& programs, const ExportOrder& order, const fs::path& place) {
  const fs::path code = place / "code";
  const fs::path folder = place / "files";
  std::ofstream(code) << order.code() << '\n';
  run_apart({programs.rightful.string(),
             "unlock",
             order.package().string(),
             "--code-file",
             code.string(),
             "--into",
             folder.string()});
  return folder;
}

std::map<std::string, std::uint64_t> bytes_by_kind(const fs::path& folder) {
  std::map<std::string, std::uint64_t> bytes;
  for_each_file(folder, [&](const fs::path& file, const std::string& name) {
    bytes[std::string(archive::name_of(archive::kind_of(name)))] += fs::file_size(file);
  });
  return bytes;
}

std::string describe(const std::map<std::string, std::uint64_t>& bytes) {
  std::string text;
  for (const auto& [kind, size] : bytes) {
    text +=
        fmt::format("{}{} {:.1f}", text.empty() ? "" : ", ", kind, static_cast<double>(size) / 1e6);
  }
  return text;
}

}  // namespace rightful::bench
