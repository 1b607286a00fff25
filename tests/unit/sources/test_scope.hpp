/// @file
/// Scopes for tests of this layer, which lies below the one that proves identities. A test binary
/// that uses it must not link `lifecycle`.
#pragma once

#include <string_view>

#include "rightful/core/account_scope.hpp"

namespace rightful::lifecycle {

class IdentityProof {
 public:
  static AccountScope scope_for(std::string_view account) {
    return {AccountId::parse(account).value(),
            RequestId::parse("6ba7b810-9dad-41d1-80b4-00c04fd430c8").value()};
  }
};

}  // namespace rightful::lifecycle

namespace rightful::sources::testing {

inline AccountScope scope_for(std::string_view account) {
  return lifecycle::IdentityProof::scope_for(account);
}

}  // namespace rightful::sources::testing
