/// @file
/// The request statement: what a requester signs to ask for an export, and what a worker checks
/// before it reads a row.
#pragma once

#include "rightful/core/account_id.hpp"
#include "rightful/core/bytes.hpp"
#include "rightful/core/clock.hpp"
#include "rightful/core/id.hpp"
#include "rightful/core/result.hpp"
#include "rightful/crypto/fixed_bytes.hpp"
#include "rightful/crypto/signature.hpp"

namespace rightful::crypto {

struct RequestStatement {
  RequestId request;  ///< made by the client
  AccountId account;
  UnlockPublicKey unlock_key;  ///< to which the package shall be sealed
  Nonce nonce;                 ///< random, used once
  Instant time;                ///< when the client signed; only milliseconds are signed
};

/// `rightful/v1/request` ‖ request(16) ‖ u32 length ‖ account ‖ unlock key(32) ‖ nonce(16) ‖ u32
/// length ‖ RFC 3339 time. Format  docs/formats/credentials.md §7
[[nodiscard]] Bytes encode_statement(const RequestStatement& statement);

[[nodiscard]] Signature sign_statement(const RequestStatement& statement, const SigningKey& key);

/// The signature only: whether the time is near and the nonce is new is the caller's question.
/// @return NotAuthentic
[[nodiscard]] Result<void> verify_statement(const RequestStatement& statement,
                                            const SignPublicKey& key,
                                            const Signature& signature);

}  // namespace rightful::crypto
