// `rightful export-child` alone. Started under the name `disk-full-<n>`, the package store refuses
// its n-th write, and under `disk-full-at-end` the completion; it also demands that no second
// thread runs before the child is confined.
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>

#include "rightful/core/check.hpp"
#include "rightful/core/failure.hpp"
#include "rightful/export/export_child.hpp"

namespace {

using rightful::ByteView;
using rightful::exporting::PackageStore;
using rightful::exporting::PackageUpload;

constexpr std::string_view kDiskFull = "disk-full-";

class FailingUpload final : public PackageUpload {
 public:
  FailingUpload(std::unique_ptr<PackageUpload> upload, int good_writes, bool completes)
      : upload_(std::move(upload)), good_writes_(good_writes), completes_(completes) {}

  void write(ByteView bytes) override {
    if (good_writes_-- == 0) rightful::throw_system_failure("writing a package", ENOSPC);
    upload_->write(bytes);
  }

  void patch(std::uint64_t offset, ByteView bytes) override { upload_->patch(offset, bytes); }

  void complete() override {
    if (!completes_) rightful::throw_system_failure("completing a package", ENOSPC);
    upload_->complete();
  }

 private:
  std::unique_ptr<PackageUpload> upload_;
  int good_writes_;
  bool completes_;
};

/// Landlock binds the thread that asks for it and those that it starts later. The package is begun
/// shortly before the child confines itself: a second thread would stay free.
void demand_one_thread() {
#ifndef RIGHTFUL_SANITIZED
  const std::filesystem::directory_iterator threads("/proc/self/task");
  RIGHTFUL_CHECK(std::distance(begin(threads), end(threads)) == 1);
#endif
}

class FailingStore final : public PackageStore {
 public:
  FailingStore(const std::filesystem::path& directory, int good_writes, bool completes)
      : store_(directory), good_writes_(good_writes), completes_(completes) {}

  [[nodiscard]] std::unique_ptr<PackageUpload> create(const std::string& name) override {
    demand_one_thread();
    return std::make_unique<FailingUpload>(store_.create(name), good_writes_, completes_);
  }

  [[nodiscard]] rightful::Result<std::unique_ptr<rightful::archive::ReadAt>> read(
      const std::string& name) override {
    return store_.read(name);
  }

  [[nodiscard]] std::vector<rightful::exporting::StoredObject> list() override {
    return store_.list();
  }

  void destroy(const std::string& name) override { store_.destroy(name); }

 private:
  rightful::exporting::DirectoryPackageStore store_;
  int good_writes_;
  bool completes_;
};

}  // namespace

int main(int argument_count, char** arguments) {
  const std::string name =
      argument_count > 0 ? std::filesystem::path(arguments[0]).filename().string() : std::string();
  if (!name.starts_with(kDiskFull)) return rightful::exporting::run_export_child(3, 4);
  const std::string when = name.substr(kDiskFull.size());
  const bool completes = when != "at-end";
  const int good_writes = completes ? std::atoi(when.c_str()) : -1;
  rightful::SystemClock clock;
  rightful::SystemRandom random;
  return rightful::exporting::run_export_child(3,
                                               4,
                                               {.open_store =
                                                    [&](const std::filesystem::path& directory) {
                                                      return std::make_unique<FailingStore>(
                                                          directory, good_writes, completes);
                                                    },
                                                .clock = clock,
                                                .random = random});
}
