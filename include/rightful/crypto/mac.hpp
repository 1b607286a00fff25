/// @file
/// Message authentication with a shared key.
#pragma once

#include "rightful/core/bytes.hpp"
#include "rightful/crypto/fixed_bytes.hpp"

namespace rightful::crypto {

/// Format   RFC 2104 with SHA-256. Compare the result with constant_time_equal (hash.hpp).
/// @param key  any size, also none.
[[nodiscard]] Sha256Digest hmac_sha256(ByteView key, ByteView message);

}  // namespace rightful::crypto
