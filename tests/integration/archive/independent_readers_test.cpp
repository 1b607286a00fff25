// Programs that others wrote open what we write: our own reader is no witness.
#include <fcntl.h>

#include <gtest/gtest.h>

#include "rightful/archive/unlock_package.hpp"
#include "rightful/core/unique_fd.hpp"

#include "archive/content_meter.hpp"
#include "tests/integration/archive/scratch.hpp"
#include "tests/support/result_matchers.hpp"
#include "tests/unit/archive/package_fixture.hpp"

namespace rightful::archive {
namespace {

namespace fs = std::filesystem;
using rightful::testing::IsOk;
using testing::build;
using testing::Built;
using testing::get;
using testing::is_same;
using testing::put;
using testing::Recipe;
using testing::run;
using testing::Scratch;

std::string passphrase() {
  return std::string(testing::fixed_passphrase().expose());
}

/// Entries below and above the size from which a descriptor follows, stored and deflated.
Recipe every_form() {
  Recipe recipe = Recipe::small();
  std::string large;
  for (int i = 0; large.size() < 3'000'000; ++i)
    large += "sample " + std::to_string(i * 7919) + "\n";
  std::string noise(2'500'000, '\0');
  std::uint32_t state = 1;
  for (char& c : noise)
    c = static_cast<char>((state = state * 1664525 + 1013904223) >> 24U);
  recipe.entries.push_back({.name = "pages/large.html", .content = large + noise});
  recipe.entries.push_back({.name = "empty.html", .content = ""});
  recipe.entries.push_back({.name = "media/voice/noise.wav",
                            .content = noise,
                            .compression = Compression::Store,
                            .dataset = "voice"});
  recipe.entries.push_back(
      {.name = "media/voice/deflated.wav", .content = noise + large, .dataset = "voice"});
  recipe.datasets[1].objects = 3;
  return recipe;
}

class IndependentReaders : public ::testing::Test {
 protected:
  void SetUp() override {
    put(scratch_ / "package.zip", as_text(built_.bytes));
    const testing::MemoryReadAt stored(built_.bytes);
    ASSERT_THAT(unlock_package(stored,
                               testing::fixed_passphrase(),
                               {.target = scratch_ / "inner.zip", .form = UnlockForm::InnerZip}),
                IsOk());
    inner_ = get(scratch_ / "inner.zip");
  }

  /// Success, and not a word of warning.
  static void expect_clean(const CapturedRun& result) { EXPECT_TRUE(testing::is_clean(result)); }

  void expect_unpacked(const fs::path& folder) {
    for (const auto& entry : recipe_.entries) {
      EXPECT_TRUE(is_same(get(folder / entry.name), entry.content)) << entry.name;
    }
  }

