/// @file
/// How fast is a package opened on its owner's machine, beside 7-Zip?
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "bench/setup.hpp"

namespace rightful::bench {

// Names of contenders that a ratio is made of: both end with the same files.
inline constexpr const char* kUnlockFolder = "rightful unlock --into";
inline constexpr const char* kSevenZipBoth = "7zz x, both layers";

/// The default package of VJ, opened by `rightful unlock --code-file` and by `7zz x`. That both
/// give the same files is held by `diff`. Errors  Failure when they do not.
[[nodiscard]] nlohmann::ordered_json measure_unlocking(const Setup& setup);

}  // namespace rightful::bench
