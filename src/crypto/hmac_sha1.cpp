#include "crypto/hmac_sha1.hpp"

#include <string>

#include <openssl/core_names.h>
#include <openssl/params.h>

#include "crypto/sodium.hpp"

namespace rightful::crypto {

HmacSha1::HmacSha1(ByteView key) : context_(EVP_MAC_CTX_new(hmac_algorithm())) {
  require(context_ != nullptr, "EVP_MAC_CTX_new");
  std::string digest_name = "SHA1";
  const std::array parameters{
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest_name.data(), 0),
      OSSL_PARAM_construct_end()};
  require(EVP_MAC_init(context_.get(), raw(key), key.size(), parameters.data()) == 1,
          "EVP_MAC_init");
}

void HmacSha1::update(ByteView bytes) {
  require(EVP_MAC_update(context_.get(), raw(bytes), bytes.size()) == 1, "EVP_MAC_update");
}

std::array<std::byte, HmacSha1::kSizeBytes> HmacSha1::finish() && {
  std::array<std::byte, kSizeBytes> mac{};
  std::size_t size = 0;
  require(EVP_MAC_final(context_.get(), raw(mac), &size, mac.size()) == 1, "EVP_MAC_final");
  context_.reset();
  return mac;
}

}  // namespace rightful::crypto
