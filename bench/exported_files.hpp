/// @file
/// What an export put into its package, as plain files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "bench/contenders.hpp"
#include "bench/export_order.hpp"

namespace rightful::bench {

/// Opens the newest package of `order` with the product's own `unlock`. @return the folder, in
/// `place`.
[[nodiscard]] std::filesystem::path unpack_export(const Programs& programs,
                                                  const ExportOrder& order,
                                                  const std::filesystem::path& place);

/// Kind of file, as the manifest names it → bytes of all files of that kind.
[[nodiscard]] std::map<std::string, std::uint64_t> bytes_by_kind(
    const std::filesystem::path& folder);

/// `data 49.5, media 96.4, pages 39.1`, in MB.
[[nodiscard]] std::string describe(const std::map<std::string, std::uint64_t>& bytes);

}  // namespace rightful::bench
