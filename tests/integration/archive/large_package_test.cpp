// The sizes that every run can afford. What is beyond 4 GiB is written and opened by
// tests/peers/sizes.py, which
// `./dev check` runs.
#include <fcntl.h>

#include <iostream>

#include <gtest/gtest.h>

#include "rightful/archive/read_at.hpp"
#include "rightful/archive/unlock_package.hpp"
#include "rightful/core/unique_fd.hpp"

#include "archive/block_output.hpp"
#include "tests/integration/archive/scratch.hpp"
#include "tests/integration/archive/sized_package.hpp"
#include "tests/support/result_matchers.hpp"
#include "tests/unit/archive/package_fixture.hpp"

namespace rightful::archive {
namespace {

using rightful::testing::IsOk;
using testing::PackageShape;
using testing::run;
using testing::Scratch;

std::string passphrase() {
  return std::string(testing::fixed_passphrase().expose());
}

/// A run that succeeded without a word of warning. @return what it printed.
std::string expect_clean(const CapturedRun& result) {
  EXPECT_TRUE(testing::is_clean(result));
  return result.output;
}

CapturedRun run_with_input(const Scratch& scratch,
                           std::string_view input,
                           const std::string& program,
                           const std::vector<std::string>& arguments) {
  const UniqueFd file(::open((scratch / input).c_str(), O_RDONLY | O_CLOEXEC));
  return run(scratch.path(), program, arguments, file.get());
}

/// A ZIP without password, in every way that the peers have.
void expect_opens(const Scratch& scratch, std::string_view zip, const std::string& listing) {
  const std::string name(zip);
  expect_clean(run(scratch.path(), "/usr/bin/7zz", {"t", name}));
  EXPECT_EQ(expect_clean(run(scratch.path(), "/usr/bin/bsdtar", {"-tf", name})), listing);
  EXPECT_EQ(expect_clean(run_with_input(scratch, zip, "/usr/bin/bsdtar", {"-tf", "-"})), listing);
  std::filesystem::create_directory(scratch / "out");
  expect_clean(run_with_input(scratch, zip, "/usr/bin/bsdtar", {"-xf", "-", "-C", "out"}));
}

class SmallSizes : public ::testing::TestWithParam<std::pair<PackageShape, std::string>> {};

TEST_P(SmallSizes, OpenEverywhere) {
  const auto& [shape, entries] = GetParam();
  const Scratch scratch;
  testing::write_sized_package(shape, scratch / "package.zip");

  const auto stored = FileReadAt::open(scratch / "package.zip");
  ASSERT_THAT(stored, IsOk());
  for (const VerifyDepth depth : {VerifyDepth::Structure, VerifyDepth::Full}) {
    EXPECT_THAT(
        verify_package(
            *stored, testing::fixed_passphrase(), testing::expectation_of_sized_package(), depth),
        IsOk());
  }
  const std::string outer = "READ-ME.html\nexport.zip\nenvelope.json\n";
  expect_clean(run(scratch.path(), "/usr/bin/7zz", {"t", "-p" + passphrase(), "package.zip"}));
  EXPECT_EQ(expect_clean(run(scratch.path(), "/usr/bin/bsdtar", {"-tf", "package.zip"})), outer);
  EXPECT_EQ(expect_clean(run_with_input(scratch, "package.zip", "/usr/bin/bsdtar", {"-tf", "-"})),
            outer);
  expect_clean(run_with_input(scratch,
                              "package.zip",
                              "/usr/bin/bsdtar",
                              {"-xf", "-", "--passphrase", passphrase(), "export.zip"}));
  expect_opens(scratch, "export.zip", entries + "manifest.json\nMANIFEST.sha256\nmanifest.sig\n");
  if (!entries.empty()) {
    EXPECT_EQ(testing::get(scratch / "out/media/voice/empty.wav"), "");
    EXPECT_TRUE(std::filesystem::exists(scratch / "out/media/voice/empty.wav"));
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes,
                         SmallSizes,
                         ::testing::Values(std::pair{PackageShape::Nothing, std::string()},
                                           std::pair{PackageShape::EmptyFile,
                                                     std::string("media/voice/empty.wav\n")}),
                         [](const auto& info) {
                           return info.param.first == PackageShape::Nothing ? "Nothing"
                                                                            : "EmptyFile";
                         });

class FileBlocks final : public BlockOutput {
 public:
  [[nodiscard]] Block acquire() override { return Block::make(); }

  void submit(Block block) override { bytes += as_text(block.bytes()); }

  std::string bytes;
};

// A package never has such an inner ZIP; the writer is right about it all the same.
TEST(InnerZip, WithoutAnyEntryOpensEverywhere) {
  const Scratch scratch;
  FileBlocks blocks;
  SystemRandom random;
  InnerZipWriter zip(blocks, testing::some_time(), {.directory = scratch.path(), .random = random});
  zip.finish();
  testing::put(scratch / "none.zip", blocks.bytes);

  EXPECT_EQ(blocks.bytes.size(), 22U);
  expect_opens(scratch, "none.zip", "");
}

/// What archive_package_tool says of its own memory; 0 = nothing.
long peak_memory_kib(const std::string& output) {
  constexpr std::string_view kLine = "peak memory: ";
  const std::size_t at = output.find(kLine);
  return at == std::string::npos ? 0 : std::stol(output.substr(at + kLine.size()));
}

TEST(LargePackage, AMillionEntriesFitInto64MiB) {
#ifdef RIGHTFUL_SANITIZED
  GTEST_SKIP() << "a sanitizer needs memory of its own";
#endif
  const Scratch scratch;
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"write", "million", "package.zip"},
        {"verify", "full", "package.zip"},
        {"verify", "structure", "package.zip"},
        {"unlock", "package.zip", "inner.zip"}}) {
    const auto result = run(scratch.path(), RIGHTFUL_PACKAGE_TOOL, arguments);

    EXPECT_TRUE(testing::is_clean(result));
    const long peak_kib = peak_memory_kib(result.output);
    EXPECT_GT(peak_kib, 0) << result.output;
    EXPECT_LE(peak_kib, 64 * 1024) << arguments[0];
    std::cout << arguments[0] << ": peak memory " << peak_kib << " KiB\n";
  }
}

}  // namespace
}  // namespace rightful::archive
