/// @file
/// What the figures of bench_packaging are worth: ratios, peak memory, and the goals.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>

#include "bench/goals.hpp"

namespace rightful::bench {

/// From `parts` (part → its figures, as they are in the JSON file): only those ratios whose parts
/// were measured. A ratio's two sides come from one part, so from one run.
[[nodiscard]] nlohmann::ordered_json ratios_of(const nlohmann::ordered_json& parts);

/// The largest that any of ours took in any part; 0 when nothing was measured.
[[nodiscard]] double peak_memory_mib(const nlohmann::ordered_json& parts);

[[nodiscard]] std::span<const Goal> packaging_goals();

}  // namespace rightful::bench
