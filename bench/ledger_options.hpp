/// @file
/// The command line of bench_ledger.
#pragma once

#include <chrono>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "rightful/core/result.hpp"

namespace rightful::bench {

struct LedgerOptions {
  std::set<std::string> parts{"append", "running", "drain", "verify"};
  std::chrono::seconds append_for{8};
  std::chrono::seconds run_for{600};
  std::uint64_t leaves = 1'000'000;
  bool wants_growth = true;  ///< a log of four times as many leaves too
  int rounds = 3;
  std::string add_to;  ///< file with the figures to begin with; empty = none
  std::string json;    ///< file to write; empty = none
  std::string chart;   ///< file to write; empty = none
  bool help = false;
};

/// @return InvalidArgument, saying what is wrong.
[[nodiscard]] Result<LedgerOptions> parse_ledger_options(const std::vector<std::string>& arguments);
[[nodiscard]] std::string ledger_usage();

}  // namespace rightful::bench
