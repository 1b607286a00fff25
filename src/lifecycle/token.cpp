#include "rightful/lifecycle/token.hpp"

#include "rightful/core/bytes.hpp"
#include "rightful/crypto/hash.hpp"

namespace rightful::lifecycle {

Token Token::generate(Random& random) {
  crypto::SecretBytes bytes(kSizeBytes);
  random.fill(bytes.expose_mutable());
  return Token(std::move(bytes));
}

Result<Token> Token::parse(std::string_view text) {
  RIGHTFUL_TRY(Bytes bytes, from_base64url(text));
  if (bytes.size() != kSizeBytes) {
    return fail(ErrorCode::InvalidArgument, "a token has 43 characters");
  }
  Token token(crypto::SecretBytes::copy_of(bytes));
  crypto::wipe(bytes);
  return token;
}

std::string Token::expose() const {
  return to_base64url(bytes_.expose());
}

crypto::Sha256Digest Token::hash() const {
  return crypto::sha256(bytes_.expose());
}

}  // namespace rightful::lifecycle
