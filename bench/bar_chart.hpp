/// @file
/// Bars as a picture: SVG with text, readable in light and dark.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace rightful::bench {

struct Bar {
  std::string label;
  double value;
  std::string shown;
  const char* kind;  ///< class of the style: `ours`, `peer`, `part`
};

struct BarBlock {
  std::string title;
  std::vector<Bar> bars;
};

/// Wall seconds of every contender of a part; how many times the first one's, which is ours.
[[nodiscard]] BarBlock contenders_block(std::string title, const nlohmann::ordered_json& part);

/// @param title  for whoever hears the picture instead of seeing it
[[nodiscard]] std::string draw_bars(std::string_view title, const std::vector<BarBlock>& blocks);

}  // namespace rightful::bench
