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

/// A temporary beside the target that becomes the target by commit(); destroyed before, it is
/// removed.
///
/// Threads  one.
/// Errors   Failure from the file system.
class OutputPlace {
 public:
  /// @return NotFound without the parent folder; Conflict when the target exists and may not be
  /// replaced: always when it is of another kind, and for a folder that is not empty and was not
  /// unpacked from a package.
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
  [[nodiscard]] UniqueFd open_entry(std::string_view name) const;
  /// @return Conflict when something has appeared under the target's name meanwhile.
  [[nodiscard]] Result<void> commit();

 private:
  OutputPlace(std::filesystem::path target,
              std::filesystem::path temporary,
              UnlockForm form,
              Overwrite overwrite)
      : target_(std::move(target)),
        temporary_(std::move(temporary)),
        form_(form),
        overwrite_(overwrite) {}

  [[nodiscard]] Result<void> replace_folder();

  std::filesystem::path target_;
  std::filesystem::path temporary_;  ///< empty = committed or moved from
  UnlockForm form_;
  Overwrite overwrite_;
};

/// Writes all of `bytes` at the file's position. Errors  Failure.
void write_fully(int fd, ByteView bytes);

}  // namespace rightful::archive
