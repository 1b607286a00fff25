/// @file
/// Who packs: ours in three modes, and what a user would pick instead. Each is a process of its
/// own, reads the same folder and writes one file encrypted with AES-256.
#pragma once

#include <filesystem>
#include <vector>

#include "bench/measured_run.hpp"

namespace rightful::bench {

/// The programs that are measured or run.
struct Programs {
  std::filesystem::path self;      ///< this program: its other modes are contenders
  std::filesystem::path writer;    ///< bench_writer, beside it: our packer
  std::filesystem::path libzip;    ///< bench_libzip, beside it
  std::filesystem::path rightful;  ///< the product
};

/// Errors  Failure when one is missing, saying how to get it.
[[nodiscard]] Programs find_programs();

// Names of contenders that ratios are made of.
inline constexpr const char* kDefault = "rightful";
inline constexpr const char* kCompact = "rightful, compact";
inline constexpr const char* kStored = "rightful, stored";
inline constexpr const char* kSevenZip1 = "7zz -mx=1 -mmt=2";
inline constexpr const char* kSevenZipCopy = "7zz -mm=Copy -mmt=2";
inline constexpr const char* kBsdtar = "bsdtar";

/// Ours alone.
[[nodiscard]] std::vector<Contender> our_packers(const Programs& programs,
                                                 const std::filesystem::path& folder);
/// Ours and the peers.
[[nodiscard]] std::vector<Contender> all_packers(const Programs& programs,
                                                 const std::filesystem::path& folder);

}  // namespace rightful::bench
