// Many entries in little memory; and, only when asked for by name, more than 4 GiB.
#include <fcntl.h>
#include <unistd.h>

#include <iostream>

#include <gtest/gtest.h>

#include "rightful/archive/read_at.hpp"
#include "rightful/archive/unlock_package.hpp"
#include "rightful/core/check.hpp"
#include "rightful/core/failure.hpp"

#include "archive/output_place.hpp"
#include "tests/integration/archive/scratch.hpp"
#include "tests/support/result_matchers.hpp"
#include "tests/unit/archive/package_fixture.hpp"

namespace rightful::archive {
namespace {

using rightful::testing::IsOk;
using testing::Scratch;

class FileSink final : public PackageSink {
 public:
  explicit FileSink(const std::filesystem::path& path)
      : fd_(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) {}

  void write(ByteView bytes) override { write_fully(fd_.get(), bytes); }

  void patch(std::uint64_t offset, ByteView bytes) override {
    if (::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset)) !=
        static_cast<ssize_t>(bytes.size())) {
      throw_system_failure("patch", errno);
    }
  }

 private:
  UniqueFd fd_;
};

struct Writing {
  explicit Writing(const Scratch& scratch)
      : spool{.directory = scratch.path(), .random = random},
        sink(scratch / "package.zip"),
        writer(sink, {"read me", passphrase, {}, testing::some_time(), spool}),
        manifest(writer.inner(), spool) {}

  VerifyExpectation finish() {
    const crypto::Sha256Digest digest = manifest.write(testing::head_of(recipe));
    manifest.write_signature(testing::sign_manifest(recipe, digest));
    const ContentFacts content = writer.finish_content();
    const std::string envelope = testing::envelope_for(recipe, content);
    const PackageFacts facts = writer.finish(envelope);
    return {.account = recipe.writer,
            .request = recipe.request,
            .service_key = testing::service_key().public_key(),
            .content_sha256 = content.sha256,
            .manifest_digest = digest,
            .envelope_json = envelope,
            .size = facts.size};
  }

  testing::Recipe recipe;
  SystemRandom random;
  SpoolSettings spool;
  crypto::Passphrase passphrase = testing::fixed_passphrase();
  FileSink sink;
  PackageWriter writer;
  ManifestWriter manifest;
};

void write_and_verify(const Scratch& scratch, std::uint64_t entries) {
  Writing writing(scratch);
  writing.recipe.datasets = {
      {.name = "voice", .title = "Voice", .source = "files", .objects = entries}};
  for (std::uint64_t i = 0; i < entries; ++i) {
    const std::string name = "media/voice/" + std::to_string(i) + ".wav";
    auto facts = writing.writer.inner().add(name, Compression::Store, as_bytes(name));
    RIGHTFUL_CHECK(facts.has_value());
    writing.manifest.add(*facts, {.dataset = "voice", .records = {}});
  }
  const VerifyExpectation expectation = writing.finish();
  const auto stored = FileReadAt::open(scratch / "package.zip");
  RIGHTFUL_CHECK(stored.has_value());
  const auto report =
      verify_package(*stored, testing::fixed_passphrase(), expectation, VerifyDepth::Full);
  RIGHTFUL_CHECK(report.has_value() && report->objects == entries);
}

// Only for the test below, in a process of its own.
TEST(LargePackage, DISABLED_WriteAndVerifyAMillionEntries) {
  const Scratch scratch;
  write_and_verify(scratch, 1'000'000);
}

TEST(LargePackage, AMillionEntriesFitInto64MiB) {
#ifdef RIGHTFUL_SANITIZED
  GTEST_SKIP() << "a sanitizer needs memory of its own";
#endif
  const auto result =
      testing::run("/",
                   "/proc/self/exe",
                   {"--gtest_also_run_disabled_tests",
                    "--gtest_filter=LargePackage.DISABLED_WriteAndVerifyAMillionEntries"});

  EXPECT_TRUE(result.status.is_success()) << result.output;
  EXPECT_GT(result.status.peak_memory_kib, 0);
  EXPECT_LE(result.status.peak_memory_kib, 64 * 1024);
  RecordProperty("peak_memory_kib", std::to_string(result.status.peak_memory_kib));
  std::cout << "peak memory: " << result.status.peak_memory_kib << " KiB\n";
}

// Too large for every run: `./dev check` runs it. Sizes, offsets and a descriptor beyond 32 bits.
TEST(LargePackage, DISABLED_FiveGibibytesOpenEverywhere) {
  const Scratch scratch;
  Writing writing(scratch);
  writing.recipe.datasets = {{.name = "voice", .title = "Voice", .source = "files", .objects = 3}};
  const auto add = [&writing](const std::string& name,
                              Compression compression,
                              EntryHint hint,
                              std::uint64_t megabytes) {
    std::string megabyte(1024 * 1024, '\0');
    std::uint32_t state = 7;
    const std::uint32_t period = compression == Compression::Deflate ? 1000 : 1U << 20U;
    for (std::size_t k = 0; k < megabyte.size(); ++k) {
      if (k % period == 0) state = 7;
      state = state * 1664525 + 1013904223;
      megabyte[k] = static_cast<char>(state >> 24U);
    }
    RIGHTFUL_CHECK(writing.writer.inner().begin_entry(name, compression, hint).has_value());
    for (std::uint64_t i = 0; i < megabytes; ++i)
      writing.writer.inner().write(as_bytes(megabyte));
    writing.manifest.add(writing.writer.inner().end_entry(), {.dataset = "voice", .records = {}});
  };
  add("media/streamed.wav", Compression::Store, {}, 4100);
  add("media/deflated.wav", Compression::Deflate, {}, 4100);
  add("media/known.wav", Compression::Store, {.size = 1024 * 1024, .crc = {}}, 1);
  const VerifyExpectation expectation = writing.finish();

  const auto stored = FileReadAt::open(scratch / "package.zip");
  ASSERT_THAT(stored, IsOk());
  EXPECT_THAT(verify_package(*stored, testing::fixed_passphrase(), expectation, VerifyDepth::Full),
              IsOk());
  const std::string passphrase = "-p" + std::string(testing::fixed_passphrase().expose());
  const auto tested =
      testing::run(scratch.path(), "/usr/bin/7zz", {"t", passphrase, "package.zip"});
  EXPECT_TRUE(tested.status.is_success()) << tested.output;
  EXPECT_EQ(tested.output.find("arning"), std::string::npos) << tested.output;
  ASSERT_THAT(unlock_package(*stored,
                             testing::fixed_passphrase(),
                             {.target = scratch / "inner.zip", .form = UnlockForm::InnerZip}),
              IsOk());
  for (const auto& [program, arguments] :
       std::vector<std::pair<std::string, std::vector<std::string>>>{
           {"/usr/bin/7zz", {"t", "inner.zip"}},
           {"/usr/bin/unzip", {"-q", "-t", "inner.zip"}},
           {"/usr/bin/bsdtar", {"-t", "-f", "inner.zip"}}}) {
    const auto inner = testing::run(scratch.path(), program, arguments);
    EXPECT_TRUE(inner.status.is_success()) << program << inner.output;
    EXPECT_EQ(inner.output.find("arning"), std::string::npos) << program << inner.output;
  }
}

}  // namespace
}  // namespace rightful::archive
