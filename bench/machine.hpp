/// @file
/// Where figures come from: the machine, the version of everything that is measured, an earlier
/// run.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>

#include "bench/contenders.hpp"

namespace rightful::bench {

/// Processor, the instructions that matter here, cores, memory, kernel, file system of `folder`.
[[nodiscard]] nlohmann::ordered_json describe_machine(const std::filesystem::path& folder);
/// Ours, every peer, every library.
[[nodiscard]] nlohmann::ordered_json describe_versions(const Programs& programs);
/// The results to begin with: none, or those in `file`, of an earlier run on this machine.
/// @param file  empty = none. @return with an object `parts`. Errors  Failure, which names the
/// file.
[[nodiscard]] nlohmann::ordered_json earlier_results(const std::filesystem::path& file,
                                                     const nlohmann::ordered_json& machine);

}  // namespace rightful::bench
