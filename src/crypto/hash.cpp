#include "rightful/crypto/hash.hpp"

#include <array>

#include <sodium.h>

#include "crypto/openssl.hpp"
#include "crypto/sodium.hpp"

namespace rightful::crypto {

void Sha256::Free::operator()(evp_md_ctx_st* context) const noexcept {
  EVP_MD_CTX_free(context);
}

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  require(context_ != nullptr, "EVP_MD_CTX_new");
  require(EVP_DigestInit_ex2(context_.get(), sha256_algorithm(), nullptr) == 1,
          "EVP_DigestInit_ex2");
}

void Sha256::update(ByteView bytes) {
  require(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1, "EVP_DigestUpdate");
}

Sha256Digest Sha256::finish() && {
  std::array<std::byte, Sha256Digest::kSizeBytes> digest{};
  require(EVP_DigestFinal_ex(context_.get(), raw(digest), nullptr) == 1, "EVP_DigestFinal_ex");
  context_.reset();
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
