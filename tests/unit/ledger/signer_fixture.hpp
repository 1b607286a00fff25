/// @file
/// A tree of 300 leaves, and what a sequencer would ask a signer for.
#pragma once

#include <vector>

#include <gtest/gtest.h>

#include "rightful/ledger/signer_memory.hpp"

#include "tests/unit/ledger/tree_vectors.hpp"

namespace rightful::ledger::testing {

class SignerFixture : public ::testing::Test {
 protected:
  [[nodiscard]] static crypto::SigningKey signing_key(std::byte seed) {
    return crypto::SigningKey::from_seed(Bytes(crypto::SigningKey::kSeedSizeBytes, seed)).value();
  }

  [[nodiscard]] NoteSigner signer(std::byte seed) const {
    return NoteSigner::create(origin_.text(), signing_key(seed)).value();
  }

  [[nodiscard]] TreeHash root_at(std::uint64_t size) { return tree_root(tree_, size).value(); }

  [[nodiscard]] Checkpoint checkpoint_at(std::uint64_t size) {
    return {origin_, {size, root_at(size)}};
  }

  [[nodiscard]] SignRequest request(std::uint64_t from, std::uint64_t size) {
    SignRequest request{
        .origin = origin_, .claimed = {size, root_at(size)}, .from = from, .leaves = {}};
    for (std::uint64_t index = from; index < size; ++index)
      request.leaves.push_back(tree_.subtree(0, index).value());
    return request;
  }

  [[nodiscard]] SignerMemory memory_at(std::uint64_t size) {
    const auto empty = SignerMemory::begin(origin_, key_).value();
    return empty.decide(request(0, size)).value();
  }

  const Origin origin_ = Origin::parse("audit.example.test/dsar/dev").value();
  MemoryTree tree_ = dev_tree(300);
  // The seed of dev-vectors.json, and another.
  const NoteKey key_ = signer(std::byte{0x11}).key();
  const NoteKey next_key_ = signer(std::byte{0x12}).key();
};

}  // namespace rightful::ledger::testing
