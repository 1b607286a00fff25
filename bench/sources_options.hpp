/// @file
/// The command line of bench_sources.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rightful/core/result.hpp"

namespace rightful::bench {

struct SourcesOptions {
  std::uint64_t rows = 10'000'000;  ///< of the largest table
  bool wants_bulk = true;
  bool wants_accounts = true;
  int rounds = 3;
  std::string tables;  ///< folder in which the tables stay; empty = they go with the bench
  std::string json;    ///< file to write; empty = none
  std::string chart;   ///< file to write; empty = none
  bool help = false;
};

/// @return InvalidArgument, saying what is wrong.
[[nodiscard]] Result<SourcesOptions> parse_sources_options(
    const std::vector<std::string>& arguments);
[[nodiscard]] std::string sources_usage();

}  // namespace rightful::bench
