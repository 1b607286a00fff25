// What stands in tiles and bundles, and trees that are read back from them.

#include "rightful/ledger/tiles.hpp"

#include <map>
#include <nlohmann/json.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rightful/crypto/hash.hpp"
#include "rightful/ledger/frontier.hpp"
#include "rightful/ledger/leaf.hpp"
#include "rightful/ledger/log_directory.hpp"
#include "rightful/ledger/proof.hpp"
#include "rightful/ledger/tile_store.hpp"

#include "tests/support/result_matchers.hpp"
#include "tests/unit/ledger/tree_vectors.hpp"

namespace rightful::ledger::testing {
namespace {

using rightful::testing::IsError;
using rightful::testing::IsOk;
using ::testing::SizeIs;

/// Files in memory; counts what is read.
class MemoryStore final : public TileSource, public TileSink {
 public:
  Result<Bytes> read(const LogPath& path) override {
    ++reads;
    const auto found = files.find(path.text());
    if (found == files.end()) return fail(ErrorCode::NotFound, "no file " + path.text());
    return found->second;
  }

  Result<std::vector<std::uint64_t>> saved_checkpoints() override {
    return std::vector<std::uint64_t>();
  }

  Result<void> put(const LogPath& path, ByteView content) override {
    order.push_back(path.text());
    const Bytes bytes(content.begin(), content.end());
    const auto [place, is_new] = files.emplace(path.text(), bytes);
    if (!is_new && place->second != bytes) return fail(ErrorCode::Conflict, "other bytes");
    return {};
  }

  Result<void> flush() override { return {}; }

  Result<void> replace(const LogPath& path, ByteView content) override {
    files[path.text()] = Bytes(content.begin(), content.end());
    return {};
  }

