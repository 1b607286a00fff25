#include "rightful/crypto/aead.hpp"

#include <sodium.h>

#include "rightful/core/check.hpp"
#include "rightful/crypto/not_authentic.hpp"

#include "crypto/sodium.hpp"

namespace rightful::crypto {
namespace {

constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(kAeadKeySizeBytes == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
static_assert(kAeadOverheadBytes == kNonceBytes + kTagBytes);

}  // namespace

Bytes aead_encrypt(ByteView key, ByteView plaintext, ByteView associated, Random& random) {
  RIGHTFUL_CHECK(key.size() == kAeadKeySizeBytes);
  ensure_sodium();
  Bytes sealed(kAeadOverheadBytes + plaintext.size());
  const std::span<std::byte> nonce = std::span(sealed).first(kNonceBytes);
  random.fill(nonce);
  crypto_aead_xchacha20poly1305_ietf_encrypt(raw(std::span(sealed).subspan(kNonceBytes)),
                                             nullptr,
                                             raw(plaintext),
                                             plaintext.size(),
                                             raw(associated),
                                             associated.size(),
                                             nullptr,
                                             raw(nonce),
                                             raw(key));  // cannot fail
  return sealed;
}

Result<SecretBytes> aead_decrypt(ByteView key, ByteView sealed, ByteView associated) {
  RIGHTFUL_CHECK(key.size() == kAeadKeySizeBytes);
  ensure_sodium();
  if (sealed.size() < kAeadOverheadBytes) return not_authentic();
  const ByteView nonce = sealed.first(kNonceBytes);
  const ByteView ciphertext = sealed.subspan(kNonceBytes);
  SecretBytes plaintext(ciphertext.size() - kTagBytes);
  const int status = crypto_aead_xchacha20poly1305_ietf_decrypt(raw(plaintext.expose_mutable()),
                                                                nullptr,
                                                                nullptr,
                                                                raw(ciphertext),
                                                                ciphertext.size(),
                                                                raw(associated),
                                                                associated.size(),
                                                                raw(nonce),
                                                                raw(key));
  if (status != 0) return not_authentic();
  return plaintext;
}

}  // namespace rightful::crypto
