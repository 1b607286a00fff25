/// @file
/// The outer ZIP: three entries in fixed order, every byte accounted for.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "rightful/archive/read_at.hpp"
#include "rightful/core/result.hpp"
#include "rightful/crypto/ae2.hpp"

namespace rightful::archive::reader {

/// Where things stand in a package whose outer structure holds.
struct OuterFile {
  std::uint64_t content_offset = 0;  ///< of the encrypted entry's data: the salt
  std::uint64_t content_size = 0;    ///< salt, verifier, ciphertext, tag
  std::uint64_t inner_size = 0;      ///< of the ciphertext, which is that of the inner ZIP
  std::array<std::byte, crypto::kAe2SaltBytes> salt{};
  std::array<std::byte, crypto::kAe2VerifierBytes> verifier{};
  std::array<std::byte, crypto::kAe2MacBytes> mac{};
  std::string envelope;

  [[nodiscard]] std::uint64_t ciphertext_offset() const noexcept {
    return content_offset + crypto::kAe2SaltBytes + crypto::kAe2VerifierBytes;
  }
};

/// @return InvalidArgument "outer: …".
[[nodiscard]] Result<OuterFile> read_outer(const ReadAt& stored);

}  // namespace rightful::archive::reader
