#include "rightful/archive/inner_zip_writer.hpp"

#include <string>
#include <tuple>

#include <gtest/gtest.h>

#include "rightful/core/failure.hpp"
#include "rightful/crypto/hash.hpp"

#include "archive/block_output.hpp"
#include "archive/content_meter.hpp"
#include "archive/deflate_lanes.hpp"
#include "archive/deflater.hpp"
#include "archive/package_format.hpp"
#include "archive/reader/entry_walker.hpp"
#include "tests/support/result_matchers.hpp"
#include "tests/unit/archive/package_fixture.hpp"

namespace rightful::archive {
namespace {

using rightful::testing::IsError;
using rightful::testing::IsOk;
using testing::CountingRandom;
using testing::memory_spool;
using testing::MemoryReadAt;

class MemoryBlocks final : public BlockOutput {
 public:
  [[nodiscard]] Block acquire() override { return Block::make(); }

  void submit(Block block) override {
    largest = std::max(largest, block.size);
    bytes.insert(bytes.end(), block.bytes().begin(), block.bytes().end());
  }

  Bytes bytes;
  std::size_t largest = 0;
};

/// Half compressible, never the same twice in a row.
std::string some_content(std::size_t size) {
  std::string text;
  text.reserve(size + 32);
  std::uint32_t state = 12345;
  while (text.size() < size) {
    state = state * 1664525 + 1013904223;
    text += "line " + std::to_string(state) + "\n";
  }
  text.resize(size);
  return text;
}

/// Bytes that no compressor shrinks.
std::string noise(std::size_t size) {
  std::string text(size, '\0');
  std::uint64_t state = 88172645463325252U;
  for (char& c : text) {
    state ^= state << 13U;
    state ^= state >> 7U;
    state ^= state << 17U;
    c = static_cast<char>(state & 0xFFU);
  }
  return text;
}

struct Zip {
  MemoryBlocks blocks;
  CountingRandom random;
  InnerZipWriter writer{blocks, testing::some_time(), memory_spool(random)};
};

/// Reads all entries with the reader's code: name and content.
std::vector<std::pair<std::string, std::string>> read_back(const Bytes& bytes) {
  const MemoryReadAt file(bytes);
  const auto place = reader::read_end_records(file, "inner");
  EXPECT_THAT(place, IsOk());
  reader::RangeSource stream(file, 0, file.size());
  reader::EntryWalker walker(stream, file, *place);
  std::vector<std::pair<std::string, std::string>> entries;
  while (true) {
    const auto record = walker.enter();
    EXPECT_THAT(record, IsOk());
    if (!record || *record == nullptr) break;
    std::string content;
    while (true) {
      const auto part = walker.content().next();
      EXPECT_THAT(part, IsOk());
      if (!part || part->empty()) break;
      content += as_text(*part);
    }
    entries.emplace_back((*record)->name, std::move(content));
  }
  EXPECT_THAT(walker.finish(), IsOk());
  return entries;
}

std::uint16_t flags_of_first(const Bytes& bytes) {
  return reader::load16(bytes, 6);
}

class InnerZipSizes
    : public ::testing::TestWithParam<std::tuple<std::size_t, Compression, bool, bool>> {};

// Around every boundary of pieces, blocks and held blocks.
TEST_P(InnerZipSizes, RoundTrip) {
  const auto [size, compression, is_noise, knows] = GetParam();
  const std::string content = is_noise ? noise(size) : some_content(size);
  const std::uint32_t crc = crc32_continue(0, as_bytes(content));
  Zip zip;
  EntryHint hint;
  if (knows) hint = {.size = size, .crc = crc};

  ASSERT_THAT(zip.writer.begin_entry("a/first", compression, hint), IsOk());
  zip.writer.write(as_bytes(content));
  const EntryFacts facts = zip.writer.end_entry();
  ASSERT_THAT(zip.writer.add("b/second", Compression::Deflate, as_bytes("2")), IsOk());
  zip.writer.finish();

  EXPECT_EQ(facts.name, "a/first");
  EXPECT_EQ(facts.size, size);
  EXPECT_EQ(facts.crc, crc);
  EXPECT_EQ(facts.sha256, crypto::sha256(as_bytes(content)));
  const auto entries = read_back(zip.blocks.bytes);
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0], std::pair(std::string("a/first"), content));
  EXPECT_EQ(entries[1], std::pair(std::string("b/second"), std::string("2")));
  EXPECT_EQ(zip.writer.size(), zip.blocks.bytes.size());
  EXPECT_LE(zip.blocks.largest, format::kBlockBytes + Block::kSlackBytes);
}

