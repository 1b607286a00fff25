#include "rightful/ledger/proof.hpp"

#include <algorithm>
#include <bit>

#include "rightful/crypto/not_authentic.hpp"

namespace rightful::ledger {

namespace {

// RFC 6962 section 2.1: the largest power of two smaller than n; n > 1.
std::uint64_t split_point(std::uint64_t n) {
  return std::bit_floor(n - 1);
}

// The way of RFC 9162 from a node up to the root of its tree: `node` and `last` number nodes of one
// level, the one that is proven and the last of the tree.
class Climb {
 public:
  Climb(std::uint64_t node, std::uint64_t last) : node_(node), last_(last) {}

  [[nodiscard]] bool at_root() const noexcept { return last_ == 0; }

  [[nodiscard]] bool is_right_child() const noexcept { return (node_ & 1U) != 0 || node_ == last_; }

  // One level, and after a right child on to the next level at which it has a sibling.
  void step() noexcept {
    if (is_right_child()) {
      while ((node_ & 1U) == 0 && node_ != 0)
        shift();
    }
    shift();
  }

  void skip_right_children() noexcept {
    while ((node_ & 1U) != 0)
      shift();
  }

 private:
  void shift() noexcept {
    node_ >>= 1U;
    last_ >>= 1U;
  }

  std::uint64_t node_;
  std::uint64_t last_;
};

bool consistency_holds(const Proof& proof, const TreeHead& old, const TreeHead& head) {
  if (proof.empty()) return false;  // step 1
  auto rest = proof.begin();
  TreeHash first = old.root;  // step 2: an old tree that is a complete subtree stands for itself
  if (!std::has_single_bit(old.size)) first = *rest++;
  Climb climb(old.size - 1, head.size - 1);  // step 3
  climb.skip_right_children();               // step 4
  TreeHash old_root = first;                 // step 5
  TreeHash new_root = first;
  for (; rest != proof.end(); ++rest) {  // step 6
    if (climb.at_root()) return false;
    if (climb.is_right_child()) {
      old_root = node_hash(*rest, old_root);
      new_root = node_hash(*rest, new_root);
    } else {
      new_root = node_hash(new_root, *rest);
    }
    climb.step();
  }
  return climb.at_root() && old_root == old.root && new_root == head.root;  // step 7
}

}  // namespace

Result<Proof> make_inclusion_proof(HashSource& source, std::uint64_t index, std::uint64_t size) {
  if (index >= size || size > kMaxTreeSize) {
    return fail(ErrorCode::InvalidArgument,
                "no leaf " + std::to_string(index) + " in a tree of " + std::to_string(size));
  }
  Proof proof;
  std::uint64_t begin = 0;
  std::uint64_t end = size;
  while (end - begin > 1) {
    const std::uint64_t middle = begin + split_point(end - begin);
    const bool goes_left = index < middle;
    RIGHTFUL_TRY(const TreeHash sibling,
                 goes_left ? range_root(source, middle, end) : range_root(source, begin, middle));
    proof.push_back(sibling);
    (goes_left ? end : begin) = middle;
  }
  std::ranges::reverse(proof);
  return proof;
}

Result<Proof> make_consistency_proof(HashSource& source,
                                     std::uint64_t old_size,
                                     std::uint64_t size) {
  if (old_size == 0 || old_size > size || size > kMaxTreeSize) {
    return fail(
        ErrorCode::InvalidArgument,
        "no proof leads from size " + std::to_string(old_size) + " to " + std::to_string(size));
  }
  Proof proof;
  std::uint64_t begin = 0;
  std::uint64_t end = size;
  while (end != old_size) {
    const std::uint64_t middle = begin + split_point(end - begin);
    const bool goes_left = old_size <= middle;
    RIGHTFUL_TRY(const TreeHash sibling,
                 goes_left ? range_root(source, middle, end) : range_root(source, begin, middle));
    proof.push_back(sibling);
    (goes_left ? end : begin) = middle;
  }
  // The old tree's last complete subtree, unless it is the whole old tree, whose root is known.
  if (begin != 0) {
    RIGHTFUL_TRY(const TreeHash last, range_root(source, begin, end));
    proof.push_back(last);
  }
  std::ranges::reverse(proof);
  return proof;
}

Result<void> verify_inclusion(const Proof& proof,
                              std::uint64_t index,
                              const TreeHash& leaf,
                              const TreeHead& head) {
  if (index >= head.size) {  // step 1
    return fail(ErrorCode::InvalidArgument,
                "no leaf " + std::to_string(index) + " in a tree of " + std::to_string(head.size));
  }
  Climb climb(index, head.size - 1);       // step 2
  TreeHash root = leaf;                    // step 3
  for (const TreeHash& sibling : proof) {  // step 4
    if (climb.at_root()) return crypto::not_authentic();
    root = climb.is_right_child() ? node_hash(sibling, root) : node_hash(root, sibling);
    climb.step();
  }
  if (!climb.at_root() || root != head.root) return crypto::not_authentic();  // step 5
  return {};
}

Result<void> verify_consistency(const Proof& proof, const TreeHead& old, const TreeHead& head) {
  if (old.size == 0 || old.size > head.size) {
    return fail(ErrorCode::InvalidArgument,
                "no proof leads from size " + std::to_string(old.size) + " to " +
                    std::to_string(head.size));
  }
  const bool holds = old.size == head.size ? proof.empty() && old.root == head.root
                                           : consistency_holds(proof, old, head);
  if (!holds) return crypto::not_authentic();
  return {};
}

}  // namespace rightful::ledger
