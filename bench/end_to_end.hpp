/// @file
/// How much does a whole export take, over packing its files alone?
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "bench/setup.hpp"

namespace rightful::bench {

// Names of contenders that a ratio is made of.
inline constexpr const char* kEndToEnd = "end to end";
inline constexpr const char* kPackingAlone = "packing its files alone";

/// End to end: the product's export child from its start to its end: rows from PostgreSQL, files
/// from disk, guard, JSON and HTML, package, reading back and checking, sealed. Packing alone: the
/// writer in default mode over the files that this export put into its package.
[[nodiscard]] nlohmann::ordered_json measure_end_to_end(const Setup& setup);

}  // namespace rightful::bench
