// The inner ZIP is parsed before its HMAC is known to hold: no change of its bytes may do more than
// be refused.
#include <random>

#include <gtest/gtest.h>

#include "rightful/archive/inner_zip_writer.hpp"

#include "archive/block_output.hpp"
#include "archive/reader/entry_walker.hpp"
#include "archive/reader/manifest_reader.hpp"
#include "tests/support/result_matchers.hpp"
#include "tests/unit/archive/package_fixture.hpp"

namespace rightful::archive {
namespace {

using rightful::testing::IsOk;
using testing::MemoryReadAt;

constexpr std::uint32_t kSeed = 20261122;
constexpr int kRounds = 100'000;

class MemoryBlocks final : public BlockOutput {
 public:
  [[nodiscard]] Block acquire() override { return Block::make(); }

  void submit(Block block) override {
    bytes.insert(bytes.end(), block.bytes().begin(), block.bytes().end());
  }

  Bytes bytes;
};

Bytes small_inner_zip() {
  MemoryBlocks blocks;
  testing::CountingRandom random;
  InnerZipWriter zip(blocks, testing::some_time(), testing::memory_spool(random));
  const std::string text(300, 't');
  for (const std::string name : {"index.html", "manifest.json", "MANIFEST.sha256"}) {
    EXPECT_THAT(zip.add(name, Compression::Deflate, as_bytes(text + name)), IsOk());
  }
  EXPECT_THAT(zip.add("manifest.sig", Compression::Store, as_bytes(text)), IsOk());
  zip.finish();
  return std::move(blocks.bytes);
}

/// Everything a reader does with an inner ZIP. @return whether it was accepted.
bool walk(const Bytes& bytes) {
  const MemoryReadAt file(bytes);
  const auto index = reader::read_inner_index(file);
  if (!index) return false;
  reader::RangeSource stream(file, 0, file.size());
  reader::EntryWalker walker(stream, file, index->place);
  while (true) {
    const auto record = walker.enter();
    if (!record) return false;
    if (*record == nullptr) break;
    while (true) {
      const auto part = walker.content().next();
      if (!part) return false;
      if (part->empty()) break;
    }
  }
  return walker.finish().has_value();
}

/// One to four changes: a byte, a run of extreme bytes, a moved part, another length.
Bytes mutate(Bytes bytes, std::mt19937& random) {
  const auto below = [&random](std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
  };
  for (std::size_t changes = 1 + below(4); changes > 0 && bytes.size() > 8; --changes) {
    const std::size_t at = below(bytes.size() - 4);
    const auto place = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    switch (below(5)) {
      case 0:
        *place = static_cast<std::byte>(below(256));
        break;
      case 1:
        std::fill_n(place, 1 + below(4), std::byte{0xFF});
        break;
      case 2:
        std::fill_n(place, 1 + below(4), std::byte{0});
        break;
      case 3:
        std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(below(bytes.size() - 4)), 4, place);
        break;
      default:
        bytes.erase(place, place + static_cast<std::ptrdiff_t>(1 + below(4)));
    }
  }
  return bytes;
}

TEST(ReaderMutation, AnInnerZipIsReadAsItIsOrRefused) {
  const Bytes original = small_inner_zip();
  ASSERT_TRUE(walk(original));
  std::mt19937 random(kSeed);
  for (int round = 0; round < kRounds; ++round) {
    const Bytes changed = mutate(original, random);
    if (changed == original) continue;
    // Only time stamps may change unseen here, when both headers get the same ones: manifest and
    // HMAC cover the rest.
    if (walk(changed)) EXPECT_EQ(changed.size(), original.size()) << "round " << round;
  }
}

class OneText final : public reader::ChunkSource {
 public:
  explicit OneText(ByteView text) : text_(text) {}

  [[nodiscard]] Result<ByteView> next() override { return std::exchange(text_, ByteView{}); }

 private:
  ByteView text_;
};

TEST(ReaderMutation, AManifestIsReadOrRefused) {
  const std::string manifest =
      R"({"format":"rightful/v1/manifest","request":"r","account":"a","created":"c",)"
      R"("catalog":{"version":"7","sha256":"s"},"checkpoint":"-","random":"AAAA","snapshots":[],)"
      R"("datasets":[{"name":"d","title":"\u0044é","source":"s","rows":0,"objects":1,)"
      R"("reason_if_empty":"","missing":[{"what":"w","reason":"r"}],"redactions":[]}],)"
      R"("entries":[{"name":"n","size":1,"sha256":"x","kind":"page"}]})";
  const Bytes original = to_bytes(manifest);
  std::mt19937 random(kSeed);
  for (int round = 0; round < kRounds; ++round) {
    const Bytes changed = mutate(original, random);
    OneText source(changed);
    reader::ManifestReader manifest_reader(source);
    if (!manifest_reader.read_head()) continue;
    for (int entries = 0;; ++entries) {
      ASSERT_LT(entries, 10);
      const auto entry = manifest_reader.next_entry();
      if (!entry || !*entry) break;
    }
  }
}

}  // namespace
}  // namespace rightful::archive
