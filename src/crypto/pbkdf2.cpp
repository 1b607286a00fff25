#include "crypto/pbkdf2.hpp"

#include "crypto/openssl.hpp"
#include "crypto/sodium.hpp"

namespace rightful::crypto {

SecretBytes pbkdf2_hmac_sha1(std::string_view password,
                             ByteView salt,
                             unsigned rounds,
                             std::size_t size_bytes) {
  SecretBytes key(size_bytes);
  require(PKCS5_PBKDF2_HMAC(password.data(),
                            static_cast<int>(password.size()),
                            raw(salt),
                            static_cast<int>(salt.size()),
                            static_cast<int>(rounds),
                            EVP_sha1(),
                            static_cast<int>(size_bytes),
                            raw(key.expose_mutable())) == 1,
          "PKCS5_PBKDF2_HMAC");
  return key;
}

}  // namespace rightful::crypto
