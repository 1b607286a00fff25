#include "bench/account_time.hpp"

#include <algorithm>
#include <deque>
#include <nlohmann/json.hpp>
#include <string>

#include <fmt/format.h>

#include "bench/tables.hpp"

namespace rightful::bench {
namespace {

using nlohmann::ordered_json;

constexpr int kColdAccounts = 3;

/// Times of all exports out of one table.
struct TableTimes {
  std::uint64_t rows = 0;
  std::vector<double> warm_s;
  std::vector<double> collecting_s;  ///< of the warm ones
  std::vector<double> cold_s;
  double peak_mib = 0;
};

double seconds_of(const ExportRunFacts& run, std::string_view wanted) {
  for (const auto& [stage, seconds] : run.stages_s)
    if (stage == wanted) return seconds;
  return 0;
}

ordered_json json_of(const TableTimes& times) {
  return {{"table_rows", times.rows},
          {"warm_s", median(times.warm_s)},
          {"warm_least_s", std::ranges::min(times.warm_s)},
          {"warm_most_s", std::ranges::max(times.warm_s)},
          {"warm_collecting_s", median(times.collecting_s)},
          {"cold_s", median(times.cold_s)},
          {"peak_mib", times.peak_mib}};
}

void print(const std::vector<TableTimes>& all, int rounds) {
  print_title(fmt::format("one account's {} rows, spread over tables that grow",
                          SearchTables::kSmallAccountRows));
  fmt::print("  whole exports: warm, medians of {} accounts × {} rounds; cold, of {} accounts\n",
             SearchTables::kSmallAccounts,
             rounds,
             kColdAccounts);
  fmt::print("  {:<18}{:>10}{:>20}{:>14}{:>10}{:>10}\n",
             "rows of the table",
             "warm ms",
             "least – most",
             "collecting",
             "cold ms",
             "peak MiB");
  for (const TableTimes& times : all) {
    fmt::print("  {:<18}{:>10.1f}{:>20}{:>14.1f}{:>10.1f}{:>10.1f}\n",
               times.rows,
               median(times.warm_s) * 1e3,
               fmt::format("{:.1f} – {:.1f}",
                           std::ranges::min(times.warm_s) * 1e3,
                           std::ranges::max(times.warm_s) * 1e3),
               median(times.collecting_s) * 1e3,
               median(times.cold_s) * 1e3,
               times.peak_mib);
  }
  std::fflush(stdout);
}

/// One order an account, for the table of `rows` rows.
std::deque<ExportOrder> orders_of(const SearchTables& tables,
                                  std::uint64_t rows,
                                  const std::filesystem::path& place) {
  std::deque<ExportOrder> orders;
  for (int account = 1; account <= SearchTables::kSmallAccounts; ++account)
    orders.emplace_back(tables.exported(rows, SearchTables::small_account(account)), place);
  return orders;
}

void take_warm(TableTimes& times, ExportOrder& order, const Setup& setup) {
  const ExportRunFacts run = order.run(setup.programs.self);
  times.warm_s.push_back(run.whole.wall_s);
  times.collecting_s.push_back(seconds_of(run, "collecting"));
  times.peak_mib = std::max(times.peak_mib, run.whole.peak_mib);
}

}  // namespace

ordered_json measure_account_time(const Setup& setup,
                                  SearchTables& tables,
                                  const std::vector<std::uint64_t>& sizes) {
  setup.progress.begin(
      fmt::format("accounts of {} rows in growing tables", SearchTables::kSmallAccountRows));
  const std::filesystem::path place = setup.folder.make("accounts");
  std::vector<TableTimes> all(sizes.size());
  std::vector<std::deque<ExportOrder>> orders;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    all[i].rows = sizes[i];
    orders.push_back(orders_of(tables, sizes[i], place));
    for (ExportOrder& order : orders.back())
      static_cast<void>(order.run(setup.programs.self));  // not counted: makes it warm
  }
  for (int round = 1; round <= setup.rounds; ++round) {
    setup.progress.show("warm", round, setup.rounds);
    for (std::size_t account = 0; account < SearchTables::kSmallAccounts; ++account)
      for (std::size_t i = 0; i < sizes.size(); ++i)
        take_warm(all[i], orders[i][account], setup);
  }
  for (std::size_t account = 0; account < kColdAccounts; ++account) {
    setup.progress.show("cold", static_cast<int>(account) + 1, kColdAccounts);
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      tables.forget_everything_read();
      all[i].cold_s.push_back(orders[i][account].run(setup.programs.self).whole.wall_s);
    }
  }
  setup.progress.clear();
  print(all, setup.rounds);
  ordered_json json = ordered_json::array();
  for (const TableTimes& times : all)
    json.push_back(json_of(times));
  return {{"what", "one account of fixed size in growing tables"},
          {"account_rows", SearchTables::kSmallAccountRows},
          {"accounts", SearchTables::kSmallAccounts},
          {"rounds", setup.rounds},
          {"tables", json}};
}

}  // namespace rightful::bench
