// Objects in a folder, against a real file system.
#include "sources/files_source.hpp"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>

#include "tests/support/test_database.hpp"

namespace rightful::sources {
namespace {

namespace fs = std::filesystem;
using rightful::testing::TestFolder;

void write(const fs::path& path, std::string_view content) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
}

class FilesSourceTest : public ::testing::Test {
 protected:
  FilesSourceTest() {
    root_ = folder_.path() / "root";
    fs::create_directories(root_ / "anna");
    write(root_ / "anna/1.wav", "RIFF-one");
    write(folder_.path() / "outside/secret.wav", "of another");
    dataset_.name = "recording";
    source_.name = "voice";
    source_.settings = catalog::FilesSettings{};
    files_ = FilesSource::open(source_, root_.string()).value();
  }

  SourceResult<std::unique_ptr<ObjectStream>> open(std::string reference) {
    return files_->open_object({&dataset_, nullptr, 1, std::move(reference)});
  }

  SourceErrorKind refusal(std::string reference) {
    const auto opened = open(std::move(reference));
    EXPECT_FALSE(opened);
    return opened ? SourceErrorKind::NotConfigured : opened.error().kind;
  }

  static SourceResult<std::string> read_all(ObjectStream& stream, std::size_t step = 3) {
    std::string content;
    std::vector<std::byte> buffer(step);
    for (;;) {
      RIGHTFUL_TRY(const std::size_t count, stream.read(buffer));
      if (count == 0) return content;
      content += as_text(ByteView(buffer).first(count));
    }
  }

