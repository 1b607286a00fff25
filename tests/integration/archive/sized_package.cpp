#include "tests/integration/archive/sized_package.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <string>

#include "rightful/core/check.hpp"
#include "rightful/core/failure.hpp"
#include "rightful/core/unique_fd.hpp"

#include "tests/unit/archive/package_fixture.hpp"

namespace rightful::archive::testing {
namespace {

constexpr std::size_t kPieceBytes = 1024 * 1024;
constexpr std::uint64_t kFiveGibPieces = 5 * 1024;

class FileSink final : public PackageSink {
 public:
  explicit FileSink(const std::filesystem::path& path)
      : fd_(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) {
    if (!fd_.is_open()) throw_system_failure("open", errno);
  }

  void write(ByteView bytes) override {
    while (!bytes.empty()) {
      const ssize_t count = ::write(fd_.get(), bytes.data(), bytes.size());
      if (count <= 0) throw_system_failure("write", errno);
      bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
  }

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
  explicit Writing(const std::filesystem::path& path)
      : spool{.directory = std::filesystem::absolute(path).parent_path(), .random = random},
        sink(path),
        writer(sink, {"read me", passphrase, {}, some_time(), spool}),
        manifest(writer.inner(), spool) {}

  void add(std::string_view name, std::string_view content) {
    auto facts = writer.inner().add(name, Compression::Store, as_bytes(content));
    RIGHTFUL_CHECK(facts.has_value());
    manifest.add(*facts, {.dataset = "voice", .records = {}});
  }

  /// One entry of `count` times `piece`, numbered so that no two are alike.
  void add_pieces(std::string_view name,
                  Compression compression,
                  std::string piece,
                  std::uint64_t count) {
    RIGHTFUL_CHECK(writer.inner().begin_entry(name, compression).has_value());
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::string number = std::to_string(i);
      piece.replace(0, number.size(), number);
      writer.inner().write(as_bytes(piece));
    }
    manifest.add(writer.inner().end_entry(), {.dataset = "voice", .records = {}});
  }

  void finish(std::uint64_t entries) {
    if (entries > 0) {
      recipe.datasets = {
          {.name = "voice", .title = "Voice", .source = "files", .objects = entries}};
    }
    const crypto::Sha256Digest digest = manifest.write(head_of(recipe));
    manifest.write_signature(sign_manifest(recipe, digest));
    const ContentFacts content = writer.finish_content();
    writer.finish(envelope_for(recipe, content));
  }

  Recipe recipe;
  SystemRandom random;
  SpoolSettings spool;
  crypto::Passphrase passphrase = fixed_passphrase();
  FileSink sink;
  PackageWriter writer;
  ManifestWriter manifest;
};

/// Bytes that look random and repeat after `period`.
std::string noise(std::size_t size, std::size_t period) {
  std::string bytes(size, '\0');
  std::uint32_t state = 7;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i % period == 0) state = 7;
    state = state * 1664525 + 1013904223;
    bytes[i] = static_cast<char>(state >> 24U);
  }
  return bytes;
}

void add_many(Writing& writing, std::uint64_t entries) {
  std::string content = noise(kPieceBytes / 4, kPieceBytes);
  for (std::uint64_t i = 0; i < entries; ++i) {
    const std::string number = std::to_string(i);
    content.replace(0, number.size(), number);
    writing.add("media/voice/" + number + ".wav", content);
  }
}

}  // namespace

std::optional<PackageShape> parse_shape(std::string_view word) {
  if (word == "nothing") return PackageShape::Nothing;
  if (word == "empty-file") return PackageShape::EmptyFile;
  if (word == "one-entry") return PackageShape::OneEntry;
  if (word == "one-deflated") return PackageShape::OneDeflated;
  if (word == "many-entries") return PackageShape::ManyEntries;
  if (word == "million") return PackageShape::Million;
  return std::nullopt;
}

void write_sized_package(PackageShape shape, const std::filesystem::path& path) {
  Writing writing(path);
  switch (shape) {
    case PackageShape::Nothing:
      return writing.finish(0);
    case PackageShape::EmptyFile:
      writing.add("media/voice/empty.wav", "");
      return writing.finish(1);
    case PackageShape::OneEntry:
      writing.add_pieces("media/voice/long.wav",
                         Compression::Store,
                         noise(kPieceBytes, kPieceBytes),
                         kFiveGibPieces);
      return writing.finish(1);
    case PackageShape::OneDeflated:
      writing.add_pieces(
          "media/voice/long.wav", Compression::Deflate, noise(kPieceBytes, 1000), kFiveGibPieces);
      return writing.finish(1);
    case PackageShape::ManyEntries: {
      constexpr std::uint64_t kEntries = 20'500;
      add_many(writing, kEntries);
      return writing.finish(kEntries);
    }
    case PackageShape::Million: {
      constexpr std::uint64_t kEntries = 1'000'000;
      for (std::uint64_t i = 0; i < kEntries; ++i) {
        const std::string name = "media/voice/" + std::to_string(i) + ".wav";
        writing.add(name, name);
      }
      return writing.finish(kEntries);
    }
  }
}

VerifyExpectation expectation_of_sized_package() {
  const Recipe recipe;
  return {.account = recipe.writer,
          .request = recipe.request,
          .service_key = service_key().public_key()};
}

}  // namespace rightful::archive::testing
