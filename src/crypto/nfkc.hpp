/// @file
/// Unicode normal form NFKC: the one place that sees ICU.
#pragma once

#include <string_view>

#include "rightful/core/result.hpp"
#include "rightful/crypto/secret_bytes.hpp"

namespace rightful::crypto {

/// Format   Unicode Standard Annex 15, NFKC.
/// @param text  UTF-8, 1 to 1024 bytes (RIGHTFUL_CHECK).
/// @return UTF-8; InvalidArgument for malformed UTF-8, a control character (category Cc), or a code
/// point that this
///         version of Unicode has not assigned: its normal form may change with the next version.
[[nodiscard]] Result<SecretBytes> normalize_nfkc(std::string_view text);

}  // namespace rightful::crypto
