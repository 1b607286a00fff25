#include "rightful/crypto/kdf.hpp"

#include <string>
#include <vector>

#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "rightful/core/check.hpp"

#include "crypto/openssl.hpp"
#include "crypto/sodium.hpp"

namespace rightful::crypto {
namespace {

constexpr std::size_t kMinKeyBytes = 16;
constexpr std::size_t kMaxResultBytes = 255 * std::size_t{32};  // RFC 5869 §2.3

/// OpenSSL takes inputs as pointers to mutable bytes and only reads them.
OSSL_PARAM octets(const char* name, ByteView bytes) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): OSSL_PARAM has no const form
  auto* const data = const_cast<unsigned char*>(raw(bytes));
  return OSSL_PARAM_construct_octet_string(name, data, bytes.size());
}

}  // namespace

SecretBytes hkdf_sha256(ByteView key, ByteView salt, ByteView info, std::size_t size) {
  RIGHTFUL_CHECK(key.size() >= kMinKeyBytes);
  RIGHTFUL_CHECK(size >= 1 && size <= kMaxResultBytes);
  std::string digest_name = "SHA256";
  std::vector<OSSL_PARAM> parameters{
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest_name.data(), 0),
      octets(OSSL_KDF_PARAM_KEY, key)};
  if (!salt.empty()) parameters.push_back(octets(OSSL_KDF_PARAM_SALT, salt));
  if (!info.empty()) parameters.push_back(octets(OSSL_KDF_PARAM_INFO, info));
  parameters.push_back(OSSL_PARAM_construct_end());
  const std::unique_ptr<EVP_KDF_CTX, FreeWith<EVP_KDF_CTX_free>> context(
      EVP_KDF_CTX_new(hkdf_algorithm()));
  require(context != nullptr, "EVP_KDF_CTX_new");
  SecretBytes result(size);
  require(EVP_KDF_derive(context.get(), raw(result.expose_mutable()), size, parameters.data()) == 1,
          "EVP_KDF_derive");
  return result;
}

}  // namespace rightful::crypto
