/// @file
/// What the service's own key signs for one export: the manifest, and the payload of the envelope.
#pragma once

#include <cstdint>

#include "rightful/core/account_id.hpp"
#include "rightful/core/bytes.hpp"
#include "rightful/core/id.hpp"
#include "rightful/core/result.hpp"
#include "rightful/crypto/fixed_bytes.hpp"
#include "rightful/crypto/signature.hpp"

namespace rightful::crypto {

/// `rightful/v1/manifest`, `rightful/v1/envelope`.
enum class ServiceLabel : std::uint8_t { Manifest, Envelope };

/// label ‖ request(16) ‖ u32 length ‖ account ‖ digest(32).
/// Format  docs/formats/envelope.md §3
/// @param request  the signer's own request, @param account  its own account: never those that a
/// child sent.
/// @param digest   of the manifest (docs/formats/package.md says of which bytes), or SHA-256 of the
/// payload's 1024 bytes.
[[nodiscard]] Bytes service_text(ServiceLabel label,
                                 const RequestId& request,
                                 const AccountId& account,
                                 const Sha256Digest& digest);

/// @param service_key  known from elsewhere (pinned): never the one that stands beside the
/// signature.
/// @return NotAuthentic
[[nodiscard]] Result<void> verify_service_signature(ServiceLabel label,
                                                    const RequestId& request,
                                                    const AccountId& account,
                                                    const Sha256Digest& digest,
                                                    const SignPublicKey& service_key,
                                                    const Signature& signature);

}  // namespace rightful::crypto
