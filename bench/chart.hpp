/// @file
/// The figures as a picture: SVG with text, readable in light and dark.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace rightful::bench {

/// One block of bars a part that was measured: seconds of every contender, and where the CPU time
/// of a package goes.
/// @param results  as they are in the JSON file
[[nodiscard]] std::string draw_chart(const nlohmann::ordered_json& results);

}  // namespace rightful::bench
