// bench_sources: how fast do one account's rows come out of a large table, beside what a user would
// pick instead, and does an account's time grow with the table?
#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "rightful/core/log.hpp"

#include "bench/account_time.hpp"
#include "bench/bar_chart.hpp"
#include "bench/bulk_export.hpp"
#include "bench/command_line.hpp"
#include "bench/export_child_mode.hpp"
#include "bench/goals.hpp"
#include "bench/machine.hpp"
#include "bench/plain_file.hpp"
#include "bench/search_tables.hpp"
#include "bench/sources_options.hpp"
#include "bench/stop_request.hpp"
#include "bench/tables.hpp"

namespace rightful::bench {
namespace {

constexpr std::string_view kProgram = "bench_sources";

using nlohmann::ordered_json;

constexpr const char* kBulk = "bulk";
constexpr const char* kBulkKeyed = "bulk_index_on_owner_and_key";
constexpr const char* kAccounts = "accounts";
constexpr std::uint64_t kFullRows = 10'000'000;  // goals are of this size

constexpr std::array<Goal, 5> kGoals{{
    {"path_vs_psql_7zz", "whole path: times faster than psql | 7zz -mx=1", Wanted::AtLeast, 3},
    {"path_vs_psql_7zz_index_on_owner_and_key",
     "the same with an index on owner and key",
     Wanted::AtLeast,
     3},
    {"account_time_1e7_vs_1e5",
     "an account's time, largest over smallest table",
     Wanted::AtMost,
     1.2},
    {"account_time_1e7_vs_1e5", "… and not below, which would be noise", Wanted::AtLeast, 0.8},
    {"peak_memory_mib", "peak memory of ours, MiB", Wanted::AtMost, 64},
}};

constexpr const char* kRemarks =
    "\nOurs does more: every row's owner is compared, rows are ordered and counted, and besides "
    "JSON there are HTML pages,\na signed manifest with the SHA-256 of every file, and the stored "
    "package is read back and checked. The peer encrypts\none file of JSON lines and checks "
    "nothing. Nobody syncs. CPU is of the processes that a user starts; the server's\nstands "
    "apart. MB/s are of the text that each writes of the rows. The peer's peak is that of the "
    "larger of its "
    "two processes.\n";

ordered_json ratios_of(const ordered_json& parts) {
  const auto over = [](const ordered_json& one, const ordered_json& other, const char* key) {
    return one.at(key).get<double>() / other.at(key).get<double>();
  };
  ordered_json ratios = ordered_json::object();
  if (parts.contains(kBulk)) {
    const ordered_json& contenders = parts.at(kBulk).at("contenders");
    ratios["path_vs_psql_7zz"] = over(contenders.at(1), contenders.at(0), "wall_s");
    ratios["path_vs_psql_alone"] = over(contenders.at(2), contenders.at(0), "wall_s");
    // What any program could reach that takes no time of its own.
    ratios["plain_columns_vs_psql_7zz"] = over(contenders.at(1), contenders.at(3), "wall_s");
  }
  if (parts.contains(kBulkKeyed)) {
    const ordered_json& contenders = parts.at(kBulkKeyed).at("contenders");
    ratios["path_vs_psql_7zz_index_on_owner_and_key"] =
        over(contenders.at(1), contenders.at(0), "wall_s");
  }
  if (parts.contains(kAccounts)) {
    const ordered_json& tables = parts.at(kAccounts).at("tables");
    const bool is_full = tables.back().at("table_rows").get<std::uint64_t>() == kFullRows;
    const std::string sizes = is_full ? "1e7_vs_1e5" : "largest_vs_smallest";
    ratios["account_time_" + sizes] = over(tables.back(), tables.front(), "warm_s");
    ratios["account_time_cold_" + sizes] = over(tables.back(), tables.front(), "cold_s");
  }
  return ratios;
}

double peak_memory_mib(const ordered_json& parts) {
  double peak = 0;
  for (const char* const bulk : {kBulk, kBulkKeyed})
    if (parts.contains(bulk))
      peak = std::max(peak, parts.at(bulk).at("contenders").at(0).at("peak_mib").get<double>());
  if (parts.contains(kAccounts))
    for (const ordered_json& table : parts.at(kAccounts).at("tables"))
      peak = std::max(peak, table.at("peak_mib").get<double>());
  return peak;
}

/// The contenders, and the stages of ours.
void add_bulk(std::vector<BarBlock>& blocks, const ordered_json& bulk) {
  blocks.push_back(contenders_block("Seconds: " + bulk.at("what").get<std::string>(), bulk));
  BarBlock stages{.title = "Of our export, seconds", .bars = {}};
  for (const auto& [stage, seconds] : bulk.at("stages_s").items()) {
    stages.bars.push_back({.label = stage,
                           .value = seconds.get<double>(),
                           .shown = fmt::format("{:.2f} s", seconds.get<double>()),
                           .kind = "part"});
  }
  blocks.push_back(std::move(stages));
}

BarBlock accounts_block(const ordered_json& tables) {
  BarBlock block{
      .title = fmt::format("A whole export of {} rows out of tables that grow, milliseconds",
                           SearchTables::kSmallAccountRows),
      .bars = {}};
  for (const ordered_json& table : tables) {
    const double ms = table.at("warm_s").get<double>() * 1e3;
    block.bars.push_back(
        {.label = fmt::format("{} rows", table.at("table_rows").get<std::uint64_t>()),
         .value = ms,
         .shown = fmt::format("{:.0f} ms", ms),
         .kind = "ours"});
  }
  return block;
}

std::string draw(const ordered_json& parts) {
  std::vector<BarBlock> blocks;
  for (const char* const bulk : {kBulk, kBulkKeyed})
    if (parts.contains(bulk)) add_bulk(blocks, parts.at(bulk));
  if (parts.contains(kAccounts)) blocks.push_back(accounts_block(parts.at(kAccounts).at("tables")));
  return draw_bars("How fast an account's rows come out of PostgreSQL; shorter is faster", blocks);
}

/// Where the tables lie: where the user wants them, else in the bench's own folder.
std::filesystem::path place_of_tables(const SourcesOptions& options, const BenchFolder& folder) {
  std::filesystem::path place = folder.path() / "tables";
  if (!options.tables.empty()) place = std::filesystem::absolute(options.tables);
  std::filesystem::create_directories(place);
  // PostgreSQL runs as a user of its own and passes through.
  std::filesystem::permissions(
      place, std::filesystem::perms::others_exec, std::filesystem::perm_options::add);
  return place;
}

/// The tables and what is measured on them.
ordered_json measure_parts(const Setup& setup, const SourcesOptions& options) {
  const std::vector<std::uint64_t> sizes{options.rows / 100, options.rows / 10, options.rows};
  const auto started = std::chrono::steady_clock::now();
  SearchTables tables = SearchTables::build(setup, place_of_tables(options, setup.folder), sizes);
  const std::chrono::duration<double> loading = std::chrono::steady_clock::now() - started;
  setup.progress.clear();
  fmt::print("\ntables were ready after {:.1f} s\n", loading.count());
  std::fflush(stdout);
  ordered_json parts = ordered_json::object();
  if (options.wants_bulk) {
    parts[kBulkKeyed] = measure_bulk_export(setup, tables, options.rows, OwnerIndex::OwnerAndKey);
    parts[kBulk] = measure_bulk_export(setup, tables, options.rows, OwnerIndex::Owner);
  }
  if (options.wants_accounts) {
    tables.set_index(setup, options.rows, OwnerIndex::Owner);
    parts[kAccounts] = measure_account_time(setup, tables, sizes);
  }
  return parts;
}

void run_bench(const SourcesOptions& options) {
  remember_stop_signals();
  log::set_level(log::Level::Warn);
  const Programs programs = find_programs();
  const BenchFolder folder;
  Progress progress;
  ordered_json results;
  results["machine"] = describe_machine(folder.path());
  results["versions"] = describe_versions(programs);
  results["versions"]["PostgreSQL"] = SearchTables::server_version();
  print_facts("machine", results["machine"]);
  print_facts("versions", results["versions"]);
  std::fflush(stdout);
  const Setup setup{
      .folder = folder, .programs = programs, .progress = progress, .rounds = options.rounds};
  results["parts"] = measure_parts(setup, options);
  results["ratios"] = ratios_of(results["parts"]);
  results["peak_memory_mib"] = peak_memory_mib(results["parts"]);
  fmt::print("{}", kRemarks);
  print_goals(kGoals, results);
  if (!options.json.empty()) write_file(options.json, results.dump(2) + "\n");
  if (!options.chart.empty()) write_file(options.chart, draw(results["parts"]));
}

int run(const std::vector<std::string>& arguments) {
  if (arguments == std::vector<std::string>{"export-child"}) return run_export_child_unsynced();
  return run_with(kProgram, parse_sources_options(arguments), sources_usage(), run_bench);
}

}  // namespace
}  // namespace rightful::bench

int main(int argc, char** argv) {
  using namespace rightful::bench;
  return run_program(kProgram, argc, argv, run);
}
