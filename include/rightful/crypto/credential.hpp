/// @file
/// From what a person types to the two keys of a way in. Runs only in the client: the server never
/// sees the credential.
#pragma once

#include <string_view>

#include "rightful/core/account_id.hpp"
#include "rightful/core/result.hpp"
#include "rightful/crypto/fixed_bytes.hpp"
#include "rightful/crypto/secret_bytes.hpp"

namespace rightful::crypto {

inline constexpr std::size_t kMaxCredentialBytes = 1024;
inline constexpr unsigned kArgon2Passes = 3;
inline constexpr unsigned kArgon2MemoryKib = 65536;

/// 32 bytes each.
struct CredentialKeys {
  SecretBytes login;  ///< proof that is sent to the server
  SecretBytes wrap;   ///< opens the requester's root; never leaves the client
};

/// mk = Argon2id13(NFKC(credential), salt, t = 3, m = 64 MiB, p = 1); login and wrap = HKDF of mk.
///
/// Format   docs/formats/credentials.md §3, §4
/// Cost     64 MiB and some 0.2 s, on purpose.
/// @param credential  UTF-8 as typed, 1 to 1024 bytes; compatible forms give the same keys (NFKC).
/// @param salt        as the server gave it for this account.
/// @return InvalidArgument for empty, malformed UTF-8, a control character, or a code point that
///         Unicode has not assigned; LimitExceeded for more than 1024 bytes. The error does not
///         repeat the credential.
[[nodiscard]] Result<CredentialKeys> derive_credential_keys(const AccountId& account,
                                                            std::string_view credential,
                                                            const Salt& salt);

/// The bytes that Argon2id gets. Errors as above.
[[nodiscard]] Result<SecretBytes> normalize_credential(std::string_view credential);

}  // namespace rightful::crypto
