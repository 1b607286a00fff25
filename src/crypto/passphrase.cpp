#include "rightful/crypto/passphrase.hpp"

#include "crypto/code_text.hpp"

namespace rightful::crypto {

static_assert(Passphrase::kTextSize == kCodeTextSize);

Passphrase Passphrase::generate(Random& random) {
  return Passphrase(generate_code(random));
}

Result<Passphrase> Passphrase::parse(std::string_view text) {
  RIGHTFUL_TRY(auto canonical, parse_code(text));
  return Passphrase(std::move(canonical));
}

std::string_view Passphrase::expose() const noexcept {
  return as_text(text_.expose());
}

}  // namespace rightful::crypto
