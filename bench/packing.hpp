/// @file
/// How fast is a package written? Ours and the peers on one work, and the primitives beside them.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>

#include "bench/setup.hpp"
#include "bench/workload.hpp"

namespace rightful::bench {

enum class Peers : std::uint8_t { With, Without };

/// Prints its tables.
[[nodiscard]] nlohmann::ordered_json measure_packing(const Setup& setup,
                                                     const Work& work,
                                                     Peers peers);

}  // namespace rightful::bench
