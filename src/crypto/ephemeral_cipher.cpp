#include "rightful/crypto/ephemeral_cipher.hpp"

#include "rightful/crypto/secret_bytes.hpp"

#include "crypto/aes_ctr.hpp"

namespace rightful::crypto {
namespace {

SecretBytes random_key(Random& random) {
  SecretBytes key(kAes256KeyBytes);
  random.fill(key.expose_mutable());
  return key;
}

}  // namespace

struct EphemeralCipher::State {
  explicit State(const SecretBytes& key) : cipher(key.expose().first<kAes256KeyBytes>()) {}

  AesCtr cipher;
};

EphemeralCipher::EphemeralCipher(Random& random)
    : state_(std::make_unique<State>(random_key(random))) {}

EphemeralCipher::EphemeralCipher(EphemeralCipher&&) noexcept = default;
EphemeralCipher& EphemeralCipher::operator=(EphemeralCipher&&) noexcept = default;
EphemeralCipher::~EphemeralCipher() = default;

void EphemeralCipher::apply(std::uint64_t offset_bytes, std::span<std::byte> in_place) {
  state_->cipher.seek(offset_bytes);
  state_->cipher.apply(in_place);
}

}  // namespace rightful::crypto
