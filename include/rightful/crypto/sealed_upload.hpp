/// @file
/// What a colleague uploads by hand for one request, encrypted from the moment it arrives: pieces
/// under a random key of its own, that key under the service's KEK. Every piece knows account,
/// request, dataset and its place, so none opens anywhere else.
#pragma once

#include <cstdint>
#include <string_view>

#include "rightful/core/account_id.hpp"
#include "rightful/core/bytes.hpp"
#include "rightful/core/id.hpp"
#include "rightful/core/random.hpp"
#include "rightful/core/result.hpp"
#include "rightful/crypto/secret_bytes.hpp"

namespace rightful::crypto {

/// Plaintext of every piece but the last, which may be shorter.
inline constexpr std::size_t kUploadPieceBytes = 64U << 10U;

/// Where an upload belongs. Points at what outlives it.
struct UploadPlace {
  const AccountId& account;
  const RequestId& request;
  std::string_view dataset;
};

enum class UploadPiece : std::uint8_t { Middle, Last };

/// Format   docs/adr/0024: aead_encrypt with associated data
///          "rightful/v1/upload-key" ‖ account ‖ request ‖ dataset.
/// @param kek  of ServerKeys::kek(). @param key  32 bytes. @return 72 bytes.
[[nodiscard]] Bytes wrap_upload_key(ByteView kek,
                                    ByteView key,
                                    const UploadPlace& place,
                                    Random& random);
/// @return NotAuthentic for another place, another KEK or a changed byte.
[[nodiscard]] Result<SecretBytes> unwrap_upload_key(ByteView kek,
                                                    ByteView wrapped,
                                                    const UploadPlace& place);

/// Format   associated data "rightful/v1/upload-piece" ‖ account ‖ request ‖ dataset ‖ number ‖
///          1 when it is the last, else 0.
/// @param number  from 0. @param plaintext  at most kUploadPieceBytes (checked).
[[nodiscard]] Bytes seal_upload_piece(ByteView key,
                                      const UploadPlace& place,
                                      std::uint32_t number,
                                      UploadPiece which,
                                      ByteView plaintext,
                                      Random& random);
/// @return NotAuthentic: also for a piece at another place, or when pieces behind it were cut off.
[[nodiscard]] Result<SecretBytes> open_upload_piece(ByteView key,
                                                    const UploadPlace& place,
                                                    std::uint32_t number,
                                                    UploadPiece which,
                                                    ByteView sealed);

}  // namespace rightful::crypto
