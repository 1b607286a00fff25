#include "crypto/openssl.hpp"

#include <string>

#include <openssl/err.h>
#include <openssl/kdf.h>

#include "rightful/core/failure.hpp"

namespace rightful::crypto {

void require(bool succeeded, const char* call) {
  if (succeeded) return;
  ERR_clear_error();
  throw Failure(Retry::Never, "crypto_library", std::string("OpenSSL: ") + call + " failed");
}

EVP_MD* sha256_algorithm() {
  static const std::unique_ptr<EVP_MD, FreeWith<EVP_MD_free>> kDigest(
      EVP_MD_fetch(nullptr, "SHA256", nullptr));
  require(kDigest != nullptr, "EVP_MD_fetch(SHA256)");
  return kDigest.get();
}

EVP_MAC* hmac_algorithm() {
  static const std::unique_ptr<EVP_MAC, FreeWith<EVP_MAC_free>> kMac(
      EVP_MAC_fetch(nullptr, "HMAC", nullptr));
  require(kMac != nullptr, "EVP_MAC_fetch(HMAC)");
  return kMac.get();
}

EVP_KDF* hkdf_algorithm() {
  static const std::unique_ptr<EVP_KDF, FreeWith<EVP_KDF_free>> kKdf(
      EVP_KDF_fetch(nullptr, "HKDF", nullptr));
  require(kKdf != nullptr, "EVP_KDF_fetch(HKDF)");
  return kKdf.get();
}

EVP_CIPHER* aes256_ecb_algorithm() {
  static const std::unique_ptr<EVP_CIPHER, FreeWith<EVP_CIPHER_free>> kCipher(
      EVP_CIPHER_fetch(nullptr, "AES-256-ECB", nullptr));
  require(kCipher != nullptr, "EVP_CIPHER_fetch(AES-256-ECB)");
  return kCipher.get();
}

}  // namespace rightful::crypto
