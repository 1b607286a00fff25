// tests/vectors/archive: packages that any reader can be tried on, made by this writer. What is
// written today is what was written then.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include <gtest/gtest.h>

#include "rightful/crypto/ae2.hpp"
#include "rightful/crypto/hash.hpp"

#include "archive/deflater.hpp"
#include "archive/reader/byte_feed.hpp"
#include "archive/reader/entry_walker.hpp"
#include "archive/reader/inner_directory.hpp"
#include "archive/reader/outer_file.hpp"
#include "tests/support/result_matchers.hpp"
#include "tests/unit/archive/package_fixture.hpp"

namespace rightful::archive {
namespace {

namespace fs = std::filesystem;
using rightful::testing::IsOk;
using testing::build;
using testing::Built;
using testing::Recipe;

const fs::path kFolder = fs::path(RIGHTFUL_SOURCE_DIR) / "tests/vectors/archive";

Bytes read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  return to_bytes(bytes);
}

struct Vector {
  std::string name;
  Recipe recipe;
};

std::vector<Vector> vectors() {
  Recipe empty;
  Recipe small = Recipe::small();
  small.entries[1].content =
      "[" + testing::record_of("A-1", "Zoë's 1st") + ",\n" +
      R"({"note":null,"deep":{"@owner":"A-1"},"@owner":["another person","A-1"]}])";
  small.entries.push_back({.name = "empty.html", .content = ""});
  return {{"empty", empty}, {"small", small}};
}

/// The inner ZIP of a package with the fixture's passphrase.
Bytes inner_zip(const Bytes& package) {
  const testing::MemoryReadAt stored(package);
  const auto file = reader::read_outer(stored);
  EXPECT_THAT(file, IsOk());
  const crypto::Passphrase passphrase = testing::fixed_passphrase();
  auto cipher = crypto::Ae2Decryptor::open(passphrase.expose(), file->salt, file->verifier);
  EXPECT_THAT(cipher, IsOk());
  const auto from = package.begin() + static_cast<std::ptrdiff_t>(file->ciphertext_offset());
  Bytes inner(from, from + static_cast<std::ptrdiff_t>(file->inner_size));
  cipher->decrypt(inner);
  return inner;
}

std::string manifest_of(const Bytes& inner) {
  const testing::MemoryReadAt file(inner);
  const auto index = reader::read_inner_index(file);
  EXPECT_THAT(index, IsOk());
  reader::RangeSource stream(file, 0, file.size());
  reader::EntryWalker walker(stream, file, index->place);
  std::string text;
  while (true) {
    const auto record = walker.enter();
    if (!record || *record == nullptr) return text;
    text.clear();
    const bool is_manifest = (*record)->name == "manifest.json";
    while (true) {
      const auto part = walker.content().next();
      if (!part || part->empty()) break;
      text += as_text(*part);
    }
    if (is_manifest) return text;
  }
}

std::string deflated(std::string_view content) {
  std::string packed;
  const auto take = [&packed](ByteView bytes) { packed += as_text(bytes); };
  Deflater deflater;
  deflater.begin();
  deflater.write(as_bytes(content), take);
  deflater.finish(take);
  return packed;
}

/// For a person with a new vector: RIGHTFUL_WRITE_VECTORS=<folder> writes them there instead.
const char* folder_to_write() {
  return std::getenv("RIGHTFUL_WRITE_VECTORS");  // NOLINT(concurrency-mt-unsafe): one thread
}

void write(const fs::path& folder, const std::string& name, const Built& built) {
  std::ofstream(folder / (name + ".zip"), std::ios::binary) << as_text(built.bytes);
  const auto report = testing::verify(built);
  ASSERT_THAT(report, IsOk());
  std::ofstream(folder / "packages.txt", std::ios::app)
      << "comment: written by the product's writer; the passphrase is no secret\n"
      << "file: " << name << ".zip\npassphrase: " << testing::fixed_passphrase().expose()
      << "\naccount: " << built.expectation.account.expose()
      << "\nrequest: " << built.expectation.request.to_string()
      << "\nservice_key: " << to_hex(built.expectation.service_key.bytes())
      << "\ncontent_sha256: " << to_hex(report->content_sha256.bytes())
      << "\nmanifest_digest: " << to_hex(report->manifest_digest.bytes())
      << "\nentries: " << report->entries << "\nrecords: " << report->records
      << "\nobjects: " << report->objects << "\nexpect: ok\n\n";
}

TEST(VectorPackages, AreWhatTheWriterStillMakes) {
  for (auto& [name, recipe] : vectors()) {
    const fs::path path = kFolder / (name + ".zip");
    const Bytes before = read_file(path);
    if (!before.empty()) recipe.envelope = read_envelope(testing::MemoryReadAt(before)).value();

    const Built built = build(recipe);

    if (const char* folder = folder_to_write()) {
      write(folder, name, built);
      continue;
    }
    ASSERT_FALSE(before.empty()) << path;
    // ISA-L packs alike on processors of one kind only; elsewhere the content is the same, which
    // the manifest digest covers.
    const auto report = testing::verify({before,
                                         {.account = recipe.writer,
                                          .request = recipe.request,
                                          .service_key = testing::service_key().public_key()}});
    ASSERT_THAT(report, IsOk()) << name;
    EXPECT_EQ(report->manifest_digest, *built.expectation.manifest_digest) << name;
    const Bytes inner = inner_zip(before);
    if (as_text(inner).find(deflated(manifest_of(inner))) == std::string_view::npos) {
      std::cout << name << ": this processor deflates otherwise; only the content is compared\n";
      continue;
    }
    EXPECT_EQ(built.bytes, before) << name;
  }
}

}  // namespace
}  // namespace rightful::archive
