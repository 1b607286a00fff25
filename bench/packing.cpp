#include "bench/packing.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include "rightful/core/failure.hpp"
#include "rightful/core/unique_fd.hpp"

#include "bench/floor.hpp"
#include "bench/tables.hpp"

namespace rightful::bench {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

/// Seconds until the disk has all of a file that was just written.
double time_sync(const fs::path& file) {
  const UniqueFd fd(::open(file.c_str(), O_RDWR | O_CLOEXEC));
  if (!fd.is_open()) throw_system_failure("open " + file.string(), errno);
  const auto start = std::chrono::steady_clock::now();
  if (::fsync(fd.get()) != 0) throw_system_failure("fsync " + file.string(), errno);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double measure_sync(const Setup& setup, const Contender& packer) {
  setup.progress.show("fsync");
  std::vector<double> times;
  for (int round = 0; round < setup.rounds; ++round) {
    fs::remove(packer.output);
    run_apart(packer.commands.front());
    times.push_back(time_sync(packer.output));
  }
  return median(std::move(times));
}

ordered_json json_of(const Floor& floor) {
  ordered_json json;
  for (const auto& [primitive, seconds] : floor)
    json[primitive] = seconds;
  return json;
}

/// The primitives, their sum, and what ours took.
void print_floor(const Floor& floor, const Measurement& ours) {
  fmt::print("  primitives alone, CPU ms on the same bytes:\n");
  for (const auto& [primitive, seconds] : floor)
    fmt::print("    {:<28}{:>9.1f}\n", primitive, seconds * 1e3);
  const double sum = sum_of(floor);
  fmt::print("    {:<28}{:>9.1f}   ours {:.1f} = {:.2f} times\n",
             "sum",
             sum * 1e3,
             ours.cpu_s * 1e3,
             ours.cpu_s / sum);
}

}  // namespace

ordered_json measure_packing(const Setup& setup, const Work& work) {
  setup.progress.begin(fmt::format("{}: {}", work.name, work.what));
  setup.folder.demand_space(work.disk_bytes, "the work " + std::string(work.name));
  const fs::path place = setup.folder.make(std::string(work.name));
  const fs::path folder = place / "work";
  // In a process of its own: what this one holds would count as memory of every contender.
  run_apart({setup.programs.self.string(), "--make", std::string(work.name), folder.string()});
  const FolderSize size = size_of(folder);

  const std::vector<Contender> packers = all_packers(setup.programs, folder);
  const auto rows = measure_in_turn(packers, setup.rounds, setup.progress);
  setup.progress.show("primitives");
  const Floor floor =
      measure_floor_apart(setup.programs.self, folder, place / "floor", setup.rounds);
  const double sync_s = measure_sync(setup, packers.front());
  setup.progress.show("removing the work");
  fs::remove_all(place);
  setup.progress.clear();

  print_work(work, size, setup.rounds);
  print_rows(rows);
  print_floor(floor, rows.front());
  fmt::print("  fsync of the package afterwards: {:.3f} s; in no other figure\n", sync_s);
  return {{"what", work.what},
          {"files", size.files},
          {"bytes", size.bytes},
          {"rounds", setup.rounds},
          {"contenders", json_of(rows)},
          {"primitives_s", json_of(floor)},
          {"fsync_s", sync_s}};
}

ordered_json measure_many_entries(const Setup& setup) {
  const Work& work = work_of("J");
  setup.progress.begin(fmt::format("{}: {}", work.name, work.what));
  setup.folder.demand_space(work.disk_bytes, "the work J");
  const fs::path place = setup.folder.make(std::string(work.name));
  const fs::path output = place / "rightful.zip";
  run_apart({setup.programs.self.string(), "--make", std::string(work.name), place.string()});
  const FolderSize size = size_of(place);
  const auto rows = measure_in_turn({{.name = kDefault,
                                      .commands = {{setup.programs.writer.string(),
                                                    "--write-records",
                                                    (place / kRecordsFile).string(),
                                                    output.string()}},
                                      .directory = place,
                                      .output = output}},
                                    setup.rounds,
                                    setup.progress);
  fs::remove_all(place);
  print_work(work, size, setup.rounds);
  print_rows(rows);
  return {{"what", work.what},
          {"bytes", size.bytes},
          {"rounds", setup.rounds},
          {"contenders", json_of(rows)}};
}

}  // namespace rightful::bench
