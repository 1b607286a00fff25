#include "tests/unit/ledger/tree_vectors.hpp"

#include <iostream>
#include <nlohmann/json.hpp>

#include "rightful/core/files.hpp"
#include "rightful/ledger/leaf.hpp"

namespace rightful::ledger::testing {

namespace {

Proof proof_from(const nlohmann::json& json) {
  Proof proof;
  for (const std::string text : json)
    proof.push_back(hash_from_hex(text));
  return proof;
}

}  // namespace

MemoryTree::MemoryTree(const std::vector<TreeHash>& leaves) {
  for (const TreeHash& leaf : leaves)
    append(leaf);
}

void MemoryTree::append(const TreeHash& leaf) {
  TreeHash node = leaf;
  for (std::size_t level = 0;; ++level) {
    if (levels_.size() == level) levels_.emplace_back();
    auto& nodes = levels_[level];
    nodes.push_back(node);
    if (nodes.size() % 2 != 0) return;
    node = node_hash(nodes[nodes.size() - 2], node);
  }
}

std::uint64_t MemoryTree::size() const {
  return levels_.empty() ? 0 : levels_.front().size();
}

Result<TreeHash> MemoryTree::subtree(unsigned level, std::uint64_t index) {
  if (level >= levels_.size() || index >= levels_[level].size()) {
    return fail(ErrorCode::NotFound, "not in this tree");
  }
  return levels_[level][index];
}

MemoryTree dev_tree(std::uint64_t size) {
  MemoryTree tree;
  for (std::uint64_t index = 0; index < size; ++index)
    tree.append(leaf_hash(as_bytes("dev-leaf-" + std::to_string(index))));
  return tree;
}

nlohmann::json read_json(const std::filesystem::path& path) {
  return nlohmann::json::parse(as_text(read_file(path, 1U << 20U).value()));
}

TreeVectors tree_vectors(const nlohmann::json& json) {
  TreeVectors vectors;
  for (const auto& [size, root] : json.at("roots").items())
    vectors.roots.emplace(std::stoull(size), hash_from_hex(root.get<std::string>()));
  for (const auto& one : json.at("inclusion"))
    vectors.inclusion.push_back({one.at("index"), one.at("size"), proof_from(one.at("proof"))});
  for (const auto& one : json.at("consistency"))
    vectors.consistency.push_back({one.at("old"), one.at("new"), proof_from(one.at("proof"))});
  return vectors;
}

TreeHash hash_from_hex(const std::string& text) {
  return TreeHash::parse(from_hex(text).value()).value();
}

nlohmann::json read_dev_vectors() {
  return read_json(std::filesystem::path(RIGHTFUL_SOURCE_DIR) /
                   "tests/vectors/ledger/dev-vectors.json");
}

std::optional<std::filesystem::path> shared_ledger_data(const std::string& name) {
  const auto path = std::filesystem::path(RIGHTFUL_SHARED_DATA_DIR) / "ledger" / name;
  if (std::filesystem::exists(path)) return path;
  std::cout << "SKIPPED: the ledger's test data are not at " << path
            << "; set RIGHTFUL_SHARED_DATA_DIR\n";
  return std::nullopt;
}

}  // namespace rightful::ledger::testing
