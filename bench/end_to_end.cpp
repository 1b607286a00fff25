#include "bench/end_to_end.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include "bench/company.hpp"
#include "bench/export_order.hpp"
#include "bench/exported_files.hpp"
#include "bench/tables.hpp"
#include "bench/workload.hpp"

namespace rightful::bench {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr std::uint64_t kDiskBytes = 1'500'000'000;

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
  ExportOrder order(company.exported(), place);

  setup.progress.show("first export, not counted");
  static_cast<void>(order.run(setup.programs.self));
  const fs::path folder = unpack_export(setup.programs, order, place);
  const FolderSize size = size_of(folder);
  const Contender packer{.name = kPackingAlone,
                         .commands = {{setup.programs.writer.string(),
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
    alone.push_back(measure_once(packer));
  }
  ExportRunFacts run = median_by_wall(std::move(whole));
  run.whole.name = kEndToEnd;
  const std::vector<Measurement> rows{median_by_wall(std::move(alone)), run.whole};
  setup.progress.clear();
  print(size, describe(bytes_by_kind(folder)), rows, run);
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
