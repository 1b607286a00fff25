#include "rightful/crypto/hash.hpp"

#include <array>
#include <optional>
#include <utility>

#include <sodium.h>

#include "crypto/openssl.hpp"
#include "crypto/sha_stream.hpp"
#include "crypto/sodium.hpp"

namespace rightful::crypto {

/// The fast loop where the processor has it, else OpenSSL's context.
struct Sha256::State {
  State() {
    if (has_sha_blocks()) {
      stream.emplace(kSha256Initial);
      return;
    }
    context.reset(EVP_MD_CTX_new());
    require(context != nullptr, "EVP_MD_CTX_new");
    require(EVP_DigestInit_ex2(context.get(), sha256_algorithm(), nullptr) == 1,
            "EVP_DigestInit_ex2");
  }

  std::optional<Sha256Stream> stream;
  std::unique_ptr<EVP_MD_CTX, FreeWith<EVP_MD_CTX_free>> context;
};

Sha256::Sha256() : state_(std::make_unique<State>()) {}

Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;
Sha256::~Sha256() = default;

void Sha256::update(ByteView bytes) {
  if (std::optional<Sha256Stream>& stream = state_->stream) {
    stream->update(bytes);
    return;
  }
  require(EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()) == 1,
          "EVP_DigestUpdate");
}

Sha256Digest Sha256::finish() && {
  const std::unique_ptr<State> state = std::move(state_);
  if (std::optional<Sha256Stream>& stream = state->stream)
    return Sha256Digest::from(stream->finish());
  std::array<std::byte, Sha256Digest::kSizeBytes> digest{};
  require(EVP_DigestFinal_ex(state->context.get(), raw(digest), nullptr) == 1,
          "EVP_DigestFinal_ex");
  return Sha256Digest::from(digest);
}

Sha256Digest sha256(ByteView bytes) {
  Sha256 hash;
  hash.update(bytes);
  return std::move(hash).finish();
}

bool constant_time_equal(ByteView left, ByteView right) noexcept {
  return left.size() == right.size() && sodium_memcmp(left.data(), right.data(), left.size()) == 0;
}

}  // namespace rightful::crypto
