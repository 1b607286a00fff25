/// @file
/// Where works and outputs lie while the bench runs.
#pragma once

#include <cstdint>
#include <filesystem>

namespace rightful::bench {

/// A new folder in TMPDIR (else /tmp), removed with everything in it when the object goes; one that
/// a killed bench left behind is removed by the next.
///
/// Errors  Failure when the folder cannot be made.
class BenchFolder {
 public:
  BenchFolder();
  BenchFolder(const BenchFolder&) = delete;
  BenchFolder& operator=(const BenchFolder&) = delete;
  ~BenchFolder();

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

  /// A folder of that name in it, empty; removed by the caller or with all.
  [[nodiscard]] std::filesystem::path make(const std::string& name) const;
  /// Errors  Failure naming the place, what is free and what is needed.
  void demand_space(std::uint64_t bytes, const std::string& for_what) const;

 private:
  std::filesystem::path path_;
};

}  // namespace rightful::bench
