/// @file
/// Reads what encode_payload (envelope.hpp) wrote.
#pragma once

#include "rightful/core/bytes.hpp"
#include "rightful/core/result.hpp"
#include "rightful/crypto/envelope.hpp"

namespace rightful::crypto {

/// @return NotAuthentic for anything that encode_payload would not have written.
[[nodiscard]] Result<SealedPayload> parse_payload(ByteView payload);

}  // namespace rightful::crypto