  std::map<std::string, Bytes> files;
  std::vector<std::string> order;
  int reads = 0;
};

Bytes bytes_of(std::initializer_list<int> values) {
  Bytes bytes;
  for (const int value : values)
    bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

TEST(Tiles, WidthsFollowTheSpecification) {
  // The example of C2SP tlog-tiles: 273 full tiles, one of 112; one full and one of 17; one of 1.
  EXPECT_EQ(tile_width(0, 272, 70'000), 256U);
  EXPECT_EQ(tile_width(0, 273, 70'000), 112U);
  EXPECT_EQ(tile_width(0, 274, 70'000), 0U);
  EXPECT_EQ(tile_width(1, 0, 70'000), 256U);
  EXPECT_EQ(tile_width(1, 1, 70'000), 17U);
  EXPECT_EQ(tile_width(2, 0, 70'000), 1U);
  EXPECT_EQ(tile_width(3, 0, 70'000), 0U);
  EXPECT_EQ(tile_width(0, 0, 256), 256U);
  EXPECT_EQ(tile_width(0, 1, 256), 0U);
  EXPECT_EQ(tile_width(0, 0, 0), 0U);
  EXPECT_EQ(tile_width(7, 0, kMaxTreeSize), 127U);
}

TEST(Tiles, HashesRoundTrip) {
  MemoryTree tree = dev_tree(3);
  const std::vector hashes{tree.subtree(0, 0).value(), tree.subtree(0, 1).value()};

  const Bytes bytes = format_hash_tile(hashes);

  EXPECT_EQ(bytes.size(), 64U);
  EXPECT_EQ(parse_hash_tile(bytes, 2).value(), hashes);
  EXPECT_THAT(parse_hash_tile(bytes, 1), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(parse_hash_tile(bytes, 3), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(parse_hash_tile(ByteView(bytes).first(63), 2), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(parse_hash_tile({}, 1), IsError(ErrorCode::InvalidArgument));
}

TEST(Tiles, BundlesRoundTrip) {
  const std::string longest(kMaxLeafSizeBytes, 'a');
  const std::vector<ByteView> leaves{as_bytes("one"), {}, as_bytes(longest)};

  const Bytes bytes = format_entry_bundle(leaves);
  const auto parsed = parse_entry_bundle(bytes, 3);

  EXPECT_EQ(bytes.size(), 3U * 2 + 3 + 4096);
  ASSERT_THAT(parsed, IsOk());
  ASSERT_THAT(*parsed, SizeIs(3));
  EXPECT_EQ(as_text((*parsed)[0]), "one");
  EXPECT_TRUE((*parsed)[1].empty());
  EXPECT_EQ(as_text((*parsed)[2]), longest);
}

TEST(Tiles, RefusesWhatIsNoBundle) {
  const Bytes good = bytes_of({0, 1, 'a', 0, 0});
  ASSERT_THAT(parse_entry_bundle(good, 2), IsOk());

  EXPECT_THAT(parse_entry_bundle(good, 1), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(parse_entry_bundle(good, 3), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(parse_entry_bundle(ByteView(good).first(4), 2), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(parse_entry_bundle(bytes_of({0, 2, 'a'}), 1), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(parse_entry_bundle(bytes_of({0}), 1), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(parse_entry_bundle({}, 1), IsError(ErrorCode::InvalidArgument));
  Bytes too_long(2 + kMaxLeafSizeBytes + 1);
  too_long[0] = std::byte{0x10};
  too_long[1] = std::byte{0x01};
  EXPECT_THAT(parse_entry_bundle(too_long, 1), IsError(ErrorCode::InvalidArgument));
}

TEST(TileWriter, AgreesWithDevVectors) {
  const auto expected = read_dev_vectors().at("tiles(first two, last full, partial per level)");
  ASSERT_EQ(expected.size(), 4U);
  for (const auto& [size_text, lines] : expected.items()) {
    MemoryTree tree = dev_tree(std::stoull(size_text));
    MemoryStore store;
    ASSERT_THAT(write_hash_tiles(store, tree, 0, tree.size()), IsOk());
    ASSERT_EQ(store.files.size(), lines.size());
    for (const std::string line : lines) {
      const std::string name = line.substr(0, line.find(' '));
      ASSERT_TRUE(store.files.contains(name)) << name;
      const Bytes& content = store.files[name];

      EXPECT_EQ(name + " sha256=" + to_hex(crypto::sha256(content).bytes()) +
                    " bytes=" + std::to_string(content.size()),
                line);
    }
  }
}

TEST(TileWriter, WritesLowerLevelsFirstAndOnlyWhatIsNew) {
  MemoryTree tree = dev_tree(600);
  MemoryStore store;

  ASSERT_THAT(write_hash_tiles(store, tree, 255, 513), IsOk());

  EXPECT_THAT(
      store.order,
      ::testing::ElementsAre("tile/0/000", "tile/0/001", "tile/0/002.p/1", "tile/1/000.p/2"));
  store.order.clear();
  ASSERT_THAT(write_hash_tiles(store, tree, 513, 513), IsOk());
  EXPECT_THAT(store.order, ::testing::IsEmpty());
  ASSERT_THAT(write_hash_tiles(store, tree, 513, 514), IsOk());
  EXPECT_THAT(store.order, ::testing::ElementsAre("tile/0/002.p/2"));
}

TEST(TileWriter, AgainChangesNothing) {
  MemoryTree tree = dev_tree(300);
  MemoryStore store;
  ASSERT_THAT(write_hash_tiles(store, tree, 0, 300), IsOk());

  EXPECT_THAT(write_hash_tiles(store, tree, 0, 300), IsOk());

  store.files["tile/0/000"][5] ^= std::byte{1};
  EXPECT_THAT(write_hash_tiles(store, tree, 0, 300), IsError(ErrorCode::Conflict));
}

TEST(TileHashes, GiveTheTreeBack) {
  MemoryTree tree = dev_tree(700);
  for (const std::uint64_t size : {0U, 1U, 2U, 255U, 256U, 257U, 511U, 512U, 513U, 700U}) {
    MemoryStore store;
    ASSERT_THAT(write_hash_tiles(store, tree, 0, size), IsOk());
    TileHashes hashes(store, size);

    const auto frontier = Frontier::read(hashes, size);

    ASSERT_THAT(frontier, IsOk());
    EXPECT_EQ(frontier->root(), tree_root(tree, size).value()) << size;
  }
}

TEST(TileHashes, GiveProofs) {
  MemoryTree tree = dev_tree(1000);
  MemoryStore store;
  ASSERT_THAT(write_hash_tiles(store, tree, 0, 1000), IsOk());
  TileHashes hashes(store, 1000);

  for (const InclusionVector& one : tree_vectors(read_dev_vectors()).inclusion)
    EXPECT_EQ(make_inclusion_proof(hashes, one.index, one.size).value(), one.proof);
  for (const ConsistencyVector& one : tree_vectors(read_dev_vectors()).consistency)
    EXPECT_EQ(make_consistency_proof(hashes, one.old_size, one.size).value(), one.proof);
}

TEST(TileHashes, ReadEachTileOnceInARow) {
  MemoryTree tree = dev_tree(300);
  MemoryStore store;
  ASSERT_THAT(write_hash_tiles(store, tree, 0, 300), IsOk());
  TileHashes hashes(store, 300);

  for (std::uint64_t index = 0; index < 300; ++index)
    ASSERT_THAT(hashes.subtree(0, index), IsOk());

  EXPECT_EQ(store.reads, 2);
}

TEST(TileHashes, TheFullTileStandsForAPartialOne) {
  MemoryTree tree = dev_tree(256);
  MemoryStore store;
  ASSERT_THAT(write_hash_tiles(store, tree, 0, 256), IsOk());
  TileHashes hashes(store, 200);

  EXPECT_EQ(tree_root(hashes, 200).value(), tree_root(tree, 200).value());
}

TEST(TileHashes, SayWhatIsMissingOrMalformed) {
  MemoryTree tree = dev_tree(300);
  MemoryStore store;
  ASSERT_THAT(write_hash_tiles(store, tree, 0, 300), IsOk());
  store.files.erase("tile/0/000");
  store.files["tile/0/001.p/44"].pop_back();
  TileHashes hashes(store, 300);

  EXPECT_THAT(hashes.subtree(0, 3), IsError(ErrorCode::NotFound));
  EXPECT_THAT(hashes.subtree(0, 256), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(hashes.subtree(8, 0), IsOk());  // from level 1 alone
  EXPECT_THAT(hashes.subtree(0, 300), IsError(ErrorCode::NotFound));
  EXPECT_THAT(hashes.subtree(9, 0), IsError(ErrorCode::NotFound));
  EXPECT_THAT(hashes.subtree(63, 0), IsError(ErrorCode::NotFound));
  EXPECT_THAT(hashes.subtree(1000, 0), IsError(ErrorCode::NotFound));
}

TEST(TesseraTiles, HoldTheTreesThatItsCheckpointsSign) {
  const auto folder = shared_ledger_data("tessera-testdata-log");
  if (!folder) GTEST_SKIP() << "no log of Tessera";
  auto directory = LogDirectory::open(*folder).value();
  // Root of `checkpoint.7`, whose signature checkpoint_test.cpp checks.
  const Bytes root = from_base64("IrSXADBqJ7EQoUODSDKROySgNveeL6CFhik2w/+fS7U=").value();
  for (unsigned size = 1; size <= 7; ++size) {
    TileHashes hashes(directory, size);
    const Bytes bundle = directory.read(LogPath::entry_bundle(0, size)).value();
    const auto leaves = parse_entry_bundle(bundle, size);
    ASSERT_THAT(leaves, IsOk());
    Frontier frontier;
    for (const ByteView leaf : *leaves)
      frontier.append(leaf_hash(leaf));

    EXPECT_EQ(frontier, Frontier::read(hashes, size).value());
    if (size == 7) EXPECT_EQ(ByteView(frontier.root().bytes()).size(), root.size());
    if (size == 7) EXPECT_TRUE(std::ranges::equal(frontier.root().bytes(), root));
  }
}

}  // namespace
}  // namespace rightful::ledger::testing
