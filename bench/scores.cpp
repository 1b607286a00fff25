#include "bench/scores.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string>

#include "bench/contenders.hpp"
#include "bench/end_to_end.hpp"
#include "bench/options.hpp"
#include "bench/unlocking.hpp"

namespace rightful::bench {
namespace {

using nlohmann::ordered_json;

constexpr std::array<Goal, 9> kGoals{{
    {"default_vs_7zz_mx1", "VJ: times faster than 7zz -mx=1 with 2 threads", Wanted::AtLeast, 8},
    {"default_vs_bsdtar", "VJ: times faster than bsdtar", Wanted::AtLeast, 20},
    {"default_vs_7zz_copy", "VJ: times faster than 7zz -mm=Copy, 2 threads", Wanted::AtLeast, 2.8},
    {"stored_v_vs_7zz_copy",
     "V, stored: times faster than 7zz -mm=Copy, 2 threads",
     Wanted::AtLeast,
     4},
    {"compact_vs_7zz_mx1",
     "VJ, compact: times faster than 7zz -mx=1, 2 threads",
     Wanted::AtLeast,
     4},
    {"end_to_end_vs_packaging", "end to end over packing its files alone", Wanted::AtMost, 2.5},
    {"unlock_vs_7zz_x", "unlock: times faster than 7zz x to the same files", Wanted::AtLeast, 2},
    {"cpu_vs_primitives", "VJ: CPU over the sum of the primitives", Wanted::AtMost, 1.5},
    {"peak_memory_mib", "peak memory of ours, MiB", Wanted::AtMost, 64},
}};

/// The row of a contender in a part, if it was measured.
const ordered_json* row_of(const ordered_json& parts, const char* part, std::string_view name) {
  if (!parts.contains(part)) return nullptr;
  for (const ordered_json& row : parts.at(part).at("contenders")) {
    if (row.at("contender").get_ref<const std::string&>() == name) return &row;
  }
  return nullptr;
}

/// Wall of one over wall of the other.
void add_ratio(ordered_json& ratios,
               const char* key,
               const ordered_json* over,
               const ordered_json* under) {
  if (over == nullptr || under == nullptr) return;
  ratios[key] = over->at("wall_s").get<double>() / under->at("wall_s").get<double>();
}

double sum_of_values(const ordered_json& object) {
  double sum = 0;
  for (const auto& [name, value] : object.items())
    sum += value.get<double>();
  return sum;
}

bool is_ours(const ordered_json& row) {
  const auto& name = row.at("contender").get_ref<const std::string&>();
  return name.starts_with("rightful") || name == "end to end" || name.starts_with("packing");
}

}  // namespace

ordered_json ratios_of(const ordered_json& parts) {
  const auto row = [&parts](const char* part, std::string_view name) {
    return row_of(parts, part, name);
  };
  ordered_json ratios = ordered_json::object();
  const ordered_json* const ours = row(kPartVj, kDefault);
  add_ratio(ratios, "default_vs_7zz_mx1", row(kPartVj, kSevenZip1), ours);
  add_ratio(ratios, "default_vs_bsdtar", row(kPartVj, kBsdtar), ours);
  add_ratio(ratios, "default_vs_7zz_copy", row(kPartVj, kSevenZipCopy), ours);
  add_ratio(ratios, "stored_v_vs_7zz_copy", row(kPartV, kSevenZipCopy), row(kPartV, kStored));
  add_ratio(ratios, "compact_vs_7zz_mx1", row(kPartVj, kSevenZip1), row(kPartVj, kCompact));
  add_ratio(ratios,
            "end_to_end_vs_packaging",
            row(kPartEndToEnd, kEndToEnd),
            row(kPartEndToEnd, kPackingAlone));
  add_ratio(
      ratios, "unlock_vs_7zz_x", row(kPartUnlock, kSevenZipBoth), row(kPartUnlock, kUnlockFolder));
  if (ours != nullptr) {
    ratios["cpu_vs_primitives"] =
        ours->at("cpu_s").get<double>() / sum_of_values(parts.at(kPartVj).at("primitives_s"));
  }
  return ratios;
}

double peak_memory_mib(const ordered_json& parts) {
  double peak = 0;
  for (const auto& [name, part] : parts.items()) {
    for (const ordered_json& row : part.at("contenders"))
      if (is_ours(row)) peak = std::max(peak, row.at("peak_mib").get<double>());
  }
  return peak;
}

std::span<const Goal> packaging_goals() {
  return kGoals;
}

}  // namespace rightful::bench
