/// @file
/// A published log read from its folder, and believed only as far as a signed checkpoint covers it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "rightful/core/bytes.hpp"
#include "rightful/core/result.hpp"
#include "rightful/ledger/checkpoint.hpp"
#include "rightful/ledger/note.hpp"

namespace rightful::lifecycle {

struct PublishedLog {
  std::string name;  ///< of its folder
  Bytes note;
  ledger::Checkpoint checkpoint;  ///< as the note says it; nobody has checked a signature
};

/// Every folder of `directory` that holds a checkpoint, by name. No folder at all: none.
/// @return InvalidArgument when a checkpoint is none. Errors  Failure
[[nodiscard]] Result<std::vector<PublishedLog>> published_logs(
    const std::filesystem::path& directory);

/// Calls `visit` with the bytes of each entry up to the published size that has a body, after the
/// checkpoint's signature and the hashes of all of them were found to hold.
/// @return NotFound when none of `keys` signed the checkpoint, NotAuthentic when something does not
/// hold. Cost  reads the log twice; one bundle in memory. Errors  Failure
[[nodiscard]] Result<void> visit_entries(const std::filesystem::path& directory,
                                         const PublishedLog& log,
                                         std::span<const ledger::NoteKey> keys,
                                         const std::function<void(ByteView)>& visit);

}  // namespace rightful::lifecycle
