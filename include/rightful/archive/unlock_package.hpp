/// @file
/// Opens a package on its owner's own machine: to the inner ZIP, or unpacked into a folder. Not the
/// check before release (verify_package.hpp), and never used by the server.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "rightful/archive/read_at.hpp"
#include "rightful/archive/verify_package.hpp"
#include "rightful/core/result.hpp"
#include "rightful/crypto/fixed_bytes.hpp"
#include "rightful/crypto/passphrase.hpp"

namespace rightful::archive {

enum class UnlockForm : std::uint8_t {
  InnerZip,  ///< `target` becomes the ZIP file that holds everything
  Folder     ///< `target` becomes a folder with everything unpacked
};

enum class Overwrite : std::uint8_t { Refuse, Replace };

struct UnlockOptions {
  std::filesystem::path target;
  UnlockForm form = UnlockForm::Folder;
  /// Replace: an existing `target` of the same form is exchanged for the new one at the very end,
  /// as a whole.
  Overwrite overwrite = Overwrite::Refuse;
  /// From the sealed payload (crypto::open_envelope); without it the package is authenticated by
  /// its HMAC alone.
  std::optional<crypto::Sha256Digest> content_sha256 = {};
  PackageProgress progress = {};
};

struct UnlockReport {
  std::uint64_t files;  ///< 1 for InnerZip
  std::uint64_t bytes;  ///< written
};

/// Writes into a temporary `.rightful-…` beside `target` (mode 0600, folders 0700) and renames it
/// after HMAC, content hash and every CRC have held; on any error, and when progress says stop, the
/// temporary is removed and `target` is untouched. A killed program leaves its temporary; the next
/// call with a target in the same folder removes it. Entry names are checked by the rule of
/// check_entry_name(), so nothing leaves the folder; links do not occur.
///
/// Threads  starts two of its own (reading, decryption); ends them before it returns.
/// Errors   Failure for disk and `stored`; the temporary is removed then too.
/// @return NotAuthentic (wrong passphrase, HMAC or hash) · InvalidArgument (not a package) ·
/// Conflict (`target` exists, or stopped by progress) · NotFound (no such parent folder) · Denied
/// (it may not be written) · LimitExceeded (the disk is full).
[[nodiscard]] Result<UnlockReport> unlock_package(const ReadAt& stored,
                                                  const crypto::Passphrase& passphrase,
                                                  const UnlockOptions& options);

}  // namespace rightful::archive
