/// @file
/// The key derivation that AE-2 demands. Not for anything new: credential.hpp has Argon2id.
#pragma once

#include <span>
#include <string_view>

#include "rightful/core/bytes.hpp"
#include "rightful/crypto/secret_bytes.hpp"

namespace rightful::crypto {

/// Format   RFC 8018 §5.2, PBKDF2 with HMAC-SHA1. @param size_bytes  of the result.
[[nodiscard]] SecretBytes pbkdf2_hmac_sha1(std::string_view password,
                                           ByteView salt,
                                           unsigned rounds,
                                           std::size_t size_bytes);

}  // namespace rightful::crypto
