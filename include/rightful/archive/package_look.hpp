/// @file
/// What a file that is no whole package looks like: for the words to the person who holds it.
/// Decides nothing; a package is only what verify_package.hpp or unlock_package.hpp accepts.
#pragma once

#include <cstdint>
#include <optional>

#include "rightful/archive/read_at.hpp"

namespace rightful::archive {

enum class PackageLook : std::uint8_t {
  Foreign,  ///< neither begins nor ends as a package does
  CutOff,   ///< begins as one, and has no end
  Changed   ///< begins or ends as one, and is none
};

struct LookedAt {
  PackageLook look = PackageLook::Foreign;
  /// Bytes that the whole has at least, where a CutOff file is long enough to tell.
  std::optional<std::uint64_t> least_size;
};

/// @param stored  a file that read_envelope() or unlock_package() refused.
/// Errors  Failure when `stored` cannot be read.
[[nodiscard]] LookedAt look_at(const ReadAt& stored);

}  // namespace rightful::archive