  TestFolder folder_;
  fs::path root_;
  catalog::Dataset dataset_;
  catalog::Source source_;
  std::unique_ptr<FilesSource> files_;
};

TEST_F(FilesSourceTest, GivesTheBytesAndTheSize) {
  const auto stream = open("anna/1.wav");

  ASSERT_TRUE(stream);
  EXPECT_EQ((*stream)->size(), 8U);
  EXPECT_EQ(read_all(**stream), "RIFF-one");
}

TEST_F(FilesSourceTest, GivesAnEmptyObject) {
  write(root_ / "anna/empty", "");

  const auto stream = open("anna/empty");

  ASSERT_TRUE(stream);
  EXPECT_EQ(read_all(**stream), "");
}

TEST_F(FilesSourceTest, TakesNamesOfAnyCharacters) {
  const std::string name = "anna/a b\n\xF0\x9F\x92\xA9;$(x).wav";
  write(root_ / name, "x");

  EXPECT_TRUE(open(name));
}

TEST_F(FilesSourceTest, TellsWhatIsMissing) {
  EXPECT_EQ(refusal("anna/2.wav"), SourceErrorKind::MissingObject);
  EXPECT_EQ(refusal("bert/1.wav"), SourceErrorKind::MissingObject);
  EXPECT_EQ(refusal("anna/1.wav/deeper"), SourceErrorKind::MissingObject);
}

TEST_F(FilesSourceTest, FollowsNoLinkToAFile) {
  fs::create_symlink(folder_.path() / "outside/secret.wav", root_ / "anna/link.wav");
  fs::create_symlink("1.wav", root_ / "anna/inner.wav");

  EXPECT_EQ(refusal("anna/link.wav"), SourceErrorKind::RefusedReference);
  EXPECT_EQ(refusal("anna/inner.wav"), SourceErrorKind::RefusedReference)
      << "not even inside the root";
}

TEST_F(FilesSourceTest, FollowsNoLinkToAFolder) {
  fs::create_directory_symlink(folder_.path() / "outside", root_ / "anna/out");

  EXPECT_EQ(refusal("anna/out/secret.wav"), SourceErrorKind::RefusedReference);
}

TEST_F(FilesSourceTest, LeavesItsFolderByNoPath) {
  EXPECT_EQ(refusal("../outside/secret.wav"), SourceErrorKind::RefusedReference);
  EXPECT_EQ(refusal("anna/../../outside/secret.wav"), SourceErrorKind::RefusedReference);
  EXPECT_EQ(refusal((folder_.path() / "outside/secret.wav").string()),
            SourceErrorKind::RefusedReference);
  EXPECT_EQ(refusal("/proc/self/root/etc/passwd"), SourceErrorKind::RefusedReference);
}

TEST_F(FilesSourceTest, OpensNothingButRegularFiles) {
  ASSERT_EQ(::mkfifo((root_ / "anna/pipe").c_str(), 0600), 0);

  EXPECT_EQ(refusal("anna/pipe"), SourceErrorKind::RefusedReference);
  EXPECT_EQ(refusal("anna"), SourceErrorKind::RefusedReference);
}

TEST_F(FilesSourceTest, RefusesATooLongName) {
  EXPECT_EQ(refusal("anna/" + std::string(300, 'x')), SourceErrorKind::RefusedReference);
}

TEST_F(FilesSourceTest, NoticesAnObjectThatGrows) {
  const auto stream = open("anna/1.wav");
  ASSERT_TRUE(stream);

  std::ofstream(root_ / "anna/1.wav", std::ios::app) << "more";
  const auto content = read_all(**stream);

  ASSERT_FALSE(content);
  EXPECT_EQ(content.error().kind, SourceErrorKind::ObjectChanged);
  EXPECT_EQ(content.error().dataset, "recording");
}

TEST_F(FilesSourceTest, NoticesAnObjectThatShrinks) {
  const auto stream = open("anna/1.wav");
  ASSERT_TRUE(stream);

  fs::resize_file(root_ / "anna/1.wav", 4);

  EXPECT_EQ(read_all(**stream).error().kind, SourceErrorKind::ObjectChanged);
}

TEST_F(FilesSourceTest, NoticesAnObjectThatIsRewritten) {
  const auto stream = open("anna/1.wav");
  ASSERT_TRUE(stream);
  std::array<std::byte, 4> buffer{};
  ASSERT_EQ((*stream)->read(buffer), 4U);

  std::fstream file(root_ / "anna/1.wav");
  file << "XXXXXXXX";
  file.close();

  EXPECT_EQ(read_all(**stream).error().kind, SourceErrorKind::ObjectChanged);
}

TEST_F(FilesSourceTest, NoticesAnObjectThatIsReplaced) {
  const auto stream = open("anna/1.wav");
  ASSERT_TRUE(stream);

  write(root_ / "anna/new", "RIFF-two");
  fs::rename(root_ / "anna/new", root_ / "anna/1.wav");

  EXPECT_EQ(read_all(**stream).error().kind, SourceErrorKind::ObjectChanged);
}

TEST_F(FilesSourceTest, ReadsALargeObjectInSmallSteps) {
  std::string content;
  for (int i = 0; i < 300'000; ++i) {
    content += static_cast<char>(i % 251);
  }
  write(root_ / "anna/large", content);

  const auto stream = open("anna/large");

  ASSERT_TRUE(stream);
  EXPECT_TRUE(read_all(**stream, 4096) == content);
}

TEST_F(FilesSourceTest, NeedsAFolder) {
  for (const std::string& root :
       {std::string("relative"), (root_ / "none").string(), (root_ / "anna/1.wav").string()}) {
    const auto opened = FilesSource::open(source_, root);

    ASSERT_FALSE(opened) << root;
    EXPECT_EQ(opened.error().kind, SourceErrorKind::NotConfigured);
    EXPECT_EQ(opened.error().detail.find(root), std::string::npos);
  }
}

TEST_F(FilesSourceTest, SaysThatEachObjectStandsForItself) {
  EXPECT_FALSE(files_->snapshot().is_consistent);
  EXPECT_EQ(files_->snapshot().kind, "files");
}

}  // namespace
}  // namespace rightful::sources
