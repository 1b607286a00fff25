/// @file
/// Where an unlocked package appears: whole, under its final name, or not at all.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string_view>

#include "rightful/archive/unlock_package.hpp"
#include "rightful/core/bytes.hpp"
#include "rightful/core/result.hpp"
#include "rightful/core/unique_fd.hpp"

namespace rightful::archive {

/// A temporary `.rightful-…` beside the target that becomes the target by commit(); destroyed
/// before, it is removed. What a killed program left is removed by the next prepare() in the same
/// folder: a temporary is locked (flock) as long as its program lives.
///
/// Threads  one.
/// Errors   Failure from the file system, but for a full disk or a limit on sizes: LimitExceeded.
class OutputPlace {
 public:
  /// @return NotFound without the parent folder; Denied when it may not be written; Conflict when
  /// the target exists and may not be replaced: always when it is of another kind, and for a folder
  /// that is not empty and was not unpacked from a package.
  [[nodiscard]] static Result<OutputPlace> prepare(const std::filesystem::path& target,
                                                   UnlockForm form,
                                                   Overwrite overwrite);
  OutputPlace(OutputPlace&& other) noexcept;
  OutputPlace& operator=(OutputPlace&&) = delete;
  OutputPlace(const OutputPlace&) = delete;
  OutputPlace& operator=(const OutputPlace&) = delete;
  ~OutputPlace();

  /// The file itself, for InnerZip.
  [[nodiscard]] UniqueFd open_file() const;
  /// A new file in the folder, its parents with it. @param name  a checked entry name.
  [[nodiscard]] Result<UniqueFd> open_entry(std::string_view name) const;
  /// Writes all of `bytes` at the file's position.
  [[nodiscard]] Result<void> write(const UniqueFd& file, ByteView bytes) const;
  /// @return Conflict when something has appeared under the target's name meanwhile.
  [[nodiscard]] Result<void> commit();

 private:
  OutputPlace(std::filesystem::path target,
              std::filesystem::path temporary,
              UnlockForm form,
              Overwrite overwrite);

  [[nodiscard]] Result<void> replace_folder();

  std::filesystem::path target_;
  std::filesystem::path temporary_;  ///< empty = committed or moved from
  UniqueFd lock_;
  UnlockForm form_;
  Overwrite overwrite_;
};

}  // namespace rightful::archive
