#include "rightful/store/entry_tree.hpp"

#include <algorithm>

#include "rightful/ledger/frontier.hpp"

#include "store/published_files.hpp"

namespace rightful::store {

namespace {

constexpr std::uint64_t kEntriesAtOnce = 8192;

}  // namespace

Result<ledger::TreeHash> EntryTree::subtree(unsigned level, std::uint64_t index) {
  if (level >= 63 || index >= (size_ >> level)) {
    return fail(ErrorCode::NotFound, "no such subtree in a tree of " + std::to_string(size_));
  }
  const std::uint64_t begin = index << level;
  const std::uint64_t end = begin + (std::uint64_t{1} << level);
  ledger::Frontier edge;
  for (std::uint64_t at = begin; at < end; at += kEntriesAtOnce) {
    for (const auto& hash :
         read_leaf_hashes(pool_, log_id_, at, std::min(end, at + kEntriesAtOnce)))
      edge.append(hash);
  }
  return edge.root();
}

}  // namespace rightful::store
