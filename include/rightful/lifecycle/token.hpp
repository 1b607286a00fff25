/// @file
/// Opaque bearer tokens (sessions, invitations): shown once, stored only as a hash.
#pragma once

#include <string>
#include <string_view>

#include "rightful/core/random.hpp"
#include "rightful/core/result.hpp"
#include "rightful/crypto/fixed_bytes.hpp"
#include "rightful/crypto/secret_bytes.hpp"

namespace rightful::lifecycle {

/// 256 random bits.
///
/// Format   text form: 43 characters, base64url without padding.
/// Secrets  move-only, wiped; never logged, only hash() is stored.
class Token {
 public:
  static constexpr std::size_t kSizeBytes = 32;

  [[nodiscard]] static Token generate(Random& random);
  /// @return InvalidArgument unless `text` is the canonical text form.
  [[nodiscard]] static Result<Token> parse(std::string_view text);

  /// The text form, to be handed to its owner.
  [[nodiscard]] std::string expose() const;
  /// SHA-256 of the 32 bytes.
  [[nodiscard]] crypto::Sha256Digest hash() const;

 private:
  explicit Token(crypto::SecretBytes bytes) : bytes_(std::move(bytes)) {}

  crypto::SecretBytes bytes_;
};

}  // namespace rightful::lifecycle
