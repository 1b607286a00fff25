#include "rightful/crypto/sealed_box.hpp"

#include <array>

#include <sodium.h>

#include "rightful/crypto/not_authentic.hpp"

#include "crypto/sodium.hpp"

namespace rightful::crypto {

static_assert(kSealOverheadBytes == crypto_box_SEALBYTES);
static_assert(UnlockKeyPair::kSecretSizeBytes == crypto_scalarmult_SCALARBYTES);

Result<UnlockKeyPair> UnlockKeyPair::from_secret(ByteView secret) {
  if (secret.size() != kSecretSizeBytes)
    return fail(ErrorCode::InvalidArgument, "an X25519 secret has 32 bytes");
  ensure_sodium();
  std::array<std::byte, UnlockPublicKey::kSizeBytes> public_key{};
  crypto_scalarmult_base(raw(public_key), raw(secret));  // clamps a copy; cannot fail
  return UnlockKeyPair(SecretBytes::copy_of(secret), UnlockPublicKey::from(public_key));
}

UnlockKeyPair UnlockKeyPair::generate(Random& random) {
  SecretBytes secret(kSecretSizeBytes);
  random.fill(secret.expose_mutable());
  return *from_secret(secret.expose());
}

Result<void> check_unlock_key(const UnlockPublicKey& key) {
  ensure_sodium();
  // Any scalar tells: with a point of small order the product is zero for every clamped one (RFC
  // 7748 §6.1).
  constexpr std::array<std::byte, crypto_scalarmult_SCALARBYTES> kScalar{std::byte{8}};
  SecretBytes product(crypto_scalarmult_BYTES);
  if (crypto_scalarmult(raw(product.expose_mutable()), raw(kScalar), raw(key.bytes())) != 0) {
    return fail(ErrorCode::InvalidArgument, "nothing can be sealed to this public key");
  }
  return {};
}

Result<Bytes> seal(const UnlockPublicKey& to, ByteView plaintext) {
  RIGHTFUL_TRY(check_unlock_key(to));
  Bytes sealed(kSealOverheadBytes + plaintext.size());
  if (crypto_box_seal(raw(std::span(sealed)), raw(plaintext), plaintext.size(), raw(to.bytes())) !=
      0) {
    return fail(ErrorCode::InvalidArgument, "nothing can be sealed to this public key");
  }
  return sealed;
}

Result<SecretBytes> open_sealed(const UnlockKeyPair& keys, ByteView sealed) {
  ensure_sodium();
  if (sealed.size() < kSealOverheadBytes) return not_authentic();
  SecretBytes plaintext(sealed.size() - kSealOverheadBytes);
  const int status = crypto_box_seal_open(raw(plaintext.expose_mutable()),
                                          raw(sealed),
                                          sealed.size(),
                                          raw(keys.public_key().bytes()),
                                          raw(keys.expose_secret()));
  if (status != 0) return not_authentic();
  return plaintext;
}

}  // namespace rightful::crypto
