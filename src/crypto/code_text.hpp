/// @file
/// 160 random bits as a person can read and type them: Crockford base32, eight groups of four.
/// Kept out of the ordinary heap, unlike core's to_crockford. Passphrase and RecoveryCode are made
/// of it.
#pragma once

#include <string_view>

#include "rightful/core/random.hpp"
#include "rightful/core/result.hpp"
#include "rightful/crypto/secret_bytes.hpp"

namespace rightful::crypto {

inline constexpr std::size_t kCodeBytes = 20;
inline constexpr std::size_t kCodeTextSize = 39;

/// 39 characters.
[[nodiscard]] SecretBytes generate_code(Random& random);
/// 32 characters in either case, I and L read as 1, O as 0, hyphens anywhere ignored.
/// @return the 39 canonical characters; InvalidArgument otherwise.
[[nodiscard]] Result<SecretBytes> parse_code(std::string_view text);
/// The 20 bytes behind canonical text.
[[nodiscard]] SecretBytes code_bytes(const SecretBytes& canonical_text);

}  // namespace rightful::crypto
