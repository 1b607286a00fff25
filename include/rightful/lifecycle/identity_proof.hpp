/// @file
/// The only place where an AccountScope comes into being: after a signed request statement or a
/// fresh sign-in has been checked. Nothing else in the program can name the person whose data are
/// read.
#pragma once

#include "rightful/core/account_scope.hpp"
#include "rightful/core/clock.hpp"
#include "rightful/core/result.hpp"
#include "rightful/crypto/fixed_bytes.hpp"
#include "rightful/crypto/statement.hpp"
#include "rightful/lifecycle/session.hpp"

namespace rightful::lifecycle {

class IdentityProof {
 public:
  /// The person asked for this request with the account's own key.
  /// @param account, request  what the caller believes it works for (the job row, the pipe).
  /// @return NotAuthentic, one constant text, when the statement names another account or request,
  ///         or the signature does not hold under `sign_key`. Whether that key is the enrolled one
  ///         is the supervisor's check (pk_mac).
  [[nodiscard]] static Result<AccountScope> from_statement(
      const crypto::RequestStatement& statement,
      const crypto::SignPublicKey& sign_key,
      const crypto::Signature& signature,
      const AccountId& account,
      const RequestId& request);

  /// The person is here and has just shown the credential again.
  /// @return Denied when the session has no step-up, or one older than kStepUpLifetime at `now`.
  [[nodiscard]] static Result<AccountScope> from_session(const Session& session,
                                                         const RequestId& request,
                                                         Instant now);
};

}  // namespace rightful::lifecycle
