/// @file
/// The row of an order in the types of `crypto`.
#pragma once

#include "rightful/crypto/fixed_bytes.hpp"
#include "rightful/crypto/statement.hpp"
#include "rightful/store/jobs.hpp"

namespace rightful::exporting {

struct Order {
  crypto::RequestStatement statement;
  crypto::SignPublicKey sign_key;
  crypto::Signature signature;
  crypto::UnlockPublicKey account_unlock_key;
  crypto::SignPublicKey account_sign_key;
  crypto::Sha256Digest pk_mac;

  /// @return InvalidArgument when a value has not its size.
  [[nodiscard]] static Result<Order> parse(const store::RequestOrder& row) {
    RIGHTFUL_TRY(const auto unlock_key, crypto::UnlockPublicKey::parse(row.unlock_key));
    RIGHTFUL_TRY(const auto nonce, crypto::Nonce::parse(row.nonce));
    RIGHTFUL_TRY(const auto sign_key, crypto::SignPublicKey::parse(row.sign_key));
    RIGHTFUL_TRY(const auto signature, crypto::Signature::parse(row.signature));
    RIGHTFUL_TRY(const auto account_unlock_key,
                 crypto::UnlockPublicKey::parse(row.account_unlock_key));
    RIGHTFUL_TRY(const auto account_sign_key, crypto::SignPublicKey::parse(row.account_sign_key));
    RIGHTFUL_TRY(const auto pk_mac, crypto::Sha256Digest::parse(row.pk_mac));
    return Order{{row.request, row.account, unlock_key, nonce, row.stated_at},
                 sign_key,
                 signature,
                 account_unlock_key,
                 account_sign_key,
                 pk_mac};
  }
};

}  // namespace rightful::exporting
