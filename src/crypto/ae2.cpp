#include "rightful/crypto/ae2.hpp"

#include <algorithm>

#include "rightful/crypto/hash.hpp"
#include "rightful/crypto/not_authentic.hpp"

#include "crypto/aes_ctr.hpp"
#include "crypto/entry_digests.hpp"
#include "crypto/pbkdf2.hpp"

namespace rightful::crypto {
namespace {

constexpr unsigned kRounds = 1000;
constexpr std::size_t kMacKeyBytes = 32;
constexpr std::size_t kDerivedBytes = kAes256KeyBytes + kMacKeyBytes + kAe2VerifierBytes;
// Small enough that the hashes find what the cipher wrote in the processor's first two caches.
constexpr std::size_t kStepBytes = 32 * std::size_t{1024};

SecretBytes derive_keys(std::string_view passphrase,
                        std::span<const std::byte, kAe2SaltBytes> salt) {
  return pbkdf2_hmac_sha1(passphrase, salt, kRounds, kDerivedBytes);
}

/// Cipher, hashes and verifier from the 66 derived bytes: AES key(32) ‖ MAC key(32) ‖ verifier(2).
struct Machinery {
  Machinery(ByteView derived, std::span<const std::byte, kAe2SaltBytes> salt)
      : cipher(derived.first<kAes256KeyBytes>()) {
    std::array<std::byte, kAe2SaltBytes + kAe2VerifierBytes> head{};
    std::copy(salt.begin(), salt.end(), head.begin());
    std::copy_n(derived.last(kAe2VerifierBytes).begin(), kAe2VerifierBytes, verifier.begin());
    std::copy(verifier.begin(), verifier.end(), head.begin() + kAe2SaltBytes);
    digests = make_entry_digests(
        derived.subspan(kAes256KeyBytes, kMacKeyBytes), head, available_sha_engines().back());
  }

  AesCtr cipher;
  std::array<std::byte, kAe2VerifierBytes> verifier{};
  std::unique_ptr<EntryDigests> digests;
};

}  // namespace

struct Ae2Encryptor::State : Machinery {
  State(ByteView derived, std::span<const std::byte, kAe2SaltBytes> salt)
      : Machinery(derived, salt), ahead(derived.first<kAes256KeyBytes>()) {}

  std::uint64_t position = 0;  ///< of the bytes that come next
  AesCtr ahead;                ///< another thread's
};

Ae2Encryptor::Ae2Encryptor(const Passphrase& passphrase,
                           std::span<const std::byte, kAe2SaltBytes> salt)
    : state_(std::make_unique<State>(derive_keys(passphrase.expose(), salt).expose(), salt)) {}

Ae2Encryptor::Ae2Encryptor(Ae2Encryptor&&) noexcept = default;
Ae2Encryptor& Ae2Encryptor::operator=(Ae2Encryptor&&) noexcept = default;
Ae2Encryptor::~Ae2Encryptor() = default;

std::array<std::byte, kAe2VerifierBytes> Ae2Encryptor::verifier() const noexcept {
  return state_->verifier;
}

void Ae2Encryptor::encrypt(std::span<std::byte> in_place) {
  state_->cipher.seek(state_->position);
  state_->position += in_place.size();
  while (!in_place.empty()) {
    const auto step = in_place.first(std::min(in_place.size(), kStepBytes));
    state_->cipher.apply(step);
    state_->digests->update(step);
    in_place = in_place.subspan(step.size());
  }
}

void Ae2Encryptor::encrypt_ahead(std::uint64_t offset_bytes, std::span<std::byte> in_place) {
  state_->ahead.seek(offset_bytes);
  state_->ahead.apply(in_place);
}

void Ae2Encryptor::take_encrypted(ByteView ciphertext) {
  state_->position += ciphertext.size();
  state_->digests->update(ciphertext);
}

Ae2Seal Ae2Encryptor::finish() && {
  return state_->digests->finish();
}

struct Ae2Decryptor::State : Machinery {
  using Machinery::Machinery;
};

Result<Ae2Decryptor> Ae2Decryptor::open(std::string_view passphrase,
                                        std::span<const std::byte, kAe2SaltBytes> salt,
                                        std::span<const std::byte, kAe2VerifierBytes> verifier) {
  auto state = std::make_unique<State>(derive_keys(passphrase, salt).expose(), salt);
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
    state_->digests->update(step);
    state_->cipher.apply(step);
    in_place = in_place.subspan(step.size());
  }
}

void Ae2Decryptor::decrypt_at(std::uint64_t offset_bytes, std::span<std::byte> in_place) {
  state_->cipher.seek(offset_bytes);
  state_->cipher.apply(in_place);
}

Result<Sha256Digest> Ae2Decryptor::finish(std::span<const std::byte, kAe2MacBytes> mac) && {
  const Ae2Seal seal = state_->digests->finish();
  if (!constant_time_equal(seal.mac, mac)) return not_authentic();
  return seal.sha256;
}

}  // namespace rightful::crypto
