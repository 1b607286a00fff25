#include "archive/entry_stream.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "archive/package_format.hpp"
#include "archive/reader/zip_parse.hpp"
#include "tests/unit/archive/package_fixture.hpp"

namespace rightful::archive {
namespace {

constexpr std::size_t kHeldBytes = format::kHeldBlocks * format::kBlockBytes;

class MemoryBlocks final : public BlockOutput {
 public:
  [[nodiscard]] Block acquire() override { return Block::make(); }

  void submit(Block block) override {
    bytes.insert(bytes.end(), block.bytes().begin(), block.bytes().end());
  }

  Bytes bytes;
};

struct Stream {
  MemoryBlocks blocks;
  testing::CountingRandom random;
  EntryStream entries{blocks, testing::some_time(), testing::memory_spool(random)};

  [[nodiscard]] std::uint16_t flags() const { return reader::load16(blocks.bytes, 6); }

  [[nodiscard]] std::uint32_t packed_size() const { return reader::load32(blocks.bytes, 18); }
};

TEST(EntryStreamTest, AnEntryWithinTheHeldBlocksHasACompleteHeader) {
  Stream stream;
  stream.entries.begin({.name = "a", .compression = Compression::Deflate});
  stream.entries.append(Bytes(kHeldBytes));
  stream.entries.end({.size = 7, .crc = 8});
  stream.entries.finish();

  EXPECT_EQ(stream.flags(), format::kNoFlags);
  EXPECT_EQ(stream.packed_size(), kHeldBytes);
  EXPECT_EQ(reader::load32(stream.blocks.bytes, 14), 8U);
  EXPECT_EQ(reader::load32(stream.blocks.bytes, 22), 7U);
}

TEST(EntryStreamTest, AnEntryThatOutgrowsThemHasADescriptor) {
  Stream stream;
  stream.entries.begin({.name = "a", .compression = Compression::Deflate});
  stream.entries.append(Bytes(kHeldBytes + format::kBlockBytes));
  stream.entries.end({.size = 7, .crc = 8});
  stream.entries.finish();

  EXPECT_EQ(stream.flags(), format::kFlagDescriptor);
}

TEST(EntryStreamTest, APackedEntryNeverHasADescriptor) {
  const Bytes packed(3 * kHeldBytes, std::byte{1});
  Stream stream;
  stream.entries.begin_packed(
      {.name = "a", .compression = Compression::Deflate}, {.size = 7, .crc = 8}, packed.size());
  stream.entries.append(packed);
  stream.entries.end({.size = 7, .crc = 8});
  stream.entries.finish();

  EXPECT_EQ(stream.flags(), format::kNoFlags);
  EXPECT_EQ(stream.packed_size(), packed.size());
}

TEST(EntryStreamTest, ItsPositionIsWhatItHasWritten) {
  Stream stream;
  EXPECT_EQ(stream.entries.position(), 0U);
  stream.entries.begin({.name = "name"});
  stream.entries.append(Bytes(2 * kHeldBytes));
  stream.entries.end({.size = 2 * kHeldBytes, .crc = 1});
  const std::uint64_t before_directory = stream.entries.position();
  stream.entries.finish();

  EXPECT_EQ(stream.entries.position(), stream.blocks.bytes.size());
  EXPECT_GT(before_directory, 2 * kHeldBytes + format::kLocalHeaderBytes);
  EXPECT_EQ(reader::load32(stream.blocks.bytes, static_cast<std::size_t>(before_directory)),
            format::kCentralHeader);
}

}  // namespace
}  // namespace rightful::archive
