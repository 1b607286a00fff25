// Folders in the conformance suite.
#include <filesystem>
#include <fstream>

#include "tests/integration/sources/conformance.hpp"
#include "tests/support/test_database.hpp"

namespace rightful::sources::testing {
namespace {

namespace fs = std::filesystem;

class FilesKind final : public ObjectKind {
 public:
  [[nodiscard]] SourceText source() const override {
    return {"{ kind: files, root_env: STORE_ROOT }", {{"store", folder_.path().string()}}};
  }

  void put(const std::string& name, const std::string& body, std::size_t repeat) override {
    const fs::path path = folder_.path() / name;
    fs::create_directories(path.parent_path());
    std::ofstream file(path.string() + ".new", std::ios::binary);
    for (std::size_t i = 0; i < repeat; ++i) {
      file << body;
    }
    file.close();
    fs::rename(path.string() + ".new", path);
  }

  void remove(const std::string& name) override { fs::remove(folder_.path() / name); }

  [[nodiscard]] bool die() override { return false; }

  [[nodiscard]] std::optional<SourceText> absent(int /*port*/) const override {
    return std::nullopt;
  }

  [[nodiscard]] std::optional<SourceText> refused() const override { return std::nullopt; }

  [[nodiscard]] std::vector<std::string> secrets() const override { return {}; }

 private:
  rightful::testing::TestFolder folder_;
};

INSTANTIATE_TEST_SUITE_P(Files, ObjectConformance, ::testing::Values(MakeObjectKind([] {
                           return std::make_unique<FilesKind>();
                         })));

}  // namespace
}  // namespace rightful::sources::testing
