#include "rightful/crypto/signature.hpp"

#include <array>

#include <sodium.h>

#include "rightful/crypto/hash.hpp"
#include "rightful/crypto/not_authentic.hpp"

#include "crypto/sodium.hpp"

namespace rightful::crypto {

Result<SigningKey> SigningKey::from_seed(ByteView seed) {
  if (seed.size() != kSeedSizeBytes)
    return fail(ErrorCode::InvalidArgument, "an Ed25519 seed has 32 bytes");
  ensure_sodium();
  SecretBytes secret(crypto_sign_SECRETKEYBYTES);
  std::array<std::byte, SignPublicKey::kSizeBytes> public_key{};
  crypto_sign_seed_keypair(
      raw(public_key), raw(secret.expose_mutable()), raw(seed));  // cannot fail
  return SigningKey(std::move(secret), SignPublicKey::from(public_key));
}

SigningKey SigningKey::generate(Random& random) {
  SecretBytes seed(kSeedSizeBytes);
  random.fill(seed.expose_mutable());
  return *from_seed(seed.expose());
}

Signature SigningKey::sign(ByteView message) const {
  std::array<std::byte, Signature::kSizeBytes> signature{};
  crypto_sign_detached(
      raw(signature), nullptr, raw(message), message.size(), raw(secret_.expose()));
  return Signature::from(signature);
}

Result<void> verify_signature(const SignPublicKey& key,
                              ByteView message,
                              const Signature& signature) {
  ensure_sodium();
  const int status = crypto_sign_verify_detached(
      raw(signature.bytes()), raw(message), message.size(), raw(key.bytes()));
  if (status != 0) return not_authentic();
  return {};
}

std::string fingerprint(const SignPublicKey& key) {
  constexpr std::size_t kShownBytes = 16;
  constexpr std::size_t kGroup = 4;
  const Sha256Digest digest = sha256(key.bytes());
  std::string text = to_hex(ByteView(digest.bytes()).first(kShownBytes));
  for (std::size_t at = text.size() - kGroup; at > 0; at -= kGroup)
    text.insert(at, 1, ' ');
  return text;
}

}  // namespace rightful::crypto
