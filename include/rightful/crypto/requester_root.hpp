/// @file
/// The requester's root secret, its two key pairs and its wraps: one per way in. Client side only.
#pragma once

#include <cstdint>
#include <string_view>

#include "rightful/core/account_id.hpp"
#include "rightful/core/bytes.hpp"
#include "rightful/core/random.hpp"
#include "rightful/core/result.hpp"
#include "rightful/crypto/fixed_bytes.hpp"
#include "rightful/crypto/sealed_box.hpp"
#include "rightful/crypto/secret_bytes.hpp"
#include "rightful/crypto/signature.hpp"

namespace rightful::crypto {

/// A way in; the text stands in the database, in the HTTP API and in the wrap itself.
enum class WrapKind : std::uint8_t { Password, ExportPassphrase, PasskeyPrf, Recovery };

/// `password`, `export_passphrase`, `passkey_prf`, `recovery`.
[[nodiscard]] std::string_view name_of(WrapKind kind) noexcept;
/// @return InvalidArgument for any other text.
[[nodiscard]] Result<WrapKind> parse_wrap_kind(std::string_view text);

/// Size of W: nonce ‖ 32 encrypted bytes ‖ tag.
inline constexpr std::size_t kWrapSizeBytes = 72;

/// 32 random bytes, made once at enrolment; everything that the requester can open or sign derives
/// from them.
///
/// Format   docs/formats/credentials.md §5
/// Threads  const calls from any thread. Secrets  move-only.
class RequesterRoot {
 public:
  static constexpr std::size_t kSizeBytes = 32;

  [[nodiscard]] static RequesterRoot generate(Random& random);
  /// @return InvalidArgument unless 32 bytes.
  [[nodiscard]] static Result<RequesterRoot> from_bytes(ByteView root);

  /// X25519: opens envelopes.
  [[nodiscard]] UnlockKeyPair unlock_keys() const;
  /// Ed25519: signs request statements.
  [[nodiscard]] SigningKey sign_key() const;

  /// W = XChaCha20-Poly1305(wrap_key, root), bound to account, kind and both public keys.
  /// @param wrap_key  32 bytes: CredentialKeys::wrap or RecoveryCode::wrap_key.
  /// @return 72 bytes.
  [[nodiscard]] Bytes wrap(const SecretBytes& wrap_key,
                           WrapKind kind,
                           const AccountId& account,
                           Random& random) const;

  /// @return NotAuthentic for a wrong key, another account or kind, other public keys, or a changed
  ///         byte; also when the root inside does not belong to the public keys given.
  [[nodiscard]] static Result<RequesterRoot> unwrap(ByteView wrapped,
                                                    const SecretBytes& wrap_key,
                                                    WrapKind kind,
                                                    const AccountId& account,
                                                    const UnlockPublicKey& unlock_key,
                                                    const SignPublicKey& sign_key);

 private:
  explicit RequesterRoot(SecretBytes root) noexcept : root_(std::move(root)) {}

  SecretBytes root_;
};

/// The way in that is printed and put into a drawer: 160 random bits, written as Passphrase is,
/// shown once. Secrets  as SecretBytes.
class RecoveryCode {
 public:
  static constexpr std::size_t kTextSize = 39;

  [[nodiscard]] static RecoveryCode generate(Random& random);
  /// @param text  32 characters in either case, I and L read as 1, O as 0; hyphens anywhere are
  /// ignored.
  /// @return InvalidArgument for another number of characters or one outside the alphabet.
  [[nodiscard]] static Result<RecoveryCode> parse(std::string_view text);

  /// 32 upper-case characters in eight groups of four, hyphens between.
  [[nodiscard]] std::string_view expose() const noexcept;
  /// HKDF of the 20 bytes: no stretching is needed for 160 random bits. 32 bytes.
  [[nodiscard]] SecretBytes wrap_key(const AccountId& account) const;

 private:
  explicit RecoveryCode(SecretBytes text) noexcept : text_(std::move(text)) {}

  SecretBytes text_;
};

}  // namespace rightful::crypto
