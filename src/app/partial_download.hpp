/// @file
/// What has arrived of a package, kept across interruptions, until it is whole and gets its name.
/// Knows nothing of HTTP.
#pragma once

#include <cstdint>
#include <filesystem>

#include "rightful/archive/unlock_package.hpp"
#include "rightful/core/bytes.hpp"
#include "rightful/core/result.hpp"
#include "rightful/core/unique_fd.hpp"
#include "rightful/crypto/fixed_bytes.hpp"

namespace rightful::app {

/// The file `<target>.<16 digits of the package's SHA-256>.part` beside the target (mode 0600), so
/// that a part is never continued with the bytes of another package. It stays when the program ends
/// or is killed; the next run with the same target goes on with it.
///
/// Threads  one; a second program on the same part is refused.
/// Errors   Failure when the file cannot be read back.
class PartialDownload {
 public:
  /// Opens or makes the part, and removes parts of other packages for the same target.
  /// @return Conflict when `target` exists and may not be replaced, or another program downloads to
  ///         it; NotFound without the folder; Denied when this user may not write there, or
  ///         something else than a file has the part's name.
  [[nodiscard]] static Result<PartialDownload> open(const std::filesystem::path& target,
                                                    const crypto::Sha256Digest& sha256,
                                                    std::uint64_t size,
                                                    archive::Overwrite overwrite);

  /// Bytes that are here, 0 to wanted_size().
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

  [[nodiscard]] std::uint64_t wanted_size() const noexcept { return wanted_size_; }

  [[nodiscard]] bool is_whole() const noexcept { return size_ == wanted_size_; }

  /// @return LimitExceeded when the disk is full (what is here stays) · NotAuthentic when these are
  /// more bytes than the package has · Unavailable when writing fails otherwise.
  [[nodiscard]] Result<void> append(ByteView bytes);
  /// Forgets what is here, for a server that begins from the first byte again.
  [[nodiscard]] Result<void> restart();
  /// Compares SHA-256 and gives the file the target's name. The file must be whole (checked).
  /// @return NotAuthentic when these are other bytes: the part is removed. Conflict when the target
  /// has appeared meanwhile: the part stays.
  [[nodiscard]] Result<void> finish();
  /// Removes the part.
  void discard() noexcept;

 private:
  PartialDownload(std::filesystem::path target,
                  std::filesystem::path part,
                  crypto::Sha256Digest sha256,
                  archive::Overwrite overwrite)
      : target_(std::move(target)),
        part_(std::move(part)),
        sha256_(sha256),
        overwrite_(overwrite) {}

  std::filesystem::path target_;
  std::filesystem::path part_;
  crypto::Sha256Digest sha256_;
  archive::Overwrite overwrite_;
  UniqueFd file_;
  std::uint64_t size_ = 0;
  std::uint64_t wanted_size_ = 0;
};

}  // namespace rightful::app
