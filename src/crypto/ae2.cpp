#include "rightful/crypto/ae2.hpp"

#include <algorithm>

#include "rightful/crypto/hash.hpp"
#include "rightful/crypto/not_authentic.hpp"

#include "crypto/aes_ctr.hpp"
#include "crypto/hmac_sha1.hpp"
#include "crypto/pbkdf2.hpp"

namespace rightful::crypto {
namespace {

constexpr unsigned kRounds = 1000;
constexpr std::size_t kMacKeyBytes = 32;
constexpr std::size_t kDerivedBytes = kAes256KeyBytes + kMacKeyBytes + kAe2VerifierBytes;
// Small enough that the MAC finds what the cipher wrote in the processor's first two caches.
constexpr std::size_t kStepBytes = 32 * std::size_t{1024};

SecretBytes derive_keys(std::string_view passphrase,
                        std::span<const std::byte, kAe2SaltBytes> salt) {
  return pbkdf2_hmac_sha1(passphrase, salt, kRounds, kDerivedBytes);
}

/// Cipher, MAC and verifier from the 66 derived bytes: AES key(32) ‖ MAC key(32) ‖ verifier(2).
struct Machinery {
  explicit Machinery(ByteView derived)
      : cipher(derived.first<kAes256KeyBytes>()),
        mac(derived.subspan(kAes256KeyBytes, kMacKeyBytes)) {
    std::copy_n(derived.last(kAe2VerifierBytes).begin(), kAe2VerifierBytes, verifier.begin());
  }

  AesCtr cipher;
  HmacSha1 mac;
  std::array<std::byte, kAe2VerifierBytes> verifier{};
};

/// The first ten of the twenty bytes.
std::array<std::byte, kAe2MacBytes> truncated(HmacSha1&& mac) {
  const auto whole = std::move(mac).finish();
  std::array<std::byte, kAe2MacBytes> first{};
  std::copy_n(whole.begin(), first.size(), first.begin());
  return first;
}

}  // namespace

struct Ae2Encryptor::State : Machinery {
  using Machinery::Machinery;
};

Ae2Encryptor::Ae2Encryptor(const Passphrase& passphrase,
                           std::span<const std::byte, kAe2SaltBytes> salt)
    : state_(std::make_unique<State>(derive_keys(passphrase.expose(), salt).expose())) {}

Ae2Encryptor::Ae2Encryptor(Ae2Encryptor&&) noexcept = default;
Ae2Encryptor& Ae2Encryptor::operator=(Ae2Encryptor&&) noexcept = default;
Ae2Encryptor::~Ae2Encryptor() = default;

std::array<std::byte, kAe2VerifierBytes> Ae2Encryptor::verifier() const noexcept {
  return state_->verifier;
}

void Ae2Encryptor::encrypt(std::span<std::byte> in_place) {
  while (!in_place.empty()) {
    const auto step = in_place.first(std::min(in_place.size(), kStepBytes));
    state_->cipher.apply(step);
    state_->mac.update(step);
    in_place = in_place.subspan(step.size());
  }
}

std::array<std::byte, kAe2MacBytes> Ae2Encryptor::finish() && {
  return truncated(std::move(state_->mac));
}

struct Ae2Decryptor::State : Machinery {
  using Machinery::Machinery;
};

Result<Ae2Decryptor> Ae2Decryptor::open(std::string_view passphrase,
                                        std::span<const std::byte, kAe2SaltBytes> salt,
                                        std::span<const std::byte, kAe2VerifierBytes> verifier) {
  auto state = std::make_unique<State>(derive_keys(passphrase, salt).expose());
  if (!constant_time_equal(state->verifier, verifier)) return not_authentic();
  return Ae2Decryptor(std::move(state));
}

Ae2Decryptor::Ae2Decryptor(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}

Ae2Decryptor::Ae2Decryptor(Ae2Decryptor&&) noexcept = default;
Ae2Decryptor& Ae2Decryptor::operator=(Ae2Decryptor&&) noexcept = default;
Ae2Decryptor::~Ae2Decryptor() = default;

void Ae2Decryptor::decrypt(std::span<std::byte> in_place) {
  while (!in_place.empty()) {
    const auto step = in_place.first(std::min(in_place.size(), kStepBytes));
    state_->mac.update(step);
    state_->cipher.apply(step);
    in_place = in_place.subspan(step.size());
  }
}

void Ae2Decryptor::decrypt_at(std::uint64_t offset_bytes, std::span<std::byte> in_place) {
  state_->cipher.seek(offset_bytes);
  state_->cipher.apply(in_place);
}

Result<void> Ae2Decryptor::finish(std::span<const std::byte, kAe2MacBytes> mac) && {
  if (!constant_time_equal(truncated(std::move(state_->mac)), mac)) return not_authentic();
  return {};
}

}  // namespace rightful::crypto
