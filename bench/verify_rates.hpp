/// @file
/// How fast a log is verified: ours at three depths, golang.org/x/mod beside it, a single proof,
/// and whether memory grows with the log.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "bench/setup.hpp"

namespace rightful::bench {

/// Mode of this program, a process of its own: verifies and prints nothing.
/// @param arguments  DIR TRUST and `everything`, `unsigned` or `hashes`. @return 0 when it holds.
[[nodiscard]] int run_verify_mode(const std::vector<std::string>& arguments);

/// Mode of this program: makes a log. @param arguments  PLACE SIZE
[[nodiscard]] int run_make_log_mode(const std::vector<std::string>& arguments);

/// @param leaves  of the log; a second one has four times as many when `wants_growth`.
[[nodiscard]] nlohmann::ordered_json measure_verifying(const Setup& setup,
                                                       std::uint64_t leaves,
                                                       bool wants_growth);

}  // namespace rightful::bench