  Scratch scratch_;
  Recipe recipe_ = every_form();
  Built built_ = build(recipe_);
  std::string inner_;
};

TEST_F(IndependentReaders, SevenZipOpensThePackage) {
  expect_clean(run(scratch_.path(), "/usr/bin/7zz", {"t", "-p" + passphrase(), "package.zip"}));
  expect_clean(
      run(scratch_.path(), "/usr/bin/7zz", {"x", "-oout", "-p" + passphrase(), "package.zip"}));

  EXPECT_TRUE(is_same(get(scratch_ / "out/export.zip"), inner_));
  EXPECT_EQ(get(scratch_ / "out/READ-ME.html"), recipe_.read_me);
  EXPECT_EQ(get(scratch_ / "out/envelope.json"), *built_.expectation.envelope_json);
}

TEST_F(IndependentReaders, SevenZipRefusesAChangedPackage) {
  std::string changed(as_text(built_.bytes));
  changed[1000] = static_cast<char>(changed[1000] ^ 1);
  put(scratch_ / "changed.zip", changed);

  EXPECT_FALSE(run(scratch_.path(), "/usr/bin/7zz", {"t", "-p" + passphrase(), "changed.zip"})
                   .status.is_success());
  EXPECT_FALSE(
      run(scratch_.path(), "/usr/bin/7zz", {"t", "-pwrong", "package.zip"}).status.is_success());
}

TEST_F(IndependentReaders, BsdtarOpensThePackage) {
  fs::create_directory(scratch_ / "out");

  expect_clean(run(scratch_ / "out",
                   "/usr/bin/bsdtar",
                   {"-x", "--passphrase", passphrase(), "-f", "../package.zip"}));

  EXPECT_TRUE(is_same(get(scratch_ / "out/export.zip"), inner_));
}

// Front to back, without the directory at the end: the sizes in the local header have to be right.
TEST_F(IndependentReaders, BsdtarOpensThePackageFromStandardInput) {
  fs::create_directory(scratch_ / "out");
  const UniqueFd file(::open((scratch_ / "package.zip").c_str(), O_RDONLY | O_CLOEXEC));

  expect_clean(run(scratch_ / "out",
                   "/usr/bin/bsdtar",
                   {"-x", "--passphrase", passphrase(), "-f", "-"},
                   file.get()));

  EXPECT_TRUE(is_same(get(scratch_ / "out/export.zip"), inner_));
  EXPECT_EQ(get(scratch_ / "out/READ-ME.html"), recipe_.read_me);
  EXPECT_EQ(get(scratch_ / "out/envelope.json"), *built_.expectation.envelope_json);
}

TEST_F(IndependentReaders, UnzipReadsThePlainEntries) {
  const auto page = run(scratch_.path(), "/usr/bin/unzip", {"-p", "package.zip", "READ-ME.html"});

  EXPECT_TRUE(testing::is_clean(page));
  EXPECT_EQ(page.output, recipe_.read_me);
}

TEST_F(IndependentReaders, SevenZipOpensTheInnerZip) {
  expect_clean(run(scratch_.path(), "/usr/bin/7zz", {"t", "inner.zip"}));
  expect_clean(run(scratch_.path(), "/usr/bin/7zz", {"x", "-oout", "inner.zip"}));

  expect_unpacked(scratch_ / "out");
}

TEST_F(IndependentReaders, UnzipOpensTheInnerZip) {
  expect_clean(run(scratch_.path(), "/usr/bin/unzip", {"-q", "-t", "inner.zip"}));
  expect_clean(run(scratch_.path(), "/usr/bin/unzip", {"-q", "inner.zip", "-d", "out"}));

  expect_unpacked(scratch_ / "out");
}

TEST_F(IndependentReaders, PythonOpensTheInnerZip) {
  const auto result =
      run(scratch_.path(), "/usr/bin/python3", {"-m", "zipfile", "-t", "inner.zip"});
  EXPECT_TRUE(testing::is_clean(result));
  EXPECT_EQ(result.output, "Done testing\n");
  expect_clean(
      run(scratch_.path(), "/usr/bin/python3", {"-m", "zipfile", "-e", "inner.zip", "out"}));

  expect_unpacked(scratch_ / "out");
}

TEST_F(IndependentReaders, BsdtarOpensTheInnerZip) {
  fs::create_directory(scratch_ / "out");
  expect_clean(run(scratch_ / "out", "/usr/bin/bsdtar", {"-x", "-f", "../inner.zip"}));
  expect_unpacked(scratch_ / "out");

  fs::create_directory(scratch_ / "piped");
  const UniqueFd file(::open((scratch_ / "inner.zip").c_str(), O_RDONLY | O_CLOEXEC));
  expect_clean(run(scratch_ / "piped", "/usr/bin/bsdtar", {"-x", "-f", "-"}, file.get()));
  expect_unpacked(scratch_ / "piped");
}

// Written from docs/formats alone: what it cannot read, the documents do not say.
TEST_F(IndependentReaders, TheReaderOfTheDocumentsOpensThePackage) {
  put(scratch_ / "passphrase", passphrase());
  const auto read = [this](const std::string& package, const std::string& request) {
    const UniqueFd input(::open((scratch_ / "passphrase").c_str(), O_RDONLY | O_CLOEXEC));
    const auto& expected = built_.expectation;
    return run(scratch_.path(),
               "/usr/bin/python3",
               {"-B",
                RIGHTFUL_SOURCE_DIR "/tests/peers/read_package.py",
                package,
                "--account",
                std::string(expected.account.expose()),
                "--request",
                request,
                "--service-key",
                to_base64(expected.service_key.bytes()),
                "--content-sha256",
                to_hex(expected.content_sha256->bytes()),
                "--folder",
                "documents"},
               input.get());
  };
  const std::string request = built_.expectation.request.to_string();
  expect_clean(read("package.zip", request));
  expect_unpacked(scratch_ / "documents");

  std::string changed(as_text(built_.bytes));
  changed[changed.size() / 2] = static_cast<char>(changed[changed.size() / 2] ^ 1);
  put(scratch_ / "changed.zip", changed);
  EXPECT_EQ(read("changed.zip", request).output, "hmac: does not hold\n");
  EXPECT_EQ(read("package.zip", testing::request_id(8).to_string()).output,
            "envelope: of another request\n");
}

// The manifest is plain JSON for everybody, and the sums are what sha256sum reads.
TEST_F(IndependentReaders, PythonAndSha256sumReadTheManifest) {
  expect_clean(run(scratch_.path(), "/usr/bin/unzip", {"-q", "inner.zip", "-d", "out"}));
  put(scratch_ / "check.py", R"(
import hashlib, json, os
manifest = json.load(open('out/manifest.json'))
assert manifest['format'] == 'rightful/v1/manifest' and manifest['account'] == 'A-1'
names = {'manifest.json', 'MANIFEST.sha256', 'manifest.sig'}
for entry in manifest['entries']:
    content = open('out/' + entry['name'], 'rb').read()
    assert len(content) == entry['size'] and hashlib.sha256(content).hexdigest() == entry['sha256']
    names.add(entry['name'])
found = {os.path.relpath(os.path.join(d, f), 'out') for d, _, fs in os.walk('out') for f in fs}
assert found == names, found ^ names
assert manifest['datasets'][1]['title'] == 'Voice "notes"'
)");

  expect_clean(run(scratch_.path(), "/usr/bin/python3", {"check.py"}));
  expect_clean(
      run(scratch_ / "out", "/usr/bin/sha256sum", {"--check", "--strict", "MANIFEST.sha256"}));
}

}  // namespace
}  // namespace rightful::archive
