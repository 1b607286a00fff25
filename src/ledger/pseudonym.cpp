#include "rightful/ledger/pseudonym.hpp"

#include "rightful/core/check.hpp"
#include "rightful/crypto/aead.hpp"
#include "rightful/crypto/hash.hpp"
#include "rightful/crypto/mac.hpp"

namespace rightful::ledger {

namespace {

constexpr std::string_view kTagLabel = "rightful/ledger/tag/v1";
constexpr std::string_view kSubjectLabel = "rightful/ledger/subject/v1";
constexpr std::string_view kKeyLabel = "rightful/ledger/key/v1";

}  // namespace

crypto::Sha256Digest subject_tag(ByteView lookup_key, const AccountId& account) {
  RIGHTFUL_CHECK(lookup_key.size() == 32);
  std::string message(kTagLabel);
  message += '\0';  // an account holds no control character, so the parts cannot run together
  message += account.expose();
  return crypto::hmac_sha256(lookup_key, as_bytes(message));
}

SubjectKey SubjectKey::generate(Random& random) {
  crypto::SecretBytes bytes(kSizeBytes);
  random.fill(bytes.expose_mutable());
  return SubjectKey(std::move(bytes));
}

Result<SubjectKey> SubjectKey::unwrap(ByteView wrapped,
                                      ByteView kek,
                                      const crypto::Sha256Digest& tag) {
  RIGHTFUL_TRY(auto bytes, crypto::aead_decrypt(kek, wrapped, tag.bytes()));
  if (bytes.size() != kSizeBytes) {
    return fail(ErrorCode::NotAuthentic, "a wrapped subject key of another size");
  }
  return SubjectKey(std::move(bytes));
}

Bytes SubjectKey::wrap(ByteView kek, const crypto::Sha256Digest& tag, Random& random) const {
  return crypto::aead_encrypt(kek, bytes_.expose(), tag.bytes(), random);
}

Pseudonym SubjectKey::pseudonym(const Origin& origin, const AccountId& account) const {
  std::string message(kSubjectLabel);
  message += '\0';
  message += origin.text();
  message += '\0';
  message += account.expose();
  const auto mac = crypto::hmac_sha256(bytes_.expose(), as_bytes(message));
  return Pseudonym("s_" + to_base64url(mac.bytes()));
}

KeyRef key_reference(const crypto::UnlockPublicKey& unlock_key,
                     const crypto::SignPublicKey& sign_key) {
  crypto::Sha256 hash;
  hash.update(as_bytes(kKeyLabel));
  hash.update(unlock_key.bytes());
  hash.update(sign_key.bytes());
  const crypto::Sha256Digest digest = std::move(hash).finish();
  return KeyRef::from_bytes(std::span(digest.bytes()).first<16>());
}

}  // namespace rightful::ledger
