#include "rightful/crypto/credential.hpp"

#include <sodium.h>

#include "rightful/core/failure.hpp"
#include "rightful/crypto/kdf.hpp"
#include "rightful/crypto/signed_text.hpp"

#include "crypto/nfkc.hpp"
#include "crypto/sodium.hpp"

namespace rightful::crypto {
namespace {

constexpr std::size_t kKeyBytes = 32;
static_assert(Salt::kSizeBytes == crypto_pwhash_SALTBYTES);

SecretBytes master_key(const SecretBytes& normalized, const Salt& salt) {
  ensure_sodium();
  SecretBytes key(kKeyBytes);
  const std::string_view password = as_text(normalized.expose());
  const int status = crypto_pwhash(raw(key.expose_mutable()),
                                   key.size(),
                                   password.data(),
                                   password.size(),
                                   raw(salt.bytes()),
                                   kArgon2Passes,
                                   std::size_t{kArgon2MemoryKib} * 1024,
                                   crypto_pwhash_ALG_ARGON2ID13);
  if (status != 0) throw Failure(Retry::Later, "no_memory", "Argon2id needs 64 MiB of memory");
  return key;
}

SecretBytes derive(const SecretBytes& master, std::string_view label, const AccountId& account) {
  const SignedText info = SignedText(label).variable(account.expose());
  return hkdf_sha256(master.expose(), {}, info.bytes(), kKeyBytes);
}

}  // namespace

Result<SecretBytes> normalize_credential(std::string_view credential) {
  if (credential.empty()) return fail(ErrorCode::InvalidArgument, "a credential is not empty");
  if (credential.size() > kMaxCredentialBytes) {
    return fail(ErrorCode::LimitExceeded, "a credential has at most 1024 bytes");
  }
  return normalize_nfkc(credential);
}

Result<CredentialKeys> derive_credential_keys(const AccountId& account,
                                              std::string_view credential,
                                              const Salt& salt) {
  RIGHTFUL_TRY(const auto normalized, normalize_credential(credential));
  const SecretBytes master = master_key(normalized, salt);
  return CredentialKeys{derive(master, "rightful/v1/login", account),
                        derive(master, "rightful/v1/wrap", account)};
}

}  // namespace rightful::crypto
