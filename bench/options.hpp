/// @file
/// The command line of bench_packaging.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "rightful/core/result.hpp"

namespace rightful::bench {

// What can be measured by itself.
inline constexpr const char* kPartV = "V";
inline constexpr const char* kPartVj = "VJ";
inline constexpr const char* kPartJ10k = "J10k";
inline constexpr const char* kPartJ = "J";
inline constexpr const char* kPartUnlock = "unlock";
inline constexpr const char* kPartEndToEnd = "end-to-end";

struct Options {
  std::set<std::string> parts{kPartV, kPartVj, kPartJ10k, kPartJ, kPartUnlock, kPartEndToEnd};
  int rounds = 5;
  std::string json;    ///< file to write; empty = none
  std::string add_to;  ///< file of an earlier run that this one completes; empty = none
  std::string chart;   ///< file to write; empty = none
  bool help = false;
};

/// @return InvalidArgument, saying what is wrong.
[[nodiscard]] Result<Options> parse_options(const std::vector<std::string>& arguments);
[[nodiscard]] std::string usage();

}  // namespace rightful::bench
