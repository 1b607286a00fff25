/// @file
/// What is to be reached, and what was.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <span>

namespace rightful::bench {

enum class Wanted : std::uint8_t { AtLeast, AtMost };

struct Goal {
  const char* key;  ///< of a ratio, or of a figure beside the ratios
  const char* what;
  Wanted wanted;
  double bound;
};

/// One line a goal: what it is, what was reached, and the word for it. A goal whose part was not
/// measured has none.
/// @param results  with `ratios` and `peak_memory_mib`
void print_goals(std::span<const Goal> goals, const nlohmann::ordered_json& results);

}  // namespace rightful::bench
