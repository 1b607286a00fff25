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
constexpr const char* kPsqlPlain = "psql, plain columns, to a file";
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
  std::uint64_t text_bytes = 0;  ///< what it wrote of the rows, before deflate
};

std::vector<Contender> peers(const SearchTables& tables,
                             std::uint64_t rows,
                             const fs::path& place) {
  const std::string psql = value_of(app::find_postgresql_program("psql")).string();
  const auto contender =
      [&](const char* name, const char* script, const char* columns, const fs::path& output) {
        const std::string copy =
            fmt::format("\\copy (select {} from {} t where account_id = '{}') to stdout",
                        columns,
                        SearchTables::table_name(rows),
                        SearchTables::kLargeAccount);
        return Contender{
            .name = name,
            .commands =
                {{"/bin/bash", "-c", script, psql, tables.url(), copy, output.string(), kPassword}},
            .directory = place,
            .output = output};
      };
  return {contender(kPsqlSevenZip, kPipe, "row_to_json(t)", place / "peer.zip"),
          contender(kPsqlAlone, kToFile, "row_to_json(t)", place / "peer.json"),
          contender(kPsqlPlain, kToFile, "t.*", place / "peer.txt")};
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
      "  {:<30}{:>12}{:>14}{:>12}{:>16}\n", "", "rows/s", "text, MB", "MB/s", "server CPU s");
  for (const Bulk& bulk : all) {
    const double megabytes = static_cast<double>(bulk.text_bytes) / 1e6;
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
    json[i]["text_bytes"] = all[i].text_bytes;
    json[i]["rows_per_s"] = per_second(static_cast<double>(account_rows), all[i]);
    json[i]["text_mb_per_s"] = per_second(static_cast<double>(all[i].text_bytes) / 1e6, all[i]);
  }
  return json;
}

/// Runs of every contender, taken in turn.
class BulkRounds {
 public:
  BulkRounds(const Setup& setup, const SearchTables& tables, ExportOrder& order)
      : setup_(setup), tables_(tables), order_(order) {}

  /// @param others  those beside ours
  void run(const std::vector<Contender>& others) {
    runs_.resize(others.size());
    server_cpu_s_.resize(1 + others.size());
    for (int round = 1; round <= setup_.rounds; ++round) {
      double before = tables_.server_cpu_s();
      setup_.progress.show(kWholeExport, round, setup_.rounds);
      exports_.push_back(order_.run(setup_.programs.self));
      before = note_server(0, before);
      for (std::size_t i = 0; i < others.size(); ++i) {
        setup_.progress.show(others[i].name, round, setup_.rounds);
        runs_[i].push_back(measure_once(others[i]));
        before = note_server(i + 1, before);
      }
    }
    setup_.progress.clear();
  }

  [[nodiscard]] ExportRunFacts ours() const {
    ExportRunFacts median = median_by_wall(exports_);
    median.whole.name = kWholeExport;
    return median;
  }

  /// Ours first.
  [[nodiscard]] std::vector<Bulk> medians() const {
    std::vector<Bulk> all{
        {.measured = ours().whole, .server_cpu_s = server_cpu_s_[0], .text_bytes = 0}};
    for (std::size_t i = 0; i < runs_.size(); ++i) {
      all.push_back({.measured = median_by_wall(runs_[i]),
                     .server_cpu_s = server_cpu_s_[i + 1],
                     .text_bytes = 0});
    }
    return all;
  }

 private:
  double note_server(std::size_t contender, double before) {
    const double now = tables_.server_cpu_s();
    server_cpu_s_[contender] += (now - before) / setup_.rounds;
    return now;
  }

  const Setup& setup_;
  const SearchTables& tables_;
  ExportOrder& order_;
  std::vector<ExportRunFacts> exports_;
  std::vector<std::vector<Measurement>> runs_;
  std::vector<double> server_cpu_s_;
};

/// What the package holds.
struct Content {
  FolderSize size;
  std::map<std::string, std::uint64_t> kinds;
  std::uint64_t rows_bytes = 0;
};

/// Of a first export, which is not counted.
Content content_of_first(const Setup& setup, ExportOrder& order, const fs::path& place) {
  setup.progress.show("first export, not counted");
  static_cast<void>(order.run(setup.programs.self));
  const fs::path folder = unpack_export(setup.programs, order, place);
  Content content{.size = size_of(folder),
                  .kinds = bytes_by_kind(folder),
                  .rows_bytes = fs::file_size(folder / "data" / "search.json")};
  fs::remove_all(folder);
  return content;
}

}  // namespace

ordered_json measure_bulk_export(const Setup& setup,
                                 const SearchTables& tables,
                                 std::uint64_t rows,
                                 OwnerIndex index) {
  const std::uint64_t account_rows = rows / 10;
  const std::string title = fmt::format("one account's {} rows out of {}, index on {}",
                                        account_rows,
                                        rows,
                                        index == OwnerIndex::Owner ? "the owner" : "owner and key");
  setup.progress.begin(title);
  tables.set_index(setup, rows, index);
  const fs::path place = setup.folder.make("bulk");
  ExportOrder order(tables.exported(rows, SearchTables::kLargeAccount), place);
  const Content content = content_of_first(setup, order, place);

  const std::vector<Contender> others = peers(tables, rows, place);
  BulkRounds rounds(setup, tables, order);
  rounds.run(others);
  std::vector<Bulk> all = rounds.medians();
  all[0].text_bytes = content.rows_bytes;
  for (std::size_t i = 0; i < others.size(); ++i) {
    // 7-Zip deflates what psql alone wrote into its file.
    const Contender& writer = others[i].name == kPsqlSevenZip ? others[i + 1] : others[i];
    all[i + 1].text_bytes = fs::file_size(writer.output);
  }
  print_title(title);
  fmt::print("  {} files, {:.1f} MB in our package: {}; medians of {} rounds taken in turn\n",
             content.size.files,
             static_cast<double>(content.size.bytes) / 1e6,
             describe(content.kinds),
             setup.rounds);
  const ExportRunFacts ours = rounds.ours();
  print(all, account_rows, ours);
  ordered_json stages;
  for (const auto& [stage, seconds] : ours.stages_s)
    stages[stage] = seconds;
  return {{"what", title},
          {"table_rows", rows},
          {"account_rows", account_rows},
          {"rounds", setup.rounds},
          {"files", content.size.files},
          {"bytes", content.size.bytes},
          {"bytes_by_kind", content.kinds},
          {"contenders", json_of(all, account_rows)},
          {"stages_s", stages}};
}

}  // namespace rightful::bench
