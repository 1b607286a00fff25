/// @file
/// What an inner ZIP holds, compared with its directory, its manifest and what the package has to
/// be. Not its encryption: the caller says whether the bytes are authentic.
#pragma once

#include "rightful/archive/read_at.hpp"
#include "rightful/archive/verify_package.hpp"

#include "archive/reader/chunk_source.hpp"

namespace rightful::archive::reader {

/// Walks over all entries, directory, manifest and content side by side.
/// @param stream  the inner ZIP from its first to its last byte.
/// @param inner   the same bytes at any offset.
/// @param report  counts and the manifest digest are filled in; they start at zero.
/// @return as verify_package(), for everything inside.
[[nodiscard]] Result<void> check_inner(ChunkSource& stream,
                                       const ReadAt& inner,
                                       const VerifyExpectation& expected,
                                       VerifyDepth depth,
                                       VerifyReport& report);

}  // namespace rightful::archive::reader
