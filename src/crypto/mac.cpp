#include "rightful/crypto/mac.hpp"

#include <array>
#include <string>

#include <openssl/core_names.h>
#include <openssl/params.h>

#include "crypto/openssl.hpp"
#include "crypto/sodium.hpp"

namespace rightful::crypto {

Sha256Digest hmac_sha256(ByteView key, ByteView message) {
  const MacContext context(EVP_MAC_CTX_new(hmac_algorithm()));
  require(context != nullptr, "EVP_MAC_CTX_new");
  std::string digest_name = "SHA256";
  const std::array parameters{
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest_name.data(), 0),
      OSSL_PARAM_construct_end()};
  // A null key would mean "keep the key of before" to OpenSSL, so an empty one needs an address.
  const unsigned char none = 0;
  const unsigned char* const key_data = key.empty() ? &none : raw(key);
  require(EVP_MAC_init(context.get(), key_data, key.size(), parameters.data()) == 1,
          "EVP_MAC_init");
  require(EVP_MAC_update(context.get(), raw(message), message.size()) == 1, "EVP_MAC_update");
  std::array<std::byte, Sha256Digest::kSizeBytes> mac{};
  std::size_t size = 0;
  require(EVP_MAC_final(context.get(), raw(mac), &size, mac.size()) == 1, "EVP_MAC_final");
  return Sha256Digest::from(mac);
}

}  // namespace rightful::crypto
