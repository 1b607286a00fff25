/// @file
/// How fast does one large account come out of a large table?
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "bench/search_tables.hpp"
#include "bench/setup.hpp"

namespace rightful::bench {

// Names of contenders that a ratio is made of.
inline constexpr const char* kWholeExport = "rightful, whole export";
inline constexpr const char* kPsqlSevenZip = "psql | 7zz -mx=1";

/// Ours: the product's export child from its start to its end. The peers: psql writes the same rows
/// as one JSON object a line, into 7-Zip's encrypted ZIP, and by itself into a file.
/// @param rows  of the table; a tenth of them is the account's
/// @param index  that the table has while this is measured
[[nodiscard]] nlohmann::ordered_json measure_bulk_export(const Setup& setup,
                                                         const SearchTables& tables,
                                                         std::uint64_t rows,
                                                         OwnerIndex index);

}  // namespace rightful::bench
