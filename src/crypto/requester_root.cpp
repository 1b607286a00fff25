#include "rightful/crypto/requester_root.hpp"

#include <array>
#include <utility>

#include "rightful/crypto/aead.hpp"
#include "rightful/crypto/kdf.hpp"
#include "rightful/crypto/not_authentic.hpp"
#include "rightful/crypto/signed_text.hpp"

#include "crypto/code_text.hpp"

namespace rightful::crypto {
namespace {

constexpr std::array<std::pair<WrapKind, std::string_view>, 4> kWrapKinds{{
    {WrapKind::Password, "password"},
    {WrapKind::ExportPassphrase, "export_passphrase"},
    {WrapKind::PasskeyPrf, "passkey_prf"},
    {WrapKind::Recovery, "recovery"},
}};

static_assert(kWrapSizeBytes == RequesterRoot::kSizeBytes + kAeadOverheadBytes);
static_assert(RecoveryCode::kTextSize == kCodeTextSize);

SignedText associated_data(WrapKind kind,
                           const AccountId& account,
                           const UnlockPublicKey& unlock_key,
                           const SignPublicKey& sign_key) {
  return SignedText("rightful/v1/root")
      .variable(account.expose())
      .variable(name_of(kind))
      .fixed(unlock_key.bytes())
      .fixed(sign_key.bytes());
}

SecretBytes derive(const SecretBytes& root, std::string_view label) {
  return hkdf_sha256(root.expose(), {}, as_bytes(label), RequesterRoot::kSizeBytes);
}

}  // namespace

std::string_view name_of(WrapKind kind) noexcept {
  return kWrapKinds[std::to_underlying(kind)].second;
}

Result<WrapKind> parse_wrap_kind(std::string_view text) {
  for (const auto& [kind, name] : kWrapKinds) {
    if (name == text) return kind;
  }
  return fail(ErrorCode::InvalidArgument,
              "a wrap is password, export_passphrase, passkey_prf or recovery");
}

RequesterRoot RequesterRoot::generate(Random& random) {
  SecretBytes root(kSizeBytes);
  random.fill(root.expose_mutable());
  return RequesterRoot(std::move(root));
}

Result<RequesterRoot> RequesterRoot::from_bytes(ByteView root) {
  if (root.size() != kSizeBytes) return fail(ErrorCode::InvalidArgument, "a root has 32 bytes");
  return RequesterRoot(SecretBytes::copy_of(root));
}

UnlockKeyPair RequesterRoot::unlock_keys() const {
  return *UnlockKeyPair::from_secret(derive(root_, "rightful/v1/unlock").expose());
}

SigningKey RequesterRoot::sign_key() const {
  return *SigningKey::from_seed(derive(root_, "rightful/v1/sign").expose());
}

Bytes RequesterRoot::wrap(const SecretBytes& wrap_key,
                          WrapKind kind,
                          const AccountId& account,
                          Random& random) const {
  const SignedText associated =
      associated_data(kind, account, unlock_keys().public_key(), sign_key().public_key());
  return aead_encrypt(wrap_key.expose(), root_.expose(), associated.bytes(), random);
}

Result<RequesterRoot> RequesterRoot::unwrap(ByteView wrapped,
                                            const SecretBytes& wrap_key,
                                            WrapKind kind,
                                            const AccountId& account,
                                            const UnlockPublicKey& unlock_key,
                                            const SignPublicKey& sign_key) {
  if (wrapped.size() != kWrapSizeBytes) return not_authentic();
  const SignedText associated = associated_data(kind, account, unlock_key, sign_key);
  RIGHTFUL_TRY(auto bytes, aead_decrypt(wrap_key.expose(), wrapped, associated.bytes()));
  RequesterRoot root(std::move(bytes));
  if (root.unlock_keys().public_key() != unlock_key || root.sign_key().public_key() != sign_key) {
    return not_authentic();
  }
  return root;
}

RecoveryCode RecoveryCode::generate(Random& random) {
  return RecoveryCode(generate_code(random));
}

Result<RecoveryCode> RecoveryCode::parse(std::string_view text) {
  RIGHTFUL_TRY(auto canonical, parse_code(text));
  return RecoveryCode(std::move(canonical));
}

std::string_view RecoveryCode::expose() const noexcept {
  return as_text(text_.expose());
}

SecretBytes RecoveryCode::wrap_key(const AccountId& account) const {
  const SignedText info = SignedText("rightful/v1/recovery").variable(account.expose());
  return hkdf_sha256(code_bytes(text_).expose(), {}, info.bytes(), RequesterRoot::kSizeBytes);
}

}  // namespace rightful::crypto
