#include "rightful/crypto/statement.hpp"

#include "rightful/crypto/signed_text.hpp"

namespace rightful::crypto {

Bytes encode_statement(const RequestStatement& statement) {
  const SignedText text = SignedText("rightful/v1/request")
                              .fixed(statement.request.bytes())
                              .variable(statement.account.expose())
                              .fixed(statement.unlock_key.bytes())
                              .fixed(statement.nonce.bytes())
                              .variable(format_rfc3339(statement.time));
  return {text.bytes().begin(), text.bytes().end()};
}

Signature sign_statement(const RequestStatement& statement, const SigningKey& key) {
  return key.sign(encode_statement(statement));
}

Result<void> verify_statement(const RequestStatement& statement,
                              const SignPublicKey& key,
                              const Signature& signature) {
  return verify_signature(key, encode_statement(statement), signature);
}

}  // namespace rightful::crypto
