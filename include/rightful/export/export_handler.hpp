/// @file
/// What the queue's job `export` means: what the child is told, what is believed of its facts, and
/// how a package becomes visible.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rightful/core/clock.hpp"
#include "rightful/core/random.hpp"
#include "rightful/crypto/server_keys.hpp"
#include "rightful/export/package_store.hpp"
#include "rightful/export/release_gate.hpp"
#include "rightful/queue/job_handler.hpp"

namespace rightful::store {
class Pool;
}

namespace rightful::exporting {

/// What happens on a kernel without Landlock.
enum class Landlock : std::uint8_t { Require, IfAvailable };

struct ExportSettings {
  std::filesystem::path package_directory;  ///< of the DirectoryPackageStore, as the child opens it
  std::filesystem::path work_directory;  ///< for unlinked, encrypted spill files; made when absent
  std::chrono::days package_lifetime{30};
  std::int64_t child_memory_mib = 512;  ///< address space of the child; not in sanitizer builds
  Landlock landlock = Landlock::IfAvailable;
  /// The value of an environment variable that a catalog's source names. Secrets  URLs may hold
  /// passwords.
  std::function<std::optional<std::string>(const std::string&)> environment;
};

/// Owns     nothing; all references must outlive it and every attempt. Threads  as
/// queue::JobHandler.
class ExportHandler final : public queue::JobHandler {
 public:
  ExportHandler(store::Pool& pool,
                PackageStore& packages,
                const crypto::ServerKeys& keys,
                Clock& clock,
                Random& random,
                ReleaseGate& gate,
                ExportSettings settings);

  /// Errors  AttemptFailed: no_catalog, bad_catalog, not_configured; what the gate says.
  [[nodiscard]] std::unique_ptr<queue::JobAttempt> begin(const store::ClaimedJob& job) override;
  void destroy_object(std::string_view object_name) override;
  [[nodiscard]] bool quarantine(const store::ClaimedJob& job,
                                const store::AttemptEnd& end,
                                const queue::JobFailure& failure) override;
  /// Destroys the objects of ended attempts and unfinished uploads that nobody writes. A complete
  /// object that the database does not know (a restored backup) is reported, not destroyed.
  void sweep() override;

 private:
  void report_lost_requests();
  void destroy_left_objects();
  void destroy_and_look(const std::string& object_name);
  void sort_out(const std::vector<StoredObject>& objects);
  void report_missing(const std::vector<StoredObject>& objects);

  store::Pool& pool_;
  PackageStore& packages_;
  const crypto::ServerKeys& keys_;
  Clock& clock_;
  Random& random_;
  ReleaseGate& gate_;
  ExportSettings settings_;
};

}  // namespace rightful::exporting
