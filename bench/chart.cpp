#include "bench/chart.hpp"

#include <nlohmann/json.hpp>
#include <vector>

#include <fmt/format.h>

#include "bench/bar_chart.hpp"
#include "bench/options.hpp"

namespace rightful::bench {
namespace {

using nlohmann::ordered_json;

/// Where the CPU time of our package goes.
BarBlock primitives_block(const ordered_json& part) {
  BarBlock block{.title = "Where the CPU time goes: each primitive alone on the bytes of VJ",
                 .bars = {}};
  for (const auto& [name, seconds] : part.at("primitives_s").items()) {
    const double ms = seconds.get<double>() * 1e3;
    block.bars.push_back(
        {.label = name, .value = ms, .shown = fmt::format("{:.0f} ms", ms), .kind = "part"});
  }
  return block;
}

std::vector<BarBlock> blocks_of(const ordered_json& parts) {
  std::vector<BarBlock> blocks;
  if (parts.contains(kPartVj)) {
    blocks.push_back(contenders_block("Packing VJ (1,700 recordings and 50 MB of JSON), seconds",
                                      parts.at(kPartVj)));
    blocks.push_back(primitives_block(parts.at(kPartVj)));
  }
  if (parts.contains(kPartV)) {
    blocks.push_back(
        contenders_block("Packing V (the recordings alone), seconds", parts.at(kPartV)));
  }
  if (parts.contains(kPartJ10k)) {
    blocks.push_back(contenders_block("Packing J10k (10,000 small records, a file each), seconds",
                                      parts.at(kPartJ10k)));
  }
  if (parts.contains(kPartUnlock)) {
    blocks.push_back(contenders_block("Opening the package of VJ, seconds", parts.at(kPartUnlock)));
  }
  if (parts.contains(kPartEndToEnd)) {
    blocks.push_back(
        contenders_block("A whole export, from rows and files to the checked package, "
                         "seconds",
                         parts.at(kPartEndToEnd)));
  }
  return blocks;
}

}  // namespace

std::string draw_chart(const ordered_json& results) {
  return draw_bars("How fast packages are written and opened; shorter is faster",
                   blocks_of(results.at("parts")));
}

}  // namespace rightful::bench
