/// @file
/// Does a small account take longer because the table around it grows?
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "bench/search_tables.hpp"
#include "bench/setup.hpp"

namespace rightful::bench {

/// Whole exports of accounts of kSmallAccountRows rows. Warm: the table was read before. Cold: the
/// server was restarted and its tables left the page cache before each export.
/// @param sizes  rows of the tables, ascending
[[nodiscard]] nlohmann::ordered_json measure_account_time(const Setup& setup,
                                                          SearchTables& tables,
                                                          const std::vector<std::uint64_t>& sizes);

}  // namespace rightful::bench
