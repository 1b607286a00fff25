#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "rightful/core/failure.hpp"
#include "rightful/export/package_store.hpp"

#include "tests/support/result_matchers.hpp"

namespace rightful::exporting {
namespace {

const std::string kName = "11111111-2222-4333-8444-555555555555.zip";

class DirectoryPackageStoreTest : public ::testing::Test {
 protected:
  DirectoryPackageStoreTest() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "rightful-store-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }

  ~DirectoryPackageStoreTest() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::size_t file_count() const {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(folder_ / "packages"), {}));
  }

  std::filesystem::path folder_;
};

mode_t mode_of(const std::filesystem::path& path) {
  struct stat facts{};
  EXPECT_EQ(::stat(path.c_str(), &facts), 0);
  return facts.st_mode & 07777U;
}

TEST_F(DirectoryPackageStoreTest, ShowsAnObjectOnlyWhenItIsComplete) {
  DirectoryPackageStore store(folder_ / "packages");
  auto upload = store.create(kName);
  upload->write(as_bytes("0123456789"));
  upload->patch(2, as_bytes("xy"));

  EXPECT_THAT(store.read(kName), testing::IsError(ErrorCode::NotFound));
  upload->complete();

  auto bytes = store.open(kName);
  ASSERT_TRUE(bytes.has_value());
  std::string text(20, '\0');
  EXPECT_EQ((*bytes)->size(), 10U);
  EXPECT_EQ((*bytes)->read(0, std::as_writable_bytes(std::span(text))), 10U);
  EXPECT_EQ(text.substr(0, 10), "01xy456789");
  EXPECT_EQ((*bytes)->read(10, std::as_writable_bytes(std::span(text))), 0U);
}

TEST_F(DirectoryPackageStoreTest, KeepsItsFilesToItself) {
  DirectoryPackageStore store(folder_ / "packages");
  auto upload = store.create(kName);
  upload->write(as_bytes("x"));
  upload->complete();

  EXPECT_EQ(mode_of(folder_ / "packages"), 0700U);
  EXPECT_EQ(mode_of(folder_ / "packages" / kName), 0600U);
}

TEST_F(DirectoryPackageStoreTest, RemovesAnUploadThatIsGivenUp) {
  DirectoryPackageStore store(folder_ / "packages");

  {
    store.create(kName)->write(as_bytes("half"));
  }

  EXPECT_EQ(file_count(), 0U);
}

TEST_F(DirectoryPackageStoreTest, RefusesASecondObjectOfTheSameName) {
  DirectoryPackageStore store(folder_ / "packages");
  auto upload = store.create(kName);

  EXPECT_THROW(static_cast<void>(store.create(kName)), Failure);
  upload->complete();
  EXPECT_THROW(static_cast<void>(store.create(kName)), Failure);
}

TEST_F(DirectoryPackageStoreTest, DestroysObjectAndUpload) {
  DirectoryPackageStore store(folder_ / "packages");
  auto upload = store.create(kName);
  upload->write(as_bytes("half"));

  store.destroy(kName);

  EXPECT_EQ(file_count(), 0U);
  EXPECT_THROW(upload->complete(), Failure)
      << "an export that lost its lease must not be able to complete";
  EXPECT_EQ(file_count(), 0U);
  store.destroy(kName);  // gone already: fine
}

TEST_F(DirectoryPackageStoreTest, ListsWhatIsOursAndNothingElse) {
  DirectoryPackageStore store(folder_ / "packages");
  store.create(kName)->complete();
  auto upload = store.create("aaaaaaaa-2222-4333-8444-555555555555.zip");
  std::ofstream(folder_ / "packages" / "notes.txt") << "x";
  std::ofstream(folder_ / "packages" / ".notes.txt.part") << "x";

  const auto objects = store.list();

  ASSERT_EQ(objects.size(), 2U);
  for (const auto& object : objects)
    EXPECT_EQ(object.is_complete, object.object_name == kName);
}

TEST(ObjectName, IsAUuidAndNothingElse) {
  EXPECT_TRUE(is_object_name(kName));
  for (const std::string_view name : {"",
                                      ".zip",
                                      "../11111111-2222-4333-8444-555555555555.zip",
                                      "11111111-2222-4333-8444-555555555555",
                                      "11111111-2222-4333-8444-55555555555A.zip",
                                      "11111111-2222-4333-8444-555555555555.zip.part"}) {
    EXPECT_FALSE(is_object_name(name)) << name;
  }
}

}  // namespace
}  // namespace rightful::exporting
