#include "bench/goals.hpp"

#include <nlohmann/json.hpp>
#include <optional>

#include <fmt/format.h>

#include "bench/tables.hpp"

namespace rightful::bench {
namespace {

using nlohmann::ordered_json;

std::optional<double> reached(const ordered_json& results, const char* key) {
  if (const auto& ratios = results.at("ratios"); ratios.contains(key))
    return ratios.at(key).get<double>();
  if (results.contains(key) && results.at(key).get<double>() > 0)
    return results.at(key).get<double>();
  return std::nullopt;
}

}  // namespace

void print_goals(std::span<const Goal> goals, const ordered_json& results) {
  print_title("goals");
  for (const Goal& goal : goals) {
    const auto value = reached(results, goal.key);
    if (!value) continue;
    const bool is_reached =
        goal.wanted == Wanted::AtLeast ? *value >= goal.bound : *value <= goal.bound;
    fmt::print("  {:<52}{:>9.2f}  goal {} {:<7}{}\n",
               goal.what,
               *value,
               goal.wanted == Wanted::AtLeast ? "≥" : "≤",
               goal.bound,
               is_reached ? "reached" : "missed");
  }
}

}  // namespace rightful::bench
