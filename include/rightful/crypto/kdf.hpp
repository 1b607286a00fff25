/// @file
/// Keys from keys. Not from passwords: credential.hpp does that.
#pragma once

#include <cstddef>

#include "rightful/core/bytes.hpp"
#include "rightful/crypto/secret_bytes.hpp"

namespace rightful::crypto {

/// Extract and expand. Format  RFC 5869 with SHA-256.
/// @param key   input key material, at least 16 bytes (RIGHTFUL_CHECK).
/// @param salt  may be empty (then 32 zero bytes, as the RFC says).
/// @param info  may be empty.
/// @param size  of the result, 1 to 8160 bytes (RIGHTFUL_CHECK).
[[nodiscard]] SecretBytes hkdf_sha256(ByteView key, ByteView salt, ByteView info, std::size_t size);

}  // namespace rightful::crypto
