// bench_packaging: how fast is a sealed package written and opened, beside what a user would pick
// instead? Its other modes are processes of their own for single runs.
#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "rightful/core/log.hpp"

#include "bench/chart.hpp"
#include "bench/command_line.hpp"
#include "bench/end_to_end.hpp"
#include "bench/export_child_mode.hpp"
#include "bench/floor.hpp"
#include "bench/machine.hpp"
#include "bench/options.hpp"
#include "bench/packing.hpp"
#include "bench/plain_file.hpp"
#include "bench/scores.hpp"
#include "bench/stop_request.hpp"
#include "bench/tables.hpp"
#include "bench/unlocking.hpp"
#include "bench/workload.hpp"

namespace rightful::bench {
namespace {

constexpr std::string_view kProgram = "bench_packaging";

using nlohmann::ordered_json;

void measure_parts(const Options& options, const Setup& setup, ordered_json& parts) {
  const auto wants = [&options](const char* part) { return options.parts.contains(part); };
  if (wants(kPartV)) parts[kPartV] = measure_packing(setup, work_of(kPartV));
  if (wants(kPartVj)) parts[kPartVj] = measure_packing(setup, work_of(kPartVj));
  if (wants(kPartUnlock)) parts[kPartUnlock] = measure_unlocking(setup);
  if (wants(kPartEndToEnd)) parts[kPartEndToEnd] = measure_end_to_end(setup);
  // The peers take a minute for J10k, and are so far apart that one round tells it.
  Setup once = setup;
  once.rounds = 1;
  if (wants(kPartJ10k)) parts[kPartJ10k] = measure_packing(once, work_of(kPartJ10k));
  if (wants(kPartJ)) parts[kPartJ] = measure_many_entries(once);
}

constexpr const char* kRemarks =
    "\nAll contenders encrypt with AES-256, read the same files and write into the page cache; "
    "nobody syncs.\n7zz -mx=1, bsdtar and libzip deflate 1 deflate the speech, rightful stores it "
    "unless compact; text it always deflates but in\n`stored`. Ours alone makes a manifest with "
    "the "
    "SHA-256 of every file, signed. \"disk read\" is what all rounds together\nread from the disk; "
    "0 means that every byte came from the page cache.\n";

void run_bench(const Options& options) {
  remember_stop_signals();
  log::set_level(log::Level::Warn);
  const Programs programs = find_programs();
  const BenchFolder folder;
  Progress progress;
  const ordered_json machine = describe_machine(folder.path());
  ordered_json results = earlier_results(options.add_to, machine);
  results["machine"] = machine;
  results["versions"] = describe_versions(programs);
  print_facts("machine", results["machine"]);
  print_facts("versions", results["versions"]);
  std::fflush(stdout);

  const Setup setup{
      .folder = folder, .programs = programs, .progress = progress, .rounds = options.rounds};
  measure_parts(options, setup, results["parts"]);
  results["ratios"] = ratios_of(results["parts"]);
  results["peak_memory_mib"] = peak_memory_mib(results["parts"]);
  fmt::print("{}", kRemarks);
  print_goals(packaging_goals(), results);
  if (!options.json.empty()) write_file(options.json, results.dump(2) + "\n");
  if (!options.chart.empty()) write_file(options.chart, draw_chart(results));
}

/// A single run in this process. @return false when `arguments` is none.
bool run_single(const std::vector<std::string>& arguments) {
  const std::size_t count = arguments.size();
  if (count == 3 && arguments[0] == "--floor") {
    for (const auto& [primitive, seconds] : measure_floor(arguments[1], arguments[2]))
      fmt::print("{}\t{}\n", primitive, seconds);
  } else if (count == 3 && arguments[0] == "--make") {
    work_of(arguments[1]).make(arguments[2]);
  } else {
    return false;
  }
  return true;
}

int run(const std::vector<std::string>& arguments) {
  if (arguments == std::vector<std::string>{"export-child"}) return run_export_child_unsynced();
  if (run_single(arguments)) return 0;
  return run_with(kProgram, parse_options(arguments), usage(), run_bench);
}

}  // namespace
}  // namespace rightful::bench

int main(int argc, char** argv) {
  using namespace rightful::bench;
  return run_program(kProgram, argc, argv, run);
}
