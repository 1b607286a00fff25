#include "rightful/lifecycle/identity_proof.hpp"

#include "rightful/crypto/not_authentic.hpp"

namespace rightful::lifecycle {

Result<AccountScope> IdentityProof::from_statement(const crypto::RequestStatement& statement,
                                                   const crypto::SignPublicKey& sign_key,
                                                   const crypto::Signature& signature,
                                                   const AccountId& account,
                                                   const RequestId& request) {
  if (statement.account != account || statement.request != request) return crypto::not_authentic();
  RIGHTFUL_TRY(crypto::verify_statement(statement, sign_key, signature));
  return AccountScope(account, request);
}

Result<AccountScope> IdentityProof::from_session(const Session& session,
                                                 const RequestId& request,
                                                 Instant now) {
  if (!session.is_alive(now) || !session.is_fresh(now)) {
    return fail(ErrorCode::Denied, "the session has no fresh step-up");
  }
  return AccountScope(session.account, request);
}

}  // namespace rightful::lifecycle
