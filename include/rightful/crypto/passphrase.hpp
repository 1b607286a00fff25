/// @file
/// The code that opens one package's encrypted entry. Made by machine, never chosen by a person.
#pragma once

#include <string_view>

#include "rightful/core/random.hpp"
#include "rightful/core/result.hpp"
#include "rightful/crypto/secret_bytes.hpp"

namespace rightful::crypto {

/// 160 random bits as 32 Crockford base32 characters in eight groups of four: `0123-4567-…`, upper
/// case.
///
/// Format   docs/formats/credentials.md §8; the AE-2 password is exactly these 39 ASCII characters,
/// hyphens included. Secrets  as SecretBytes.
class Passphrase {
 public:
  static constexpr std::size_t kTextSize = 39;

  [[nodiscard]] static Passphrase generate(Random& random);
  /// @param text  32 characters in either case, I and L read as 1, O as 0; hyphens anywhere are
  /// ignored.
  /// @return InvalidArgument for another number of characters or one outside the alphabet.
  [[nodiscard]] static Result<Passphrase> parse(std::string_view text);

  /// The 39 characters.
  [[nodiscard]] std::string_view expose() const noexcept;

 private:
  explicit Passphrase(SecretBytes text) noexcept : text_(std::move(text)) {}

  SecretBytes text_;
};

}  // namespace rightful::crypto
