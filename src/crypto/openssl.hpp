/// @file
/// OpenSSL's algorithms, fetched once per process, and its handles with owners.
#pragma once

#include <memory>

#include <openssl/evp.h>

namespace rightful::crypto {

/// `std::unique_ptr<EVP_MAC_CTX, FreeWith<EVP_MAC_CTX_free>>`
template <auto function>
struct FreeWith {
  template <class T>
  void operator()(T* handle) const noexcept {
    function(handle);
  }
};

using MacContext = std::unique_ptr<EVP_MAC_CTX, FreeWith<EVP_MAC_CTX_free>>;

/// Errors  Failure(Retry::Never, "crypto_library"), naming the call; OpenSSL's own queue is
/// emptied.
void require(bool succeeded, const char* call);

// Fetching takes a lock and a look-up by name: once. Errors  as require().
[[nodiscard]] EVP_MD* sha256_algorithm();
[[nodiscard]] EVP_MAC* hmac_algorithm();
[[nodiscard]] EVP_KDF* hkdf_algorithm();
[[nodiscard]] EVP_CIPHER* aes256_ecb_algorithm();

}  // namespace rightful::crypto
