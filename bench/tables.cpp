#include "bench/tables.hpp"

#include <nlohmann/json.hpp>

#include <fmt/format.h>

namespace rightful::bench {

using nlohmann::ordered_json;

void print_facts(std::string_view title, const ordered_json& facts) {
  print_title(title);
  for (const auto& [name, value] : facts.items())
    fmt::print("  {:<14}{}\n", name, value.is_string() ? value.get<std::string>() : value.dump());
}

void print_work(const Work& work, const FolderSize& size, int rounds) {
  print_title(fmt::format("{}: {}", work.name, work.what));
  fmt::print("  {} files, {:.1f} MB; {}\n",
             size.files,
             static_cast<double>(size.bytes) / 1e6,
             rounds == 1 ? std::string("one round")
                         : fmt::format("medians of {} rounds taken in turn", rounds));
}

void print_title(std::string_view title) {
  fmt::print("\n{}\n", title);
}

void print_rows(const std::vector<Measurement>& rows) {
  fmt::print("  {:<30}{:>9}{:>9}{:>10}{:>13}{:>9}{:>12}\n",
             "",
             "wall s",
             "CPU s",
             "peak MiB",
             "bytes",
             "× ours",
             "disk read");
  for (const Measurement& row : rows) {
    fmt::print("  {:<30}{:>9.3f}{:>9.3f}{:>10.1f}{:>13}{:>9.2f}{:>8} KiB\n",
               row.name,
               row.wall_s,
               row.cpu_s,
               row.peak_mib,
               row.output_bytes == 0 ? std::string("-") : std::to_string(row.output_bytes),
               row.wall_s / rows.front().wall_s,
               row.read_from_disk_kib);
  }
}

ordered_json json_of(const std::vector<Measurement>& rows) {
  ordered_json json = ordered_json::array();
  for (const Measurement& row : rows) {
    json.push_back({{"contender", row.name},
                    {"wall_s", row.wall_s},
                    {"cpu_s", row.cpu_s},
                    {"peak_mib", row.peak_mib},
                    {"bytes", row.output_bytes},
                    {"read_from_disk_kib", row.read_from_disk_kib},
                    {"wall_vs_ours", row.wall_s / rows.front().wall_s}});
  }
  return json;
}

}  // namespace rightful::bench
