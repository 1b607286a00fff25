// A log in one file (X1): read where it lies, and nothing else is ever taken from it.

#include "rightful/ledger/log_archive.hpp"

#include <sys/stat.h>

#include <filesystem>

#include <gmock/gmock.h>

#include "rightful/core/failure.hpp"
#include "rightful/core/files.hpp"
#include "rightful/ledger/log_export.hpp"
#include "rightful/ledger/tlog_proof.hpp"

#include "ledger/ustar.hpp"
#include "tests/support/result_matchers.hpp"
#include "tests/unit/ledger/published_log.hpp"

namespace rightful::ledger::testing {
namespace {

using rightful::testing::IsError;
using rightful::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class LogArchives : public ::testing::Test {
 protected:
  static void add(std::string& archive, std::string_view name, std::string_view content) {
    archive += as_text(format_ustar_header(name, content.size()));
    archive += content;
    archive.append(ustar_padding(content.size()), '\0');
  }

  static std::string ended(std::string archive) {
    return archive.append(2 * kUstarBlockBytes, '\0');
  }

  static std::string with(std::string_view name, std::string_view content = "x") {
    std::string archive;
    add(archive, name, content);
    return ended(archive);
  }

  // A header whose field is another one, with the sum made right again.
  static std::string edited(std::size_t offset, std::string_view bytes) {
    std::string archive = with("checkpoint");
    archive.replace(offset, bytes.size(), bytes);
    archive.replace(148, 8, 8, ' ');
    unsigned sum = 0;
    for (std::size_t at = 0; at < kUstarBlockBytes; ++at)
      sum += static_cast<unsigned char>(archive[at]);
    std::array<char, 8> digits{};
    std::snprintf(digits.data(), digits.size(), "%06o", sum);
    return archive.replace(148, 8, std::string(digits.data(), 7) + " ");
  }

  [[nodiscard]] Result<LogArchive> open(const std::string& bytes) const {
    folder_.write("log.tar", bytes);
    return LogArchive::open(folder_.path() / "log.tar");
  }

  void expect_refused(const std::string& bytes, ErrorCode code, std::string_view why) const {
    const auto archive = open(bytes);
    ASSERT_THAT(archive, IsError(code)) << why;
    EXPECT_THAT(archive.error().detail, HasSubstr(std::string(why)));
  }

  LogFolder folder_;
};

TEST_F(LogArchives, ReadsByName) {
  std::string bytes;
  add(bytes, "checkpoint", "note");
  add(bytes, "checkpoints/100", "older");
  add(bytes, "checkpoints/99", "oldest");
  add(bytes, "tile/0/000.p/3", std::string(96, 'h'));
  add(bytes, "tile/entries/x001/x234/067", std::string(1000, 'e'));

  auto archive = open(ended(bytes));

  ASSERT_THAT(archive, IsOk());
  EXPECT_EQ(as_text(archive->read(LogPath::checkpoint()).value()), "note");
  EXPECT_EQ(archive->read(LogPath::hash_tile(0, 0, 3)).value().size(), 96U);
  EXPECT_EQ(archive->read(LogPath::entry_bundle(1234067, 256)).value().size(), 1000U);
  EXPECT_EQ(as_text(archive->read(LogPath::saved_checkpoint(99)).value()), "oldest");
  EXPECT_THAT(archive->saved_checkpoints().value(), ElementsAre(99, 100));
  EXPECT_THAT(archive->read(LogPath::hash_tile(0, 0, 2)), IsError(ErrorCode::NotFound));
  EXPECT_THAT(archive->read(LogPath::hash_tile(1, 0, 3)), IsError(ErrorCode::NotFound));
  EXPECT_THAT(archive->read(LogPath::entry_bundle(0, 3)), IsError(ErrorCode::NotFound));
  EXPECT_FALSE(archive->is_selection());
}

TEST_F(LogArchives, ReadsSingleEntries) {
  std::string bytes;
  add(bytes, "checkpoint", "note");
  add(bytes, "leaf/10.json", "ten");
  add(bytes, "leaf/10.tlog-proof", "proof");
  add(bytes, "leaf/9.json", "nine");
  add(bytes, "manifest.json", "{}");
  add(bytes, "anchors/100.tsr", "stamp");

  auto archive = open(ended(bytes));

  ASSERT_THAT(archive, IsOk());
  EXPECT_TRUE(archive->is_selection());
  EXPECT_THAT(archive->selected(), ElementsAre(9, 10));
  EXPECT_EQ(as_text(archive->read_leaf(10).value()), "ten");
  EXPECT_EQ(as_text(archive->read_proof(10).value()), "proof");
  EXPECT_THAT(archive->read_proof(9), IsError(ErrorCode::NotFound));
}

TEST_F(LogArchives, OtherNamesAreRefused) {
  for (const std::string_view name : {"/checkpoint",
                                      "../checkpoint",
                                      "tile/../checkpoint",
                                      "./checkpoint",
                                      "tile/0/000/../001",
                                      "trust.txt",
                                      "trust",
                                      "tile/",
                                      "leaf/05.json",
                                      "leaf/.json",
                                      "leaf/5.txt",
                                      "anchors/x.tsr",
                                      "manifest.json.",
                                      "tile/8/000",
                                      "tile/entries/1"}) {
    expect_refused(with(name), ErrorCode::InvalidArgument, "is no file of a published log");
  }
  expect_refused(with("evil\x1b[2J"), ErrorCode::InvalidArgument, "`evil?[2J`");
}

TEST_F(LogArchives, ANameTwiceIsRefused) {
  std::string bytes;
  add(bytes, "checkpoint", "one");
  add(bytes, "checkpoint", "two");

  expect_refused(ended(bytes), ErrorCode::InvalidArgument, "have one name");
}

TEST_F(LogArchives, OnlyRegularFilesAreTaken) {
  // hard link, symbolic link, devices, folder, pipe, contiguous file, pax and GNU extensions
  for (const char type : {'1', '2', '3', '4', '5', '6', '7', 'x', 'g', 'L', 'K', 'S', '\0'}) {
    expect_refused(
        edited(156, std::string_view(&type, 1)), ErrorCode::Denied, "holds regular files alone");
  }
  expect_refused(edited(157, "elsewhere"), ErrorCode::Denied, "holds regular files alone");
}

TEST_F(LogArchives, APrefixBelongsToTheName) {
  EXPECT_THAT(open(edited(0, "000.p/1\0\0\0").replace(345, 0, "")),
              IsError(ErrorCode::InvalidArgument));
  expect_refused(edited(345, "/etc"), ErrorCode::InvalidArgument, "`/etc/checkpoint`");
  expect_refused(edited(345, "../.."), ErrorCode::InvalidArgument, "`../../checkpoint`");
}

TEST_F(LogArchives, SizesAreCappedBeforeAnythingIsRead) {
  expect_refused(
      edited(124, "77777777777"), ErrorCode::LimitExceeded, "larger than the 131072 bytes");
  expect_refused(with("tile/0/000.p/1", std::string(33, 'h')),
                 ErrorCode::LimitExceeded,
                 "larger than the 32 bytes");
  expect_refused(with("leaf/5.json", std::string(4097, 'h')), ErrorCode::LimitExceeded, "4096");
  expect_refused(edited(124, "-0000000001"), ErrorCode::InvalidArgument, "is no number");
  expect_refused(
      edited(124, "\x80\0\0\0\0\0\0\0\0\0\1"), ErrorCode::InvalidArgument, "is no number");
  expect_refused(edited(124, "00000000001x"), ErrorCode::InvalidArgument, "is no number");
}

TEST_F(LogArchives, OtherFormatsAreNamed) {
  expect_refused(
      edited(257, std::string_view("ustar  \0", 8)), ErrorCode::InvalidArgument, "--format=ustar");
  expect_refused(edited(257, "12345678"), ErrorCode::InvalidArgument, "compressed?");
  expect_refused(std::string(2000, 'z'), ErrorCode::InvalidArgument, "compressed?");
  std::string wrong_sum = with("checkpoint");
  wrong_sum[3] ^= 1;
  expect_refused(wrong_sum, ErrorCode::InvalidArgument, "the sum of a header is wrong");
}

TEST_F(LogArchives, ItMustBeWhole) {
  const std::string whole = with("checkpoint", std::string(1000, 'n'));
  for (const std::size_t size :
       {0UL, 1UL, 511UL, 512UL, 900UL, 1535UL, 1536UL, 2047UL, 2048UL, 2559UL}) {
    expect_refused(whole.substr(0, size), ErrorCode::InvalidArgument, "ends early");
  }
  EXPECT_THAT(open(whole), IsOk());
  EXPECT_THAT(open(whole + std::string(8192, '\0')), IsOk());
  expect_refused(whole + "x", ErrorCode::InvalidArgument, "goes on behind its end");
  expect_refused(
      whole + std::string(512, '\0') + with("trust"), ErrorCode::InvalidArgument, "goes on");
  expect_refused(
      whole + std::string((1U << 20U) + 1, '\0'), ErrorCode::InvalidArgument, "goes on behind");
}

TEST_F(LogArchives, ItIsARegularFile) {
  ASSERT_EQ(::mkfifo((folder_.path() / "pipe").c_str(), 0600), 0);

  EXPECT_THAT(LogArchive::open(folder_.path() / "pipe"), IsError(ErrorCode::Denied));
  EXPECT_THAT(LogArchive::open(folder_.path()), IsError(ErrorCode::Denied));
  EXPECT_THAT(LogArchive::open(folder_.path() / "none"), IsError(ErrorCode::NotFound));
}

TEST_F(LogArchives, AChangeWhileItIsReadIsNoticed) {
  auto archive = open(with("checkpoint", "note"));
  ASSERT_THAT(archive, IsOk());
  folder_.write("log.tar", with("tile/0/000.p/1", "note"));

  EXPECT_THROW(static_cast<void>(archive->read(LogPath::checkpoint())), Failure);
  folder_.write("log.tar", "");
  EXPECT_THROW(static_cast<void>(archive->read(LogPath::checkpoint())), Failure);
}

}  // namespace
}  // namespace rightful::ledger::testing
