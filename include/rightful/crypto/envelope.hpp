/// @file
/// `envelope.json`, the last entry of a package: how its one requester gets the passphrase.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rightful/core/account_id.hpp"
#include "rightful/core/bytes.hpp"
#include "rightful/core/clock.hpp"
#include "rightful/core/id.hpp"
#include "rightful/core/result.hpp"
#include "rightful/crypto/fixed_bytes.hpp"
#include "rightful/crypto/passphrase.hpp"
#include "rightful/crypto/sealed_box.hpp"
#include "rightful/crypto/secret_bytes.hpp"
#include "rightful/crypto/signature.hpp"

namespace rightful::crypto {

inline constexpr std::size_t kPayloadSizeBytes = 1024;
inline constexpr std::size_t kMaxEnvelopeBytes = 8192;

/// What is sealed to the requester. Move-only, because the passphrase is.
struct SealedPayload {
  AccountId account;
  RequestId request;
  Sha256Digest content_sha256;  ///< of the encrypted entry's bytes: salt, verifier, ciphertext, MAC
  std::uint64_t size_bytes = 0;  ///< of the same bytes; at most 2^53 - 1
  Passphrase passphrase;
  Instant created;    ///< milliseconds
  Instant not_after;  ///< upper bound of the package's life; the service's own record decides
};

/// The recovery way in, which opens the package without the service: it is in the file, its code is
/// on paper.
struct RecoveryWrap {
  SignPublicKey
      sign_key;   ///< W is bound to both public keys; the unlock key stands in the envelope
  Bytes wrapped;  ///< W of kind `recovery`, 72 bytes
};

/// The file, taken apart but not yet believed: nothing in it is authentic before open_envelope.
struct Envelope {
  RequestId request;
  UnlockPublicKey unlock_key;  ///< to whom it is sealed
  SignPublicKey service_key;   ///< for showing its fingerprint; never for checking the signature
  Bytes sealed;                ///< 1136 bytes
  std::optional<RecoveryWrap> recovery;
};

/// Exactly 1024 bytes: JSON on one line, filled up with spaces.
/// Format  docs/formats/envelope.md §2
/// @param payload  size_bytes at most 2^53 - 1 (RIGHTFUL_CHECK).
[[nodiscard]] SecretBytes encode_payload(const SealedPayload& payload);

/// Seals payload ‖ signature to `to` and writes the text of `envelope.json`.
/// Format  docs/formats/envelope.md §1
/// @param payload               what encode_payload gave, 1024 bytes (RIGHTFUL_CHECK).
/// @param over_payload_digest   the service's signature over service_text(Envelope, …,
/// sha256(payload)).
/// @return InvalidArgument for an unlock key to which nothing can be sealed.
[[nodiscard]] Result<std::string> make_envelope(ByteView payload,
                                                const Signature& over_payload_digest,
                                                const UnlockPublicKey& to,
                                                const RequestId& request,
                                                const SignPublicKey& service_key,
                                                const std::optional<RecoveryWrap>& recovery);

/// @return InvalidArgument for anything but the one canonical text of an envelope of version 1 (no
///         unknown, missing, repeated or reordered member, no other white space); LimitExceeded
///         over 8 KiB.
[[nodiscard]] Result<Envelope> parse_envelope(std::string_view text);

/// Opens and checks all of it before anything is returned: box, signature, account, request,
/// service key, grammar. That the entry beside it has `content_sha256` and `size_bytes` is for the
/// caller to check before the passphrase, or anything that it opens, is shown.
///
/// @param account      whose package it is expected to be.
/// @param service_key  known from elsewhere (pinned at enrolment).
/// @return NotAuthentic with one constant text, whatever was wrong.
[[nodiscard]] Result<SealedPayload> open_envelope(const Envelope& envelope,
                                                  const UnlockKeyPair& keys,
                                                  const AccountId& account,
                                                  const SignPublicKey& service_key);

}  // namespace rightful::crypto
