/// @file
/// The supervisor's proof, before any child starts, that this person asked for this export with
/// keys that are theirs.
#pragma once

#include "rightful/crypto/server_keys.hpp"
#include "rightful/queue/authority_check.hpp"

namespace rightful::store {
class Pool;
}

namespace rightful::exporting {

/// Owns     nothing. Threads  may be called from several threads.
class StatementAuthority final : public queue::AuthorityCheck {
 public:
  StatementAuthority(store::Pool& pool, const crypto::ServerKeys& keys)
      : pool_(pool), keys_(keys) {}

  [[nodiscard]] Result<void> check(const store::ClaimedJob& job) override;

 private:
  store::Pool& pool_;
  const crypto::ServerKeys& keys_;
};

}  // namespace rightful::exporting
