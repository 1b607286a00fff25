/// @file
/// Packages in memory for tests: built by the production writer from a recipe that may lie.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rightful/archive/manifest.hpp"
#include "rightful/archive/package_sink.hpp"
#include "rightful/archive/package_writer.hpp"
#include "rightful/archive/read_at.hpp"
#include "rightful/archive/verify_package.hpp"
#include "rightful/core/random.hpp"
#include "rightful/crypto/passphrase.hpp"
#include "rightful/crypto/signature.hpp"

namespace rightful::archive::testing {

/// Counts up: the same bytes in every run.
class CountingRandom final : public Random {
 public:
  explicit CountingRandom(std::uint8_t seed = 1) : next_(seed) {}

  void fill(std::span<std::byte> bytes) override {
    for (std::byte& byte : bytes)
      byte = static_cast<std::byte>(next_++);
  }

 private:
  std::uint8_t next_;
};

class MemorySink final : public PackageSink {
 public:
  void write(ByteView bytes) override;
  void patch(std::uint64_t offset, ByteView bytes) override;

  Bytes bytes;
  std::vector<std::uint64_t> patched_ends;
};

class MemoryReadAt final : public ReadAt {
 public:
  explicit MemoryReadAt(Bytes content) : bytes(std::move(content)) {}

  [[nodiscard]] std::uint64_t size() const override { return bytes.size(); }

  void read_at(std::uint64_t offset, std::span<std::byte> into) const override;

  Bytes bytes;
};

/// Everything stays in memory: unit tests touch no disk.
[[nodiscard]] SpoolSettings memory_spool(Random& random);

[[nodiscard]] AccountId account(std::string_view text);
[[nodiscard]] RequestId request_id(std::uint8_t number);
[[nodiscard]] crypto::Passphrase fixed_passphrase();
[[nodiscard]] crypto::SigningKey service_key();
[[nodiscard]] Instant some_time();

struct RecipeEntry {
  std::string name;
  std::string content;
  Compression compression = Compression::Deflate;
  std::string dataset = {};
  std::optional<std::uint64_t> records = {};
  /// What the manifest says of it, where that is not the truth.
  std::optional<std::string> listed_name = {};
  std::optional<std::string> listed_content = {};
};

/// A small, true package; a test changes what it is about.
struct Recipe {
  AccountId writer = account("A-1");  ///< in manifest and envelope
  RequestId request = request_id(7);
  std::vector<RecipeEntry> entries;
  std::vector<DatasetCoverage> datasets;
  std::string read_me = "<!doctype html><title>Your data</title>";
  bool has_valid_signature = true;
  /// A sealed box is never the same twice; a test that compares bytes brings its own.
  std::optional<std::string> envelope = {};

  [[nodiscard]] static Recipe small();
};

struct Built {
  Bytes bytes;
  VerifyExpectation expectation;
};

[[nodiscard]] Built build(const Recipe& recipe);

// Its parts, for tests that write a package of another size.
[[nodiscard]] ManifestHead head_of(const Recipe& recipe);
[[nodiscard]] crypto::Signature sign_manifest(const Recipe& recipe,
                                              const crypto::Sha256Digest& digest);
[[nodiscard]] std::string envelope_for(const Recipe& recipe, const ContentFacts& content);

/// The same around a manifest that the test wrote by hand, correctly signed. `sums` empty = the
/// true MANIFEST.sha256 of `listed`.
struct HandWritten {
  std::vector<RecipeEntry> entries;  ///< everything before manifest.json
  std::string manifest;
  std::string sums;
};

[[nodiscard]] Built build_by_hand(const HandWritten& content);

/// The lines of MANIFEST.sha256 for these entries and this manifest.
[[nodiscard]] std::string sums_of(const std::vector<RecipeEntry>& entries,
                                  std::string_view manifest);

/// A record of `owner` as JSON.
[[nodiscard]] std::string record_of(std::string_view owner, std::string_view note);

[[nodiscard]] Result<VerifyReport> verify(const Built& built,
                                          VerifyDepth depth = VerifyDepth::Full);

}  // namespace rightful::archive::testing
