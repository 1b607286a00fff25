/// @file
/// Trees and proofs that other programs made, and a tree in memory to compare with.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "rightful/core/bytes.hpp"
#include "rightful/ledger/proof.hpp"

namespace rightful::ledger::testing {

/// All leaf hashes in memory; keeps every complete subtree.
class MemoryTree final : public HashSource {
 public:
  MemoryTree() = default;
  explicit MemoryTree(const std::vector<TreeHash>& leaves);

  void append(const TreeHash& leaf);

  [[nodiscard]] std::uint64_t size() const;

  [[nodiscard]] Result<TreeHash> subtree(unsigned level, std::uint64_t index) override;

 private:
  std::vector<std::vector<TreeHash>> levels_;
};

/// Leaf i is the text `dev-leaf-<i>`.
[[nodiscard]] MemoryTree dev_tree(std::uint64_t size);

struct InclusionVector {
  std::uint64_t index = 0;
  std::uint64_t size = 0;
  Proof proof;
};

struct ConsistencyVector {
  std::uint64_t old_size = 0;
  std::uint64_t size = 0;
  Proof proof;
};

/// The members that ct8.json and dev-vectors.json share.
struct TreeVectors {
  std::map<std::uint64_t, TreeHash> roots;
  std::vector<InclusionVector> inclusion;
  std::vector<ConsistencyVector> consistency;
};

[[nodiscard]] nlohmann::json read_json(const std::filesystem::path& path);
[[nodiscard]] TreeVectors tree_vectors(const nlohmann::json& json);
[[nodiscard]] TreeHash hash_from_hex(const std::string& text);

/// tests/vectors/ledger/dev-vectors.json
[[nodiscard]] nlohmann::json read_dev_vectors();

/// A file or folder of the shared test data, which is read in place; where it is absent says so
/// aloud and is empty: the test then skips.
[[nodiscard]] std::optional<std::filesystem::path> shared_ledger_data(const std::string& name);

}  // namespace rightful::ledger::testing
