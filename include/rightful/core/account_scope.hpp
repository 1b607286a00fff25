/// @file
/// The capability to read one person's data. Whoever holds a scope may read this account, and
/// nothing else names one.
#pragma once

#include "rightful/core/account_id.hpp"
#include "rightful/core/id.hpp"

namespace rightful {

namespace lifecycle {
class IdentityProof;
}

/// Made only by lifecycle::IdentityProof, after it has checked a signed request statement or a
/// fresh sign-in. Bound to one request, so that a scope cannot travel into another export.
class AccountScope {
 public:
  [[nodiscard]] const AccountId& account() const noexcept { return account_; }

  [[nodiscard]] const RequestId& request() const noexcept { return request_; }

 private:
  friend class lifecycle::IdentityProof;

  AccountScope(AccountId account, RequestId request)
      : account_(std::move(account)), request_(request) {}

  AccountId account_;
  RequestId request_;
};

}  // namespace rightful
