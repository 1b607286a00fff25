/// @file
/// How fast is a package written? Ours and the peers on one work, and the primitives beside them.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "bench/setup.hpp"
#include "bench/workload.hpp"

namespace rightful::bench {

/// Prints its tables, as the next.
[[nodiscard]] nlohmann::ordered_json measure_packing(const Setup& setup, const Work& work);

/// J, ours alone: a peer derives keys for every file and would take a quarter of an hour for a
/// million.
[[nodiscard]] nlohmann::ordered_json measure_many_entries(const Setup& setup);

}  // namespace rightful::bench
