/// @file
/// Where figures come from: the machine, and the version of everything that is measured.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>

#include "bench/contenders.hpp"

namespace rightful::bench {

/// Processor, the instructions that matter here, cores, memory, kernel, file system of `folder`.
[[nodiscard]] nlohmann::ordered_json describe_machine(const std::filesystem::path& folder);
/// Ours, every peer, every library.
[[nodiscard]] nlohmann::ordered_json describe_versions(const Programs& programs);

}  // namespace rightful::bench
