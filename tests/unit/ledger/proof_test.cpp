// Proofs made, proofs checked, and every way in which one can be wrong.

#include "rightful/ledger/proof.hpp"

#include <nlohmann/json.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rightful/ledger/leaf.hpp"

#include "tests/support/result_matchers.hpp"
#include "tests/unit/ledger/tree_vectors.hpp"

namespace rightful::ledger::testing {
namespace {

using rightful::testing::IsError;
using rightful::testing::IsOk;

constexpr std::uint64_t kSmallTree = 70;

TreeHash dev_leaf(std::uint64_t index) {
  return leaf_hash(as_bytes("dev-leaf-" + std::to_string(index)));
}

TreeHash with_flipped_bit(const TreeHash& hash, std::size_t bit) {
  auto bytes = hash.bytes();
  bytes[(bit / 8) % bytes.size()] ^= std::byte{1} << (bit % 8);
  return TreeHash::from(bytes);
}

// A proof with one fault in it, each of them.
std::vector<Proof> spoilt(const Proof& proof) {
  std::vector<Proof> all;
  for (std::size_t at = 0; at < proof.size(); ++at) {
    all.push_back(proof);
    all.back()[at] = with_flipped_bit(proof[at], at * 37);
  }
  for (std::size_t at = 1; at < proof.size(); ++at) {
    all.push_back(proof);
    std::swap(all.back()[at - 1], all.back()[at]);
  }
  if (!proof.empty()) {
    all.emplace_back(proof.begin() + 1, proof.end());
    all.emplace_back(proof.begin(), proof.end() - 1);
  }
  all.push_back(proof);
  all.back().push_back(dev_leaf(0));
  all.push_back(proof);
  all.back().insert(all.back().begin(), dev_leaf(0));
  return all;
}

void check_inclusion_vectors(const TreeVectors& vectors, MemoryTree& tree) {
  for (const InclusionVector& one : vectors.inclusion) {
    SCOPED_TRACE(std::to_string(one.index) + " in " + std::to_string(one.size));
    const auto made = make_inclusion_proof(tree, one.index, one.size);

    ASSERT_THAT(made, IsOk());
    EXPECT_EQ(*made, one.proof);
    EXPECT_THAT(verify_inclusion(one.proof,
                                 one.index,
                                 tree.subtree(0, one.index).value(),
                                 {one.size, tree_root(tree, one.size).value()}),
                IsOk());
  }
}

void check_consistency_vectors(const TreeVectors& vectors, MemoryTree& tree) {
  for (const ConsistencyVector& one : vectors.consistency) {
    SCOPED_TRACE(std::to_string(one.old_size) + " to " + std::to_string(one.size));
    const auto made = make_consistency_proof(tree, one.old_size, one.size);

    ASSERT_THAT(made, IsOk());
    EXPECT_EQ(*made, one.proof);
    EXPECT_THAT(verify_consistency(one.proof,
                                   {one.old_size, tree_root(tree, one.old_size).value()},
                                   {one.size, tree_root(tree, one.size).value()}),
                IsOk());
  }
}

TEST(Proof, AgreesWithDevVectors) {
  const TreeVectors vectors = tree_vectors(read_dev_vectors());
  ASSERT_EQ(vectors.inclusion.size(), 9U);
  ASSERT_EQ(vectors.consistency.size(), 9U);
  MemoryTree tree = dev_tree(1000);

  check_inclusion_vectors(vectors, tree);
  check_consistency_vectors(vectors, tree);
}

TEST(Proof, AgreesWithTheClassicTree) {
  const auto path = shared_ledger_data("ct8.json");
  if (!path) GTEST_SKIP() << "no ct8.json";
  const auto json = read_json(*path);
  MemoryTree tree;
  for (const std::string hex : json.at("leaves_hex"))
    tree.append(leaf_hash(from_hex(hex).value()));
  const TreeVectors vectors = tree_vectors(json);
  ASSERT_EQ(vectors.inclusion.size(), 3U);
  ASSERT_EQ(vectors.consistency.size(), 2U);

  check_inclusion_vectors(vectors, tree);
  check_consistency_vectors(vectors, tree);
}

TEST(Proof, EveryInclusionHoldsAndNoSpoiltOne) {
  MemoryTree tree = dev_tree(kSmallTree);
  for (std::uint64_t size = 1; size <= kSmallTree; ++size) {
    const TreeHead head{size, tree_root(tree, size).value()};
    for (std::uint64_t index = 0; index < size; ++index) {
      const Proof proof = make_inclusion_proof(tree, index, size).value();
      ASSERT_THAT(verify_inclusion(proof, index, dev_leaf(index), head), IsOk());
      for (const Proof& wrong : spoilt(proof)) {
        ASSERT_THAT(verify_inclusion(wrong, index, dev_leaf(index), head),
                    IsError(ErrorCode::NotAuthentic))
            << index << " in " << size;
      }
      ASSERT_THAT(verify_inclusion(proof, index, dev_leaf(index + 1), head),
                  IsError(ErrorCode::NotAuthentic));
    }
  }
}

TEST(Proof, EveryConsistencyHoldsAndNoSpoiltOne) {
  MemoryTree tree = dev_tree(kSmallTree);
  for (std::uint64_t size = 1; size <= kSmallTree; ++size) {
    const TreeHead head{size, tree_root(tree, size).value()};
    for (std::uint64_t old_size = 1; old_size <= size; ++old_size) {
      const TreeHead old{old_size, tree_root(tree, old_size).value()};
      const Proof proof = make_consistency_proof(tree, old_size, size).value();
      ASSERT_THAT(verify_consistency(proof, old, head), IsOk()) << old_size << " to " << size;
      for (const Proof& wrong : spoilt(proof)) {
        ASSERT_THAT(verify_consistency(wrong, old, head), IsError(ErrorCode::NotAuthentic))
            << old_size << " to " << size;
      }
      if (old_size == size) continue;
      ASSERT_THAT(verify_consistency(proof, {old.size, head.root}, {head.size, old.root}),
                  IsError(ErrorCode::NotAuthentic));
      ASSERT_THAT(verify_consistency({}, old, head), IsError(ErrorCode::NotAuthentic));
    }
  }
}

TEST(Proof, RefusesAnIndexOutsideTheTree) {
  MemoryTree tree = dev_tree(8);
  const TreeHead head{8, tree_root(tree, 8).value()};

  EXPECT_THAT(make_inclusion_proof(tree, 8, 8), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(make_inclusion_proof(tree, 0, 0), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(make_inclusion_proof(tree, 0, kMaxTreeSize + 1), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(verify_inclusion({}, 8, dev_leaf(0), head), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(verify_inclusion({}, 0, dev_leaf(0), {0, empty_root()}),
              IsError(ErrorCode::InvalidArgument));
}

TEST(Proof, RefusesAnOldSizeOfZeroOrAbove) {
  MemoryTree tree = dev_tree(8);
  const TreeHead head{8, tree_root(tree, 8).value()};

  EXPECT_THAT(make_consistency_proof(tree, 0, 8), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(make_consistency_proof(tree, 9, 8), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(verify_consistency({}, {0, empty_root()}, head), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(verify_consistency({}, {0, empty_root()}, {0, empty_root()}),
              IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(verify_consistency({}, {9, head.root}, head), IsError(ErrorCode::InvalidArgument));
}

TEST(Proof, SizesAtTheLimitEnd) {
  const TreeHead head{kMaxTreeSize, dev_leaf(0)};
  const Proof longest(64, dev_leaf(1));
  const Proof absurd(1000, dev_leaf(1));

  EXPECT_THAT(verify_inclusion(longest, kMaxTreeSize - 1, dev_leaf(2), head),
              IsError(ErrorCode::NotAuthentic));
  EXPECT_THAT(verify_consistency(longest, {kMaxTreeSize - 1, dev_leaf(2)}, head),
              IsError(ErrorCode::NotAuthentic));
  EXPECT_THAT(verify_inclusion(absurd, 0, dev_leaf(2), head), IsError(ErrorCode::NotAuthentic));
  EXPECT_THAT(verify_consistency(absurd, {1, dev_leaf(2)}, head), IsError(ErrorCode::NotAuthentic));
}

TEST(Proof, TheLongestConsistencyHas64Hashes) {
  // A source that answers for any subtree: only the number of hashes is looked at.
  class AnySource final : public HashSource {
   public:
    Result<TreeHash> subtree(unsigned level, std::uint64_t /*index*/) override {
      EXPECT_LE(level, 62U);
      return empty_root();
    }
  } source;

  const auto consistency =
      make_consistency_proof(source, (std::uint64_t{1} << 62U) - 1, kMaxTreeSize);
  const auto inclusion = make_inclusion_proof(source, 0, kMaxTreeSize);

  ASSERT_THAT(consistency, IsOk());
  ASSERT_THAT(inclusion, IsOk());
  EXPECT_EQ(consistency->size(), 64U);
  EXPECT_EQ(inclusion->size(), 63U);
}

// -- the probes of transparency-dev/merkle, read in place

// Hashes of another size cannot be expressed: such a probe has failed before it gets here.
std::optional<TreeHash> hash_from(const nlohmann::json& text) {
  if (!text.is_string()) return std::nullopt;
  const auto bytes = from_base64(text.get<std::string>());
  const auto hash = bytes ? TreeHash::parse(*bytes) : std::unexpected(bytes.error());
  return hash ? std::optional(*hash) : std::nullopt;
}

std::optional<Proof> proof_from(const nlohmann::json& json) {
  Proof proof;
  if (json.is_null()) return proof;
  for (const auto& text : json) {
    const auto hash = hash_from(text);
    if (!hash) return std::nullopt;
    proof.push_back(*hash);
  }
  return proof;
}

bool inclusion_holds(const nlohmann::json& probe) {
  const auto proof = proof_from(probe.at("proof"));
  const auto leaf = hash_from(probe.at("leafHash"));
  const auto root = hash_from(probe.at("root"));
  return proof && leaf && root &&
         verify_inclusion(*proof,
                          probe.at("leafIdx").get<std::uint64_t>(),
                          *leaf,
                          {probe.at("treeSize").get<std::uint64_t>(), *root})
             .has_value();
}

bool consistency_holds(const nlohmann::json& probe) {
  const auto proof = proof_from(probe.at("proof"));
  const auto old_root = hash_from(probe.at("root1"));
  const auto root = hash_from(probe.at("root2"));
  return proof && old_root && root &&
         verify_consistency(*proof,
                            {probe.at("size1").get<std::uint64_t>(), *old_root},
                            {probe.at("size2").get<std::uint64_t>(), *root})
             .has_value();
}

std::vector<std::filesystem::path> probes_of(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> probes;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == ".json") probes.push_back(entry.path());
  }
  std::ranges::sort(probes);
  return probes;
}

TEST(ProofProbes, Inclusion) {
  const auto folder = shared_ledger_data("transparency-dev-merkle");
  if (!folder) GTEST_SKIP() << "no probes";
  const auto probes = probes_of(*folder / "inclusion");
  ASSERT_EQ(probes.size(), 46U);
  for (const auto& path : probes) {
    const auto probe = read_json(path);

    EXPECT_EQ(inclusion_holds(probe), !probe.at("wantErr").get<bool>()) << path;
  }
}

TEST(ProofProbes, Consistency) {
  const auto folder = shared_ledger_data("transparency-dev-merkle");
  if (!folder) GTEST_SKIP() << "no probes";
  const auto probes = probes_of(*folder / "consistency");
  ASSERT_EQ(probes.size(), 36U);
  for (const auto& path : probes) {
    // Its roots have 12 bytes and are expected to be equal: they cannot be expressed.
    if (path.filename() == "sizes-are-equal-one-and-proof-is-empty.json") continue;
    const auto probe = read_json(path);
    // From the empty tree there is no proof, whatever the probe expects.
    const bool is_expected = !probe.at("wantErr").get<bool>() && probe.at("size1") != 0;

    EXPECT_EQ(consistency_holds(probe), is_expected) << path;
  }
}

}  // namespace
}  // namespace rightful::ledger::testing
