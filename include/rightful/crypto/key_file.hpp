/// @file
/// One secret of the service in one small text file: `rightful-key v1 <name> <base64>` and a line
/// feed.
#pragma once

#include <filesystem>
#include <string_view>

#include "rightful/core/random.hpp"
#include "rightful/core/result.hpp"
#include "rightful/crypto/secret_bytes.hpp"

namespace rightful::crypto {

inline constexpr std::size_t kServerKeyBytes = 32;

/// `<name>.key` in `directory`, mode 0400. Errors  Failure when the disk fails.
void write_key_file(const std::filesystem::path& directory, std::string_view name, Random& random);

/// @param path  a file.
/// @param name  the key that must be inside.
/// @return 32 bytes; NotFound, Denied (others than the owner have a right to the file, or it is not
///         readable), InvalidArgument (not such a file, or another key inside). The text names the
///         file and says what to do.
[[nodiscard]] Result<SecretBytes> read_key_file(const std::filesystem::path& path,
                                                std::string_view name);

}  // namespace rightful::crypto
