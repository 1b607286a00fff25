/// @file
/// From passphrase to decryptor, with the one answer to a passphrase that does not fit.
#pragma once

#include "rightful/crypto/ae2.hpp"
#include "rightful/crypto/passphrase.hpp"

#include "archive/reader/outer_file.hpp"
#include "archive/reader/refuse.hpp"

namespace rightful::archive::reader {

/// @return NotAuthentic "passphrase: …".
[[nodiscard]] inline Result<crypto::Ae2Decryptor> open_content(
    const OuterFile& file, const crypto::Passphrase& passphrase) {
  auto opened = crypto::Ae2Decryptor::open(passphrase.expose(), file.salt, file.verifier);
  if (!opened) return refuse(ErrorCode::NotAuthentic, "passphrase", "does not fit the package");
  return opened;
}

}  // namespace rightful::archive::reader