constexpr std::size_t kPiece = 64 * 1024;
constexpr std::size_t kBlock = format::kBlockBytes;
constexpr std::size_t kHeld = format::kHeldBlocks * kBlock;

INSTANTIATE_TEST_SUITE_P(AllEdges,
                         InnerZipSizes,
                         ::testing::Combine(::testing::Values(0,
                                                              1,
                                                              2,
                                                              kPiece - 1,
                                                              kPiece,
                                                              kPiece + 1,
                                                              kBlock - 38,
                                                              kBlock - 37,
                                                              kBlock - 36,
                                                              kBlock - 1,
                                                              kBlock,
                                                              kBlock + 1,
                                                              kHeld - 1,
                                                              kHeld,
                                                              kHeld + 1,
                                                              kHeld + kBlock - 37,
                                                              kHeld + kBlock - 36,
                                                              kHeld + kBlock + 1,
                                                              3 * kHeld + 5),
                                            ::testing::Values(Compression::Store,
                                                              Compression::Deflate),
                                            ::testing::Bool(),
                                            ::testing::Bool()));

TEST(InnerZipWriterTest, SmallEntriesHaveCompleteHeaders) {
  for (const Compression compression : {Compression::Store, Compression::Deflate}) {
    Zip zip;
    ASSERT_THAT(zip.writer.begin_entry("a", compression), IsOk());
    zip.writer.write(as_bytes(some_content(1000)));
    static_cast<void>(zip.writer.end_entry());
    zip.writer.finish();

    EXPECT_EQ(flags_of_first(zip.blocks.bytes), format::kNoFlags);
    EXPECT_EQ(reader::load32(zip.blocks.bytes, 22), 1000U);
  }
}

TEST(InnerZipWriterTest, LargeKnownStoredEntryHasNoDescriptor) {
  const std::string content = noise(2 * kHeld);
  Zip zip;
  ASSERT_THAT(
      zip.writer.begin_entry("a",
                             Compression::Store,
                             {.size = content.size(), .crc = crc32_continue(0, as_bytes(content))}),
      IsOk());
  zip.writer.write(as_bytes(content));
  static_cast<void>(zip.writer.end_entry());
  zip.writer.finish();

  EXPECT_EQ(flags_of_first(zip.blocks.bytes), format::kNoFlags);
  EXPECT_EQ(reader::load32(zip.blocks.bytes, 22), content.size());
}

TEST(InnerZipWriterTest, LargeUnknownEntryHasA64BitDescriptorAndItsField) {
  Zip zip;
  ASSERT_THAT(zip.writer.begin_entry("a", Compression::Store), IsOk());
  zip.writer.write(as_bytes(noise(2 * kHeld)));
  static_cast<void>(zip.writer.end_entry());
  zip.writer.finish();

  EXPECT_EQ(flags_of_first(zip.blocks.bytes), format::kFlagDescriptor);
  EXPECT_TRUE(reader::has_zip64_field(ByteView(zip.blocks.bytes).first(31 + 20)));
}

TEST(InnerZipWriterTest, StoredEntryOfKnownSizeHasA32BitDescriptor) {
  Zip zip;
  ASSERT_THAT(zip.writer.begin_entry("a", Compression::Store, {.size = 2 * kHeld, .crc = {}}),
              IsOk());
  zip.writer.write(as_bytes(noise(2 * kHeld)));
  static_cast<void>(zip.writer.end_entry());
  zip.writer.finish();

  EXPECT_EQ(flags_of_first(zip.blocks.bytes), format::kFlagDescriptor);
  EXPECT_FALSE(reader::has_zip64_field(ByteView(zip.blocks.bytes).first(31)));
  EXPECT_EQ(read_back(zip.blocks.bytes).size(), 1U);
}

