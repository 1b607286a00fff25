#include "bench/measured_run.hpp"

#include <algorithm>
#include <chrono>
#include <map>

#include "rightful/core/failure.hpp"

namespace rightful::bench {
namespace {

Measurement run_once(const Contender& contender) {
  std::filesystem::remove(contender.output);
  SubprocessSpec spec{.program = contender.command.front(),
                      .arguments = {contender.command.begin() + 1, contender.command.end()},
                      .environment = {"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8"},
                      .directory = contender.directory,
                      .descriptors = {},
                      .user = {},
                      .group = {}};
  const auto start = std::chrono::steady_clock::now();
  const CapturedRun run = run_captured(spec);
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
  if (!run.status.is_success()) {
    throw Failure(Retry::Never, "bench", contender.name + " failed:\n" + run.output);
  }
  return {.name = contender.name,
          .wall_s = wall.count(),
          .cpu_s = std::chrono::duration<double>(run.status.cpu).count(),
          .peak_mib = static_cast<double>(run.status.peak_memory_kib) / 1024.0,
          .output_bytes = std::filesystem::file_size(contender.output)};
}

Measurement median_by_wall(std::vector<Measurement> runs) {
  std::ranges::sort(runs, {}, &Measurement::wall_s);
  return runs[runs.size() / 2];
}

}  // namespace

std::vector<Measurement> measure_in_turn(const std::vector<Contender>& contenders, int rounds) {
  std::map<std::string, std::vector<Measurement>> runs;
  for (int round = 0; round < rounds; ++round) {
    for (const Contender& contender : contenders)
      runs[contender.name].push_back(run_once(contender));
  }
  std::vector<Measurement> medians;
  for (const Contender& contender : contenders)
    medians.push_back(median_by_wall(runs[contender.name]));
  return medians;
}

}  // namespace rightful::bench
