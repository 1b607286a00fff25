#include "rightful/archive/unlock_package.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "tests/integration/archive/scratch.hpp"
#include "tests/support/result_matchers.hpp"
#include "tests/unit/archive/package_fixture.hpp"

namespace rightful::archive {
namespace {

namespace fs = std::filesystem;
using rightful::testing::IsError;
using rightful::testing::IsOk;
using testing::build;
using testing::Built;
using testing::get;
using testing::MemoryReadAt;
using testing::put;
using testing::Recipe;
using testing::Scratch;

Result<UnlockReport> unlock(const Bytes& bytes, const UnlockOptions& options) {
  const MemoryReadAt stored(bytes);
  return unlock_package(stored, testing::fixed_passphrase(), options);
}

UnlockOptions into(const fs::path& target,
                   UnlockForm form = UnlockForm::Folder,
                   Overwrite overwrite = Overwrite::Refuse) {
  return {.target = target, .form = form, .overwrite = overwrite};
}

mode_t mode_of(const fs::path& path) {
  struct stat facts{};
  EXPECT_EQ(::stat(path.c_str(), &facts), 0);
  return facts.st_mode & 0777U;
}

TEST(UnlockPackage, UnpacksIntoAFolder) {
  const Scratch scratch;
  const Recipe recipe = Recipe::small();
  const Built built = build(recipe);

  const auto report = unlock(built.bytes, into(scratch / "out"));

  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->files, recipe.entries.size() + 3);
  for (const auto& entry : recipe.entries)
    EXPECT_EQ(get(scratch / "out" / entry.name), entry.content);
  EXPECT_EQ(mode_of(scratch / "out"), 0700U);
  EXPECT_EQ(mode_of(scratch / "out/data"), 0700U);
  EXPECT_EQ(mode_of(scratch / "out/data/orders.json"), 0600U);
  EXPECT_EQ(scratch.count(), 1U);
}

TEST(UnlockPackage, ChecksumsOfTheFolderHold) {
  const Scratch scratch;
  ASSERT_THAT(unlock(build(Recipe::small()).bytes, into(scratch / "out")), IsOk());

  const auto sums = testing::run(
      scratch / "out", "/usr/bin/sha256sum", {"--check", "--strict", "MANIFEST.sha256"});

  EXPECT_TRUE(testing::is_clean(sums));
}

TEST(UnlockPackage, GivesTheInnerZip) {
  const Scratch scratch;
  const Built built = build(Recipe::small());

  const auto report = unlock(built.bytes, into(scratch / "data.zip", UnlockForm::InnerZip));

  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->files, 1U);
  EXPECT_EQ(report->bytes, fs::file_size(scratch / "data.zip"));
  EXPECT_TRUE(get(scratch / "data.zip").starts_with("PK\3\4"));
  EXPECT_EQ(mode_of(scratch / "data.zip"), 0600U);
  EXPECT_EQ(scratch.count(), 1U);
}

TEST(UnlockPackage, ComparesTheContentHash) {
  const Scratch scratch;
  const Built built = build(Recipe::small());
  UnlockOptions options = into(scratch / "out");
  options.content_sha256 = built.expectation.content_sha256;
  EXPECT_THAT(unlock(built.bytes, options), IsOk());

  options.target = scratch / "other";
  options.content_sha256 = crypto::Sha256Digest::from(std::array<std::byte, 32>{});

  EXPECT_THAT(unlock(built.bytes, options), IsError(ErrorCode::NotAuthentic));
  EXPECT_FALSE(fs::exists(scratch / "other"));
}

TEST(UnlockPackage, LeavesNothingBehindWhenItRefuses) {
  const Scratch scratch;
  const Built built = build(Recipe::small());
  for (const UnlockForm form : {UnlockForm::Folder, UnlockForm::InnerZip}) {
    for (std::size_t i = 140; i < built.bytes.size(); i += 61) {
      Bytes changed = built.bytes;
      changed[i] ^= std::byte{4};
      UnlockOptions options = into(scratch / "out", form);
      options.content_sha256 = built.expectation.content_sha256;
      if (unlock(changed, options)) {
        ADD_FAILURE() << "unlocked although byte " << i << " was changed from "
                      << std::to_integer<int>(built.bytes[i]);
        fs::remove_all(scratch / "out");
      }
      EXPECT_EQ(scratch.count(), 0U) << "byte " << i;
    }
  }
}

TEST(UnlockPackage, RefusesAWrongPassphrase) {
  const Scratch scratch;
  const auto other = crypto::Passphrase::parse("ZZZZ-4567-89AB-CDEF-GHJK-MNPQ-RSTV-WXYZ");
  ASSERT_THAT(other, IsOk());
  const MemoryReadAt stored(build(Recipe::small()).bytes);

  EXPECT_THAT(unlock_package(stored, *other, into(scratch / "out")),
              IsError(ErrorCode::NotAuthentic));
  EXPECT_EQ(scratch.count(), 0U);
}

