#include "bench/export_child_mode.hpp"

#include <memory>

#include "rightful/export/export_child.hpp"

#include "bench/plain_file.hpp"

namespace rightful::bench {
namespace {

class UnsyncedUpload final : public exporting::PackageUpload {
 public:
  explicit UnsyncedUpload(const std::filesystem::path& path) : output_(path) {}

  void write(ByteView bytes) override { output_.write(bytes); }

  void patch(std::uint64_t offset, ByteView bytes) override { output_.patch(offset, bytes); }

  void complete() override {}

 private:
  FileOutput output_;
};

/// A directory in which a package lies under its own name from the first byte on.
class UnsyncedStore final : public exporting::PackageStore {
 public:
  explicit UnsyncedStore(const std::filesystem::path& directory)
      : directory_(directory), store_(directory) {}

  [[nodiscard]] std::unique_ptr<exporting::PackageUpload> create(const std::string& name) override {
    return std::make_unique<UnsyncedUpload>(directory_ / name);
  }

  [[nodiscard]] Result<std::unique_ptr<archive::ReadAt>> read(const std::string& name) override {
    return store_.read(name);
  }

  [[nodiscard]] std::vector<exporting::StoredObject> list() override { return store_.list(); }

  void destroy(const std::string& name) override { store_.destroy(name); }

 private:
  std::filesystem::path directory_;
  exporting::DirectoryPackageStore store_;
};

}  // namespace

int run_export_child_unsynced() {
  constexpr int kIn = 3;
  constexpr int kOut = 4;
  SystemClock clock;
  SystemRandom random;
  return exporting::run_export_child(kIn,
                                     kOut,
                                     {.open_store =
                                          [](const std::filesystem::path& directory) {
                                            return std::make_unique<UnsyncedStore>(directory);
                                          },
                                      .clock = clock,
                                      .random = random});
}

}  // namespace rightful::bench
