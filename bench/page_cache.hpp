/// @file
/// Files that are to be read from the disk.
#pragma once

#include <filesystem>

namespace rightful::bench {

/// Every file below `folder` leaves the page cache, after what was not yet written is on the disk.
/// What the disk, or the host of a virtual machine, keeps in memory is beyond us.
/// Errors  Failure.
void evict_from_page_cache(const std::filesystem::path& folder);

}  // namespace rightful::bench