TEST(InnerZipWriterTest, HowContentIsCutDoesNotChangeABit) {
  const std::string content = some_content(700'000);
  Bytes expected;
  for (const std::size_t step : {700'000UL, 1UL << 16U, 65'537UL, 4'096UL, 333UL}) {
    Zip zip;
    ASSERT_THAT(zip.writer.begin_entry("a", Compression::Deflate), IsOk());
    for (std::size_t at = 0; at < content.size(); at += step) {
      zip.writer.write(as_bytes(std::string_view(content).substr(at, step)));
    }
    static_cast<void>(zip.writer.end_entry());
    zip.writer.finish();
    if (expected.empty()) expected = zip.blocks.bytes;
    EXPECT_TRUE(zip.blocks.bytes == expected) << step;
  }
}

TEST(InnerZipWriterTest, RefusesBadAndRepeatedNamesAndGoesOn) {
  Zip zip;
  ASSERT_THAT(zip.writer.add("data/A.json", Compression::Store, {}), IsOk());
  const std::uint64_t before = zip.writer.size();

  EXPECT_THAT(zip.writer.begin_entry("../a", Compression::Store),
              IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(zip.writer.begin_entry("data/a.JSON", Compression::Store),
              IsError(ErrorCode::Conflict));
  EXPECT_THAT(zip.writer.add("", Compression::Store, {}), IsError(ErrorCode::InvalidArgument));

  EXPECT_EQ(zip.writer.size(), before);
  EXPECT_EQ(zip.writer.entry_count(), 1U);
}

TEST(InnerZipWriterTest, AnEntryOtherThanAnnouncedIsAFailure) {
  const std::uint32_t crc = crc32_continue(0, as_bytes("abc"));
  for (const EntryHint hint : {EntryHint{.size = 2, .crc = {}},
                               EntryHint{.size = 4, .crc = crc},
                               EntryHint{.size = 3, .crc = crc + 1},
                               EntryHint{.size = {}, .crc = 0}}) {
    Zip zip;
    ASSERT_THAT(zip.writer.begin_entry("a", Compression::Store, hint), IsOk());
    zip.writer.write(as_bytes("abc"));
    try {
      static_cast<void>(zip.writer.end_entry());
      FAIL() << "no Failure";
    } catch (const Failure& failure) {
      EXPECT_EQ(failure.cause(), "object_changed");
      EXPECT_EQ(failure.retry(), Retry::Later);
    }
  }
}

TEST(InnerZipWriterTest, SpooledEntryIsTheSameAsADirectOne) {
  for (const std::size_t size : {std::size_t{0},
                                 std::size_t{1},
                                 std::size_t{5000},
                                 kPiece + 1,
                                 kSegmentBytes,
                                 kSegmentBytes + 1,
                                 3 * kSegmentBytes + 5}) {
    const std::string content = some_content(size);
    Zip direct;
    ASSERT_THAT(direct.writer.add("page.html", Compression::Deflate, as_bytes(content)), IsOk());
    direct.writer.finish();
    Zip spooled;
    SpooledEntry entry(memory_spool(spooled.random));
    entry.write(as_bytes(content));
    entry.finish();

    const auto facts = spooled.writer.add_spooled("page.html", entry);
    spooled.writer.finish();

    ASSERT_THAT(facts, IsOk());
    EXPECT_EQ(facts->sha256, crypto::sha256(as_bytes(content)));
    EXPECT_EQ(entry.size(), size);
    EXPECT_TRUE(direct.blocks.bytes == spooled.blocks.bytes) << size;
  }
}

TEST(InnerZipWriterTest, ALargeSpooledEntryReadsBack) {
  const std::string content = some_content(3 * DeflateLanes::kSegments * kSegmentBytes + 7);
  Zip zip;
  SpooledEntry entry(memory_spool(zip.random));
  for (std::size_t at = 0; at < content.size(); at += 100'003)
    entry.write(as_bytes(std::string_view(content).substr(at, 100'003)));
  entry.finish();

  const auto facts = zip.writer.add_spooled("data/table.csv", entry);
  zip.writer.finish();

  ASSERT_THAT(facts, IsOk());
  EXPECT_EQ(facts->sha256, crypto::sha256(as_bytes(content)));
  const auto entries = read_back(zip.blocks.bytes);
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_TRUE(entries[0].second == content);
}

TEST(InnerZipWriterTest, ASpooledEntryMayBeGivenUpAtAnyTime) {
  const std::string content = some_content(kSegmentBytes);
  CountingRandom random;
  for (int segments = 0; segments < 12; ++segments) {
    SpooledEntry entry(memory_spool(random));
    for (int i = 0; i < segments; ++i)
      entry.write(as_bytes(content));
  }
}

TEST(InnerZipWriterTest, ManyEntriesOfAllKindsReadBack) {
  Zip zip;
  std::vector<std::pair<std::string, std::string>> expected;
  for (int i = 0; i < 300; ++i) {
    const std::string name = "media/" + std::to_string(i);
    const std::string content = i % 3 == 0 ? noise(static_cast<std::size_t>(i) * 997)
                                           : some_content(static_cast<std::size_t>(i) * 1013);
    const auto compression = i % 2 == 0 ? Compression::Store : Compression::Deflate;
    ASSERT_THAT(zip.writer.begin_entry(name, compression), IsOk());
    zip.writer.write(as_bytes(content));
    static_cast<void>(zip.writer.end_entry());
    expected.emplace_back(name, content);
  }
  zip.writer.finish();

  EXPECT_TRUE(read_back(zip.blocks.bytes) == expected);
}

// Large and small, deflated and stored: what is ready early waits for its turn.
TEST(InnerZipWriterTest, EntriesThatPackAtDifferentSpeedsKeepTheirOrder) {
  const auto write = [](std::vector<std::pair<std::string, std::string>>* written) {
    Zip zip;
    for (std::size_t i = 0; i < 60; ++i) {
      const std::string name = "data/" + std::to_string(i);
      const std::string content = some_content(i % 4 == 0 ? i * 20'000 : i * 700);
      const auto compression = i % 3 == 1 ? Compression::Store : Compression::Deflate;
      const auto facts = zip.writer.add(name, compression, as_bytes(content));
      EXPECT_THAT(facts, IsOk());
      EXPECT_EQ(facts->sha256, crypto::sha256(as_bytes(content))) << i;
      if (written != nullptr) written->emplace_back(name, content);
    }
    zip.writer.finish();
    return zip.blocks.bytes;
  };
  std::vector<std::pair<std::string, std::string>> expected;
  const Bytes first = write(&expected);

  EXPECT_TRUE(read_back(first) == expected);
  for (int round = 0; round < 5; ++round)
    EXPECT_TRUE(write(nullptr) == first) << "the same entries gave other bytes";
}

class FullBlocks final : public BlockOutput {
 public:
  [[nodiscard]] Block acquire() override { return Block::make(); }

  void submit(Block) override { throw Failure(Retry::Later, "disk_full", "no room"); }
};

TEST(InnerZipWriterTest, AFailureOfTheOutputSurfacesWhileLanesAreAtWork) {
  FullBlocks full;
  CountingRandom random;
  InnerZipWriter writer(full, testing::some_time(), memory_spool(random));
  const std::string content = noise(kSegmentBytes);
  ASSERT_THAT(writer.begin_entry("a", Compression::Deflate), IsOk());

  EXPECT_THROW(
      {
        for (int i = 0; i < 100; ++i)
          writer.write(as_bytes(content));
      },
      Failure);
}

TEST(InnerZipWriterTest, MayBeGivenUpAtAnyTime) {
  const std::string content = some_content(kSegmentBytes);
  for (int segments = 0; segments < 12; ++segments) {
    Zip zip;
    ASSERT_THAT(zip.writer.begin_entry("a", Compression::Deflate), IsOk());
    for (int i = 0; i < segments; ++i)
      zip.writer.write(as_bytes(content));
  }
}

TEST(InnerZipWriterTest, AnEmptyZipIsAnEndRecord) {
  Zip zip;
  zip.writer.finish();

  EXPECT_EQ(zip.blocks.bytes.size(), format::kEndOfDirectoryBytes);
}

TEST(InnerZipWriterDeathTest, MisuseStopsTheProcess) {
  Zip zip;
  EXPECT_DEATH(zip.writer.write({}), "");
  EXPECT_DEATH(static_cast<void>(zip.writer.end_entry()), "");
  ASSERT_THAT(zip.writer.begin_entry("a", Compression::Store), IsOk());
  EXPECT_DEATH(static_cast<void>(zip.writer.begin_entry("b", Compression::Store)), "");
  EXPECT_DEATH(zip.writer.finish(), "");
}

}  // namespace
}  // namespace rightful::archive
