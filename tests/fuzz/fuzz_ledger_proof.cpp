// Proofs. `E`: a proof of a tree of up to 256 leaves with edits; it holds exactly when the edits
// leave it as it was. `R`: any sizes and hashes; the checks of RFC 9162 agree with RFC 6962's
// recursion.
#include <algorithm>
#include <array>
#include <bit>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "rightful/core/check.hpp"
#include "rightful/ledger/leaf.hpp"
#include "rightful/ledger/proof.hpp"

#include "tests/fuzz/fuzz_target.hpp"

namespace rightful::fuzz {
namespace {

using ledger::Proof;
using ledger::TreeHash;

/// Bytes from the front; zeros when there are none left.
class Input {
 public:
  explicit Input(ByteView bytes) : rest_(bytes) {}

  [[nodiscard]] bool at_end() const { return rest_.empty(); }

  std::uint64_t take(unsigned size) {
    std::uint64_t value = 0;
    for (unsigned at = 0; at < size; ++at) {
      value <<= 8U;
      if (rest_.empty()) continue;
      value |= std::to_integer<std::uint64_t>(rest_.front());
      rest_ = rest_.subspan(1);
    }
    return value;
  }

  TreeHash take_hash() {
    std::array<std::byte, TreeHash::kSizeBytes> bytes{};
    for (std::byte& byte : bytes)
      byte = static_cast<std::byte>(take(1));
    return TreeHash::from(bytes);
  }

 private:
  ByteView rest_;
};

/// Leaf i is the text of its number.
class SmallTree final : public ledger::HashSource {
 public:
  static constexpr std::uint64_t kSize = 256;

  SmallTree() {
    auto& leaves = levels_.emplace_back();
    for (std::uint64_t index = 0; index < kSize; ++index)
      leaves.push_back(ledger::leaf_hash(as_bytes(std::to_string(index))));
    while (levels_.back().size() > 1) {
      std::vector<TreeHash> above;
      for (std::size_t at = 0; at + 1 < levels_.back().size(); at += 2)
        above.push_back(ledger::node_hash(levels_.back()[at], levels_.back()[at + 1]));
      levels_.push_back(std::move(above));
    }
  }

  Result<TreeHash> subtree(unsigned level, std::uint64_t index) override {
    return levels_.at(level).at(index);
  }

 private:
  std::vector<std::vector<TreeHash>> levels_;
};

void edit(Proof& proof, Input& input) {
  const std::uint64_t what = input.take(1) % 4;
  const auto at = static_cast<std::size_t>(input.take(1));
  const std::uint64_t value = input.take(2);
  if (what == 0 || proof.empty()) {
    const auto place = proof.begin() + static_cast<std::ptrdiff_t>(at % (proof.size() + 1));
    proof.insert(place, ledger::leaf_hash(as_bytes(std::to_string(value))));
    return;
  }
  TreeHash& hash = proof[at % proof.size()];
  if (what == 1) {
    proof.erase(proof.begin() + static_cast<std::ptrdiff_t>(at % proof.size()));
  } else if (what == 2) {
    std::swap(hash, proof[value % proof.size()]);
  } else {
    auto bytes = hash.bytes();
    bytes[(value / 8) % bytes.size()] ^= std::byte{1} << (value % 8);
    hash = TreeHash::from(bytes);
  }
}

void run_edits(Input input) {
  static SmallTree tree;
  const bool is_inclusion = input.take(1) % 2 == 0;
  const std::uint64_t size = input.take(1) + 1;
  const std::uint64_t other = input.take(1) % size;  // an index, or one below an old size
  const Proof good = is_inclusion ? ledger::make_inclusion_proof(tree, other, size).value()
                                  : ledger::make_consistency_proof(tree, other + 1, size).value();
  Proof proof = good;
  while (!input.at_end())
    edit(proof, input);
  const ledger::TreeHead head{size, ledger::tree_root(tree, size).value()};
  const bool holds =
      is_inclusion
          ? ledger::verify_inclusion(proof, other, tree.subtree(0, other).value(), head).has_value()
          : ledger::verify_consistency(
                proof, {other + 1, ledger::tree_root(tree, other + 1).value()}, head)
                .has_value();
  RIGHTFUL_CHECK(holds == (proof == good));
}

/// RFC 6962 section 2.1.1: the root that PATH(m, D[n]) gives; empty when it has another length.
std::optional<TreeHash> root_by_path(const TreeHash& leaf,
                                     std::uint64_t m,
                                     std::uint64_t n,
                                     std::span<const TreeHash> path) {
  if (n == 1) return path.empty() ? std::optional(leaf) : std::nullopt;
  if (path.empty()) return std::nullopt;
  const std::uint64_t k = std::bit_floor(n - 1);
  const auto lower = path.first(path.size() - 1);
  const auto inner =
      m < k ? root_by_path(leaf, m, k, lower) : root_by_path(leaf, m - k, n - k, lower);
  if (!inner) return std::nullopt;
  return m < k ? ledger::node_hash(*inner, path.back()) : ledger::node_hash(path.back(), *inner);
}

struct TwoRoots {
  TreeHash older;
  TreeHash newer;
};

/// RFC 6962 section 2.1.2: the roots that SUBPROOF(m, D[n], is_whole) gives.
std::optional<TwoRoots> roots_by_proof(const TreeHash& old_root,
                                       std::uint64_t m,
                                       std::uint64_t n,
                                       bool is_whole,
                                       std::span<const TreeHash> proof) {
  if (m == n && is_whole) {
    return proof.empty() ? std::optional(TwoRoots{old_root, old_root}) : std::nullopt;
  }
  if (m == n) {
    return proof.size() == 1 ? std::optional(TwoRoots{proof.front(), proof.front()}) : std::nullopt;
  }
  if (proof.empty()) return std::nullopt;
  const std::uint64_t k = std::bit_floor(n - 1);
  const auto lower = proof.first(proof.size() - 1);
  if (m <= k) {
    const auto inner = roots_by_proof(old_root, m, k, is_whole, lower);
    if (!inner) return std::nullopt;
    return TwoRoots{inner->older, ledger::node_hash(inner->newer, proof.back())};
  }
  const auto inner = roots_by_proof(old_root, m - k, n - k, false, lower);
  if (!inner) return std::nullopt;
  return TwoRoots{ledger::node_hash(proof.back(), inner->older),
                  ledger::node_hash(proof.back(), inner->newer)};
}

/// With the roots that the recursion gives the proof holds; with any other it does not.
void run_any(Input input) {
  const std::uint64_t size = std::max<std::uint64_t>(1, input.take(8) & ledger::kMaxTreeSize);
  const std::uint64_t other = input.take(8) % size;
  const TreeHash start = input.take_hash();
  Proof proof;
  while (!input.at_end() && proof.size() < 80)
    proof.push_back(input.take_hash());

  const auto root = root_by_path(start, other, size, proof);
  RIGHTFUL_CHECK(
      ledger::verify_inclusion(proof, other, start, {size, root.value_or(start)}).has_value() ==
      root.has_value());

  const auto roots = roots_by_proof(start, other + 1, size, true, proof);
  const TwoRoots shown = roots.value_or(TwoRoots{start, start});
  RIGHTFUL_CHECK(ledger::verify_consistency(proof, {other + 1, shown.older}, {size, shown.newer})
                     .has_value() == roots.has_value());
}

}  // namespace

void run_one(std::string_view input) {
  if (input.empty()) return;
  const Input rest(as_bytes(input.substr(1)));
  if (input.front() == 'E') run_edits(rest);
  if (input.front() == 'R') run_any(rest);
}

}  // namespace rightful::fuzz
