#include "bench/bulk_export.hpp"

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "app/demo_shop.hpp"
#include "bench/exported_files.hpp"
#include "bench/tables.hpp"
#include "bench/value_of.hpp"
#include "bench/workload.hpp"

namespace rightful::bench {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr const char* kPsqlAlone = "psql alone, to a file";
constexpr const char* kPassword = "0123-4567-89AB-CDEF-0123-4567-89AB-CDEF";  // as long as ours

// $0 psql, $1 URL, $2 command, $3 output, $4 password. Debian's sh knows no pipefail.
constexpr const char* kPipe =
    R"(set -o pipefail; "$0" -X -q -d "$1" -c "$2" |)"
    R"( /usr/bin/7zz a -tzip -sisearch.json "-p$4" -mx=1 -mem=AES256 -bso0 -bsp0 "$3")";
constexpr const char* kToFile = R"("$0" -X -q -d "$1" -c "$2" > "$3")";

/// One contender, and what the server spent on it.
struct Bulk {
  Measurement measured;
  double server_cpu_s = 0;       ///< mean of all rounds
  std::uint64_t json_bytes = 0;  ///< what it wrote as JSON, before deflate
};

std::vector<Contender> peers(const SearchTables& tables,
                             std::uint64_t rows,
                             const fs::path& place) {
  const std::string psql = value_of(app::find_postgresql_program("psql")).string();
  const std::string copy =
      fmt::format("\\copy (select row_to_json(t) from {} t where account_id = '{}') to stdout",
                  SearchTables::table_name(rows),
                  SearchTables::kLargeAccount);
  const auto contender = [&](const char* name, const char* script, const fs::path& output) {
    return Contender{
        .name = name,
        .commands =
            {{"/bin/bash", "-c", script, psql, tables.url(), copy, output.string(), kPassword}},
        .directory = place,
        .output = output};
  };
  return {contender(kPsqlSevenZip, kPipe, place / "peer.zip"),
          contender(kPsqlAlone, kToFile, place / "peer.json")};
}

double per_second(double amount, const Bulk& bulk) {
  return amount / bulk.measured.wall_s;
}

void print(const std::vector<Bulk>& all,
           std::uint64_t account_rows,
           const ExportRunFacts& export_run) {
  std::vector<Measurement> rows;
  for (const Bulk& bulk : all)
    rows.push_back(bulk.measured);
  print_rows(rows);
  fmt::print(
      "  {:<30}{:>12}{:>14}{:>12}{:>16}\n", "", "rows/s", "JSON, MB", "MB/s", "server CPU s");
  for (const Bulk& bulk : all) {
    const double megabytes = static_cast<double>(bulk.json_bytes) / 1e6;
    fmt::print("  {:<30}{:>12.0f}{:>14.1f}{:>12.1f}{:>16.2f}\n",
               bulk.measured.name,
               per_second(static_cast<double>(account_rows), bulk),
               megabytes,
               per_second(megabytes, bulk),
               bulk.server_cpu_s);
  }
  fmt::print("  ours, wall s:");
  for (const auto& [stage, seconds] : export_run.stages_s)
    fmt::print(" {} {:.3f}", stage, seconds);
  fmt::print("\n");
  std::fflush(stdout);
}

ordered_json json_of(const std::vector<Bulk>& all, std::uint64_t account_rows) {
  std::vector<Measurement> rows;
  for (const Bulk& bulk : all)
    rows.push_back(bulk.measured);
  ordered_json json = bench::json_of(rows);
  for (std::size_t i = 0; i < all.size(); ++i) {
    json[i]["server_cpu_s"] = all[i].server_cpu_s;
    json[i]["json_bytes"] = all[i].json_bytes;
    json[i]["rows_per_s"] = per_second(static_cast<double>(account_rows), all[i]);
    json[i]["json_mb_per_s"] = per_second(static_cast<double>(all[i].json_bytes) / 1e6, all[i]);
  }
  return json;
}

}  // namespace

ordered_json measure_bulk_export(const Setup& setup,
                                 const SearchTables& tables,
                                 std::uint64_t rows) {
  const std::uint64_t account_rows = rows / 10;
  setup.progress.begin(fmt::format("{} rows of {}", account_rows, rows));
  const fs::path place = setup.folder.make("bulk");
  ExportOrder order(tables.exported(rows, SearchTables::kLargeAccount), place);
  const std::vector<Contender> others = peers(tables, rows, place);

  setup.progress.show("first export, not counted");
  static_cast<void>(order.run(setup.programs.self));
  const fs::path folder = unpack_export(setup.programs, order, place);
  const FolderSize size = size_of(folder);
  const auto kinds = bytes_by_kind(folder);
  std::vector<Bulk> all(1 + others.size());
  all[0].json_bytes = fs::file_size(folder / "data" / "search.json");
  fs::remove_all(folder);

  std::vector<ExportRunFacts> exports;
  std::vector<std::vector<Measurement>> runs(others.size());
  double server_before = tables.server_cpu_s();
  const auto note_server = [&](Bulk& bulk) {
    const double now = tables.server_cpu_s();
    bulk.server_cpu_s += (now - server_before) / setup.rounds;
    server_before = now;
  };
  for (int round = 1; round <= setup.rounds; ++round) {
    setup.progress.show(kWholeExport, round, setup.rounds);
    exports.push_back(order.run(setup.programs.self));
    note_server(all[0]);
    for (std::size_t i = 0; i < others.size(); ++i) {
      setup.progress.show(others[i].name, round, setup.rounds);
      runs[i].push_back(measure_once(others[i]));
      note_server(all[i + 1]);
    }
  }
  setup.progress.clear();
  ExportRunFacts ours = median_by_wall(std::move(exports));
  ours.whole.name = kWholeExport;
  all[0].measured = ours.whole;
  const std::uint64_t peer_json = fs::file_size(others.back().output);
  for (std::size_t i = 0; i < others.size(); ++i) {
    all[i + 1].measured = median_by_wall(std::move(runs[i]));
    all[i + 1].json_bytes = peer_json;
  }
  print_title(fmt::format("one account's {} rows out of {}", account_rows, rows));
  fmt::print("  {} files, {:.1f} MB in our package: {}; medians of {} rounds taken in turn\n",
             size.files,
             static_cast<double>(size.bytes) / 1e6,
             describe(kinds),
             setup.rounds);
  print(all, account_rows, ours);
  ordered_json stages;
  for (const auto& [stage, seconds] : ours.stages_s)
    stages[stage] = seconds;
  return {{"what", "one account's rows out of a large table"},
          {"table_rows", rows},
          {"account_rows", account_rows},
          {"rounds", setup.rounds},
          {"files", size.files},
          {"bytes", size.bytes},
          {"bytes_by_kind", kinds},
          {"contenders", json_of(all, account_rows)},
          {"stages_s", stages}};
}

}  // namespace rightful::bench
