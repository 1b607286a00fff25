#include "bench/end_to_end.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include "rightful/archive/manifest.hpp"

#include "bench/company.hpp"
#include "bench/export_order.hpp"
#include "bench/tables.hpp"
#include "bench/workload.hpp"

namespace rightful::bench {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr std::uint64_t kDiskBytes = 1'500'000'000;

/// What the export put into its package, as plain files.
fs::path unpack(const Setup& setup, const ExportOrder& order, const fs::path& place) {
  const fs::path code = place / "code";
  const fs::path folder = place / "files";
  std::ofstream(code) << order.code() << '\n';
  run_apart({setup.programs.rightful.string(),
             "unlock",
             order.package().string(),
             "--code-file",
             code.string(),
             "--into",
             folder.string()});
  return folder;
}

/// `media 96.4 MB, data …`.
std::string describe_kinds(const fs::path& folder) {
  std::map<std::string_view, std::uint64_t> bytes;
  for_each_file(folder, [&](const fs::path& file, const std::string& name) {
    bytes[archive::name_of(archive::kind_of(name))] += fs::file_size(file);
  });
  std::string text;
  for (const auto& [kind, size] : bytes) {
    text +=
        fmt::format("{}{} {:.1f}", text.empty() ? "" : ", ", kind, static_cast<double>(size) / 1e6);
  }
  return text;
}

ExportRunFacts median_by_wall(std::vector<ExportRunFacts> runs) {
  std::ranges::sort(runs, {}, [](const ExportRunFacts& run) { return run.whole.wall_s; });
  double peak_mib = 0;
  for (const ExportRunFacts& run : runs)
    peak_mib = std::max(peak_mib, run.whole.peak_mib);
  ExportRunFacts median = runs[runs.size() / 2];
  median.whole.peak_mib = peak_mib;
  return median;
}

Measurement median_by_wall(std::vector<Measurement> runs) {
  std::ranges::sort(runs, {}, &Measurement::wall_s);
  return runs[runs.size() / 2];
}

void print(const FolderSize& size,
           const std::string& kinds,
           const std::vector<Measurement>& rows,
           const ExportRunFacts& run) {
  print_title(
      "end to end: rows from PostgreSQL, files from disk, guard, JSON and HTML, package, "
      "check, seal");
  fmt::print(
      "  {} files, {:.1f} MB in the package: {}; CPU is the child's, PostgreSQL's is its own\n",
      size.files,
      static_cast<double>(size.bytes) / 1e6,
      kinds);
  print_rows(rows);
  fmt::print("  of the whole, wall s:");
  for (const auto& [stage, seconds] : run.stages_s)
    fmt::print(" {} {:.3f}", stage, seconds);
  fmt::print("\n");
}

}  // namespace

ordered_json measure_end_to_end(const Setup& setup) {
  setup.progress.begin("end to end");
  setup.folder.demand_space(kDiskBytes, "the export end to end");
  const fs::path place = setup.folder.make("end-to-end");
  fs::permissions(place, fs::perms::others_exec, fs::perm_options::add);
  const Company company = Company::build(setup, place);
  ExportOrder order(company, place);

  setup.progress.show("first export, not counted");
  static_cast<void>(order.run(setup.programs.self));
  const fs::path folder = unpack(setup, order, place);
  const FolderSize size = size_of(folder);
  const Contender packer{.name = kPackingAlone,
                         .commands = {{setup.programs.self.string(),
                                       "--write",
                                       "default",
                                       folder.string(),
                                       (place / "alone.zip").string()}},
                         .directory = place,
                         .output = place / "alone.zip"};
  std::vector<Measurement> alone;
  std::vector<ExportRunFacts> whole;
  for (int round = 1; round <= setup.rounds; ++round) {
    setup.progress.show("export", round, setup.rounds);
    whole.push_back(order.run(setup.programs.self));
    alone.push_back(measure_in_turn({packer}, 1, setup.progress).front());
  }
  const ExportRunFacts run = median_by_wall(std::move(whole));
  const std::vector<Measurement> rows{median_by_wall(std::move(alone)), run.whole};
  setup.progress.clear();
  print(size, describe_kinds(folder), rows, run);
  ordered_json stages;
  for (const auto& [stage, seconds] : run.stages_s)
    stages[stage] = seconds;
  return {{"what", "one export over the packing of its files"},
          {"files", size.files},
          {"bytes", size.bytes},
          {"rounds", setup.rounds},
          {"contenders", json_of(rows)},
          {"stages_s", stages}};
}

}  // namespace rightful::bench
