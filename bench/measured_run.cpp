#include "bench/measured_run.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <map>

#include "rightful/core/failure.hpp"

#include "bench/progress.hpp"
#include "bench/stop_request.hpp"

namespace rightful::bench {
namespace {

CapturedRun run_command(const std::vector<std::string>& command,
                        const std::filesystem::path& directory) {
  CapturedRun run =
      run_captured({.program = command.front(),
                    .arguments = {command.begin() + 1, command.end()},
                    .environment = {"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "HOME=/nonexistent"},
                    .directory = directory,
                    .descriptors = {},
                    .user = {},
                    .group = {},
                    .dies_with_parent = true});
  throw_if_stop_requested();
  if (!run.status.is_success())
    throw Failure(Retry::Never, "bench", command.front() + " failed:\n" + run.output);
  return run;
}

/// Blocks of 512 bytes that all children so far have read from a disk.
std::uint64_t blocks_read() {
  rusage usage{};
  ::getrusage(RUSAGE_CHILDREN, &usage);
  return static_cast<std::uint64_t>(usage.ru_inblock);
}

/// Takes an earlier output out of the way. A folder is renamed and removed with everything else at
/// the end: ext4 is slow at making files just after it removed many, and whoever comes next would
/// pay for it.
void put_aside(const std::filesystem::path& output) {
  if (!std::filesystem::is_directory(output)) {
    std::filesystem::remove(output);
    return;
  }
  static int number = 0;
  std::filesystem::rename(output, output.string() + ".aside-" + std::to_string(++number));
}

}  // namespace

Measurement measure_once(const Contender& contender) {
  put_aside(contender.output);
  Measurement sum{.name = contender.name};
  const std::uint64_t blocks_before = blocks_read();
  for (const auto& command : contender.commands) {
    const auto start = std::chrono::steady_clock::now();
    const CapturedRun run = run_command(command, contender.directory);
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
    sum.wall_s += wall.count();
    sum.cpu_s += std::chrono::duration<double>(run.status.cpu).count();
    sum.peak_mib = std::max(sum.peak_mib, static_cast<double>(run.status.peak_memory_kib) / 1024.0);
  }
  sum.read_from_disk_kib = (blocks_read() - blocks_before) / 2;
  if (std::filesystem::is_regular_file(contender.output))
    sum.output_bytes = std::filesystem::file_size(contender.output);
  return sum;
}

Measurement median_by_wall(std::vector<Measurement> runs) {
  const double peak_mib = std::ranges::max(runs, {}, &Measurement::peak_mib).peak_mib;
  std::uint64_t from_disk = 0;
  for (const Measurement& run : runs)
    from_disk += run.read_from_disk_kib;
  std::ranges::sort(runs, {}, &Measurement::wall_s);
  Measurement median = runs[runs.size() / 2];
  median.peak_mib = peak_mib;
  median.read_from_disk_kib = from_disk;
  return median;
}

std::vector<Measurement> measure_in_turn(const std::vector<Contender>& contenders,
                                         int rounds,
                                         Progress& progress) {
  std::map<std::string, std::vector<Measurement>> runs;
  for (int round = 1; round <= rounds; ++round) {
    for (const Contender& contender : contenders) {
      progress.show(contender.name, round, rounds);
      runs[contender.name].push_back(measure_once(contender));
    }
  }
  progress.clear();
  std::vector<Measurement> medians;
  for (const Contender& contender : contenders)
    medians.push_back(median_by_wall(runs[contender.name]));
  return medians;
}

std::string run_apart(const std::vector<std::string>& command) {
  return run_command(command, {}).output;
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values.at(values.size() / 2);
}

}  // namespace rightful::bench
