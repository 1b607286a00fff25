/// @file
/// The folder of the demo: made anew at every run, never anything else than a demo's.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "rightful/core/result.hpp"
#include "rightful/core/settings.hpp"
#include "rightful/core/unique_fd.hpp"

namespace rightful::app {

/// `state/` Rightful's own, `company/` the invented company's, `people/` what the demo's people
/// hold, `proof/` for a while: made anew. `keys/` stays, so that a client that met the demo before
/// meets the same service again.
///
/// Owns     a lock on the folder until destruction.
class DemoPlace {
 public:
  /// Takes the lock, ends servers that a killed run left behind, and removes what they worked on.
  /// @param directory  absent, empty, or of an earlier demo.
  /// @return Conflict when another demo runs there, or the folder holds anything else: it is never
  /// touched then.
  [[nodiscard]] static Result<DemoPlace> prepare(const std::filesystem::path& directory);

  [[nodiscard]] std::filesystem::path state() const { return directory_ / "state"; }

  [[nodiscard]] std::filesystem::path company() const { return directory_ / "company"; }

  [[nodiscard]] std::filesystem::path people() const { return directory_ / "people"; }

  [[nodiscard]] std::filesystem::path proof() const { return directory_ / "proof"; }

  [[nodiscard]] std::filesystem::path keys() const { return directory_ / "keys"; }

  [[nodiscard]] const std::filesystem::path& directory() const noexcept { return directory_; }

 private:
  DemoPlace(std::filesystem::path directory, UniqueFd lock)
      : directory_(std::move(directory)), lock_(std::move(lock)) {}

  std::filesystem::path directory_;
  UniqueFd lock_;
};

/// `--data-dir`, else `demo` below the default data directory.
[[nodiscard]] Result<std::filesystem::path> demo_directory(
    const Settings& settings, const std::vector<std::string>& environment);

}  // namespace rightful::app
