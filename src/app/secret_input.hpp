/// @file
/// Where a command gets a secret from: a file that was named, or the terminal. Never from the
/// command line, which every user of the machine can read.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "rightful/core/result.hpp"
#include "rightful/crypto/secret_bytes.hpp"

namespace rightful::app {

/// The first line of the file, without its line end. `-` reads standard input.
/// @return NotFound, Denied, InvalidArgument (empty), LimitExceeded (over 1 KiB).
[[nodiscard]] Result<crypto::SecretBytes> secret_from_file(const std::string& path);

/// The file if one was named, else a question on the terminal.
[[nodiscard]] Result<crypto::SecretBytes> secret_from(const std::optional<std::string>& file,
                                                      std::string_view prompt);

/// Asks twice when it comes from the terminal. @return InvalidArgument when the two differ.
[[nodiscard]] Result<crypto::SecretBytes> new_secret_from(const std::optional<std::string>& file,
                                                          std::string_view prompt);

/// Writes a new file that only its owner can read (0600), with a line end.
/// @return Conflict when it exists. Errors  Failure
[[nodiscard]] Result<void> write_new_secret_file(const std::string& path, std::string_view secret);

}  // namespace rightful::app
