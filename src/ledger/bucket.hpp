/// @file
/// The words of the three kinds of buckets, for the encoder and for the check of leaves.
#pragma once

#include <array>
#include <string_view>

namespace rightful::ledger {

inline constexpr std::array<std::string_view, 7> kRowsBuckets{
    "lt10", "lt100", "lt1k", "lt10k", "lt100k", "lt1m", "ge1m"};
inline constexpr std::array<std::string_view, 7> kSizeBuckets{
    "lt1m", "lt10m", "lt100m", "lt1g", "lt10g", "lt100g", "ge100g"};
inline constexpr std::array<std::string_view, 4> kTriesBuckets{"one", "lt10", "lt100", "ge100"};

}  // namespace rightful::ledger
