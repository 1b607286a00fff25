// Roots, edges, and the subtrees they are made from.

#include "rightful/ledger/tree.hpp"

#include <nlohmann/json.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rightful/ledger/frontier.hpp"
#include "rightful/ledger/leaf.hpp"

#include "tests/support/result_matchers.hpp"
#include "tests/unit/ledger/tree_vectors.hpp"

namespace rightful::ledger::testing {
namespace {

using rightful::testing::IsError;
using rightful::testing::IsOk;

std::vector<TreeHash> dev_leaves(std::uint64_t size) {
  std::vector<TreeHash> leaves;
  for (std::uint64_t index = 0; index < size; ++index)
    leaves.push_back(leaf_hash(as_bytes("dev-leaf-" + std::to_string(index))));
  return leaves;
}

Frontier frontier_of(const std::vector<TreeHash>& leaves) {
  Frontier frontier;
  for (const TreeHash& leaf : leaves)
    frontier.append(leaf);
  return frontier;
}

TEST(Tree, NodeIsNoLeaf) {
  const TreeHash left = leaf_hash(as_bytes("a"));
  const TreeHash right = leaf_hash(as_bytes("b"));

  EXPECT_NE(node_hash(left, right), node_hash(right, left));
  EXPECT_EQ(to_hex(empty_root().bytes()),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Tree, RootsAgreeWithDevVectors) {
  const TreeVectors vectors = tree_vectors(read_dev_vectors());
  ASSERT_EQ(vectors.roots.size(), 12U);
  MemoryTree tree = dev_tree(1000);
  for (const auto& [size, root] : vectors.roots) {
    const auto computed = tree_root(tree, size);

    ASSERT_THAT(computed, IsOk());
    EXPECT_EQ(*computed, root) << size;
    EXPECT_EQ(frontier_of(dev_leaves(size)).root(), root) << size;
  }
}

TEST(Tree, RootsAgreeWithTheClassicTree) {
  const auto path = shared_ledger_data("ct8.json");
  if (!path) GTEST_SKIP() << "no ct8.json";
  const auto json = read_json(*path);
  std::vector<TreeHash> leaves;
  for (const std::string hex : json.at("leaves_hex"))
    leaves.push_back(leaf_hash(from_hex(hex).value()));
  const TreeVectors vectors = tree_vectors(json);
  ASSERT_EQ(vectors.roots.size(), 5U);

  for (const auto& [size, root] : vectors.roots) {
    MemoryTree tree(leaves);
    EXPECT_EQ(tree_root(tree, size).value(), root) << size;
  }
  for (const auto& one : json.at("leaf_hashes")) {
    EXPECT_EQ(to_hex(leaf_hash(as_bytes(one.at("leaf_ascii").get<std::string>())).bytes()),
              one.at("hash").get<std::string>());
  }
}

TEST(Tree, MissingSubtreeIsTheSourcesError) {
  MemoryTree tree = dev_tree(7);

  EXPECT_THAT(tree_root(tree, 8), IsError(ErrorCode::NotFound));
  EXPECT_THAT(Frontier::read(tree, 8), IsError(ErrorCode::NotFound));
}

TEST(TreeDeathTest, RangesAreSubtrees) {
  MemoryTree tree = dev_tree(8);

  EXPECT_THAT(range_root(tree, 4, 7), IsOk());
  EXPECT_DEATH(static_cast<void>(range_root(tree, 2, 6)), "begin");
  EXPECT_DEATH(static_cast<void>(range_root(tree, 3, 3)), "begin < end");
}

TEST(Frontier, ReadsWhatAppendingGives) {
  const auto leaves = dev_leaves(300);
  MemoryTree tree(leaves);
  Frontier appended;
  for (std::uint64_t size = 0; size <= leaves.size(); ++size) {
    const auto read = Frontier::read(tree, size);

    ASSERT_THAT(read, IsOk());
    EXPECT_EQ(*read, appended) << size;
    EXPECT_EQ(read->root(), tree_root(tree, size).value()) << size;
    if (size < leaves.size()) appended.append(leaves[size]);
  }
}

TEST(Frontier, ComesBackFromItsPeaks) {
  Frontier frontier = frontier_of(dev_leaves(257));

  auto again = Frontier::from_peaks(257, frontier.peaks());

  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(*again, frontier);
  again->append(leaf_hash(as_bytes("next")));
  frontier.append(leaf_hash(as_bytes("next")));
  EXPECT_EQ(again->root(), frontier.root());
}

TEST(Frontier, RefusesAnotherNumberOfPeaks) {
  const auto peaks = frontier_of(dev_leaves(257)).peaks();

  EXPECT_THAT(Frontier::from_peaks(256, peaks), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(Frontier::from_peaks(263, peaks), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(Frontier::from_peaks((std::uint64_t{1} << 63U) + 1, peaks),
              IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(Frontier::from_peaks(0, {}), IsOk());
}

TEST(FrontierDeathTest, TheFullTreeTakesNoLeaf) {
  const TreeHash leaf = leaf_hash(as_bytes("a"));
  auto full = Frontier::from_peaks(kMaxTreeSize, std::vector<TreeHash>(63, leaf)).value();

  EXPECT_NE(full.root(), leaf);
  EXPECT_DEATH(full.append(leaf), "kMaxTreeSize");
}

}  // namespace
}  // namespace rightful::ledger::testing