TEST(UnlockPackage, RefusesAnExistingTarget) {
  const Scratch scratch;
  const Built built = build(Recipe::small());
  put(scratch / "file", "mine");
  fs::create_directory(scratch / "folder");
  fs::create_symlink("nowhere", scratch / "link");

  for (const std::string name : {"file", "folder", "folder/", "link"}) {
    for (const UnlockForm form : {UnlockForm::Folder, UnlockForm::InnerZip}) {
      EXPECT_THAT(unlock(built.bytes, into(scratch / name, form)), IsError(ErrorCode::Conflict))
          << name;
    }
  }

  EXPECT_EQ(get(scratch / "file"), "mine");
  EXPECT_EQ(scratch.count(), 3U);
}

TEST(UnlockPackage, ReplacesOnlyWhatWasUnlockedBefore) {
  const Scratch scratch;
  const Built built = build(Recipe::small());
  ASSERT_THAT(unlock(built.bytes, into(scratch / "out")), IsOk());
  put(scratch / "out/stale.html", "old");
  put(scratch / "out.zip", "old");
  fs::create_directory(scratch / "home");
  put(scratch / "home/thesis.odt", "mine");

  EXPECT_THAT(unlock(built.bytes, into(scratch / "out", UnlockForm::Folder, Overwrite::Replace)),
              IsOk());
  EXPECT_THAT(
      unlock(built.bytes, into(scratch / "out.zip", UnlockForm::InnerZip, Overwrite::Replace)),
      IsOk());
  EXPECT_THAT(unlock(built.bytes, into(scratch / "home", UnlockForm::Folder, Overwrite::Replace)),
              IsError(ErrorCode::Conflict));
  EXPECT_THAT(unlock(built.bytes, into(scratch / "home", UnlockForm::InnerZip, Overwrite::Replace)),
              IsError(ErrorCode::Conflict));
  EXPECT_THAT(
      unlock(built.bytes, into(scratch / "out.zip", UnlockForm::Folder, Overwrite::Replace)),
      IsError(ErrorCode::Conflict));

  EXPECT_FALSE(fs::exists(scratch / "out/stale.html"));
  EXPECT_EQ(get(scratch / "home/thesis.odt"), "mine");
  EXPECT_EQ(scratch.count(), 3U);
}

TEST(UnlockPackage, AFailedReplacementKeepsTheOldOne) {
  const Scratch scratch;
  const Built built = build(Recipe::small());
  ASSERT_THAT(unlock(built.bytes, into(scratch / "out")), IsOk());
  put(scratch / "out/note.txt", "mine");
  Bytes changed = built.bytes;
  changed[500] ^= std::byte{1};

  EXPECT_THAT(unlock(changed, into(scratch / "out", UnlockForm::Folder, Overwrite::Replace)),
              IsError(ErrorCode::NotAuthentic));

  EXPECT_EQ(get(scratch / "out/note.txt"), "mine");
  EXPECT_EQ(scratch.count(), 1U);
}

TEST(UnlockPackage, RefusesAMissingParent) {
  const Scratch scratch;
  put(scratch / "file", "x");

  EXPECT_THAT(unlock(build(Recipe::small()).bytes, into(scratch / "no/out")),
              IsError(ErrorCode::NotFound));
  EXPECT_THAT(unlock(build(Recipe::small()).bytes, into(scratch / "file/out")),
              IsError(ErrorCode::NotFound));
  EXPECT_THAT(unlock(build(Recipe::small()).bytes, into(scratch / "..")),
              IsError(ErrorCode::Conflict));
}

TEST(UnlockPackage, ReportsProgressAndStopsWhenToldTo) {
  const Scratch scratch;
  Recipe recipe = Recipe::small();
  recipe.entries[3].content = std::string(2'000'000, 'm');
  const Built built = build(recipe);
  std::vector<std::uint64_t> seen;
  std::uint64_t total = 0;
  UnlockOptions options = into(scratch / "out");
  options.progress = [&](std::uint64_t done, std::uint64_t all) {
    seen.push_back(done);
    total = all;
    return true;
  };
  ASSERT_THAT(unlock(built.bytes, options), IsOk());
  EXPECT_GT(seen.size(), 5U);
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
  EXPECT_EQ(seen.back(), total);

  options.target = scratch / "stopped";
  options.progress = [](std::uint64_t done, std::uint64_t) { return done < 600'000; };

  EXPECT_THAT(unlock(built.bytes, options), IsError(ErrorCode::Conflict));
  EXPECT_EQ(scratch.count(), 1U);
}

TEST(FileReadAtTest, RefusesWhatIsNoReadableFile) {
  const Scratch scratch;
  put(scratch / "file", "12345");

  EXPECT_THAT(FileReadAt::open(scratch / "none"), IsError(ErrorCode::NotFound));
  EXPECT_THAT(FileReadAt::open(scratch.path()), IsError(ErrorCode::InvalidArgument));
  const auto file = FileReadAt::open(scratch / "file");
  ASSERT_THAT(file, IsOk());
  std::array<std::byte, 3> middle{};
  file->read_at(1, middle);
  EXPECT_EQ(file->size(), 5U);
  EXPECT_EQ(as_text(middle), "234");
}

}  // namespace
}  // namespace rightful::archive
