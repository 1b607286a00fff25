/// @file
/// Where packages lie: ciphertext under random names. Which of them somebody may fetch is decided
/// by the database alone.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rightful/archive/package_sink.hpp"
#include "rightful/archive/read_at.hpp"
#include "rightful/core/result.hpp"
#include "rightful/core/unique_fd.hpp"
#include "rightful/lifecycle/package_bytes.hpp"

namespace rightful::exporting {

/// An object while it is written. Without complete() the destructor removes what was written.
///
/// Threads  as archive::PackageSink.
/// Errors   Failure(Later, "disk_full" …) from every call.
class PackageUpload : public archive::PackageSink {
 public:
  /// Durable and under its own name when this returns. Called once, nothing is written after.
  virtual void complete() = 0;
};

struct StoredObject {
  std::string object_name;
  bool is_complete;  ///< false = an upload that was not completed
};

/// Names are those of store::ClaimedJob::object_name; any other is refused (RIGHTFUL_CHECK).
///
/// Threads  all methods may be called from any thread. Errors  Failure when the store does not
/// answer.
class PackageStore : public lifecycle::PackageObjects {
 public:
  /// Errors  Failure(Never, "object_exists") when the object or an upload of it is there.
  [[nodiscard]] virtual std::unique_ptr<PackageUpload> create(const std::string& object_name) = 0;
  /// A complete object for random access. @return NotFound
  [[nodiscard]] virtual Result<std::unique_ptr<archive::ReadAt>> read(
      const std::string& object_name) = 0;
  /// Complete objects and begun uploads, in no order; what is not ours in the same place is left
  /// out.
  [[nodiscard]] virtual std::vector<StoredObject> list() = 0;

  /// Through read(). @return NotFound
  [[nodiscard]] Result<std::unique_ptr<lifecycle::PackageBytes>> open(
      const std::string& object_name) override;
};

/// One directory (0700) with one file (0600) an object. An upload has a hidden name until it is
/// synced and renamed, so a crash leaves nothing that looks like a package.
class DirectoryPackageStore final : public PackageStore {
 public:
  /// @param directory  made when absent. Errors  Failure
  explicit DirectoryPackageStore(std::filesystem::path directory);

  [[nodiscard]] const std::filesystem::path& directory() const noexcept { return directory_; }

  [[nodiscard]] std::unique_ptr<PackageUpload> create(const std::string& object_name) override;
  [[nodiscard]] Result<std::unique_ptr<archive::ReadAt>> read(
      const std::string& object_name) override;
  [[nodiscard]] std::vector<StoredObject> list() override;
  /// Unlinks the object and any upload of it, and syncs the directory. The bytes are ciphertext
  /// whose key is sealed, so they are not overwritten.
  void destroy(const std::string& object_name) override;

 private:
  std::filesystem::path directory_;
};

/// `<uuid>.zip`, as the claim makes them.
[[nodiscard]] bool is_object_name(std::string_view text);

}  // namespace rightful::exporting
