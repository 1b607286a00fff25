#include "ledger/chain_check.hpp"

#include "rightful/ledger/proof.hpp"

namespace rightful::ledger {

namespace {

Result<TreeHash> root_of(const NamedTree& named) {
  RIGHTFUL_TRY(const Bytes bytes, from_hex(named.root));
  return TreeHash::parse(bytes);
}

// The earlier tree is a beginning of the one that the previous log's checkpoint signs.
Result<void> show_beginning(TileSource& tiles, const TreeHead& earlier, const TreeHead& last) {
  TileHashes hashes(tiles, last.size);
  RIGHTFUL_TRY(const Proof proof, make_consistency_proof(hashes, earlier.size, last.size));
  return verify_consistency(proof, earlier, last);
}

std::string size_text(std::uint64_t size) {
  return std::to_string(size) + " entries";
}

}  // namespace

ChainCheck::ChainCheck(const KnownHeads& heads, Findings& findings)
    : heads_(heads), findings_(findings), is_named_(heads.foreign.size()) {}

void ChainCheck::meet(std::uint64_t index, const NamedTree& named, Ending ending) {
  for (std::size_t at = 0; at < heads_.foreign.size(); ++at) {
    if (heads_.foreign[at].checkpoint.origin.text() != named.origin) continue;
    is_named_[at] = true;
    compare(index, heads_.foreign[at], named, ending);
  }
  if (!heads_.previous || heads_.previous->checkpoint.origin.text() != named.origin) return;
  is_previous_named_ = true;
  compare(index, *heads_.previous, named, ending);
  compare_previous(index, *heads_.previous, named);
}

void ChainCheck::compare(std::uint64_t index,
                         const ForeignHead& held,
                         const NamedTree& named,
                         Ending ending) {
  const TreeHead& head = held.checkpoint.head;
  if (head.size == named.size && to_hex(head.root.bytes()) != named.root) {
    findings_.add(
        FindingKind::Chain, index, held.name + ": another root for " + size_text(head.size));
  }
  if (head.size > named.size && ending == Ending::LastSigned) {
    findings_.add(FindingKind::Chain,
                  index,
                  held.name + " is of " + size_text(head.size) +
                      ", the last signed one is said to be of " + size_text(named.size));
  }
}

void ChainCheck::compare_previous(std::uint64_t index,
                                  const ForeignHead& held,
                                  const NamedTree& named) {
  const TreeHead& head = held.checkpoint.head;
  const auto root = root_of(named);
  if (!root) return;  // not a tree: `log.genesis` names none before it
  if (head.size < named.size) {
    findings_.add(FindingKind::Stale, named.size, held.name + " has only " + size_text(head.size));
    return;
  }
  if (head.size == named.size) {
    is_shown_ = head.root == *root;
    return;
  }
  if (held.tiles == nullptr) return;  // a checkpoint alone shows nothing of its past
  const auto shown =
      named.size == 0 ? Result<void>() : show_beginning(*held.tiles, {named.size, *root}, head);
  is_shown_ = shown.has_value();
  if (shown) return;
  const bool differs = shown.error().code == ErrorCode::NotAuthentic;
  findings_.add(differs ? FindingKind::Chain : FindingKind::TileMissing,
                index,
                held.name + ": " +
                    (differs ? "its tiles do not lead from the tree of " + size_text(named.size) +
                                   " that this entry names to its checkpoint"
                             : shown.error().detail));
}

void ChainCheck::finish() {
  for (std::size_t at = 0; at < heads_.foreign.size(); ++at) {
    if (!is_named_[at])
      findings_.add(FindingKind::OtherOrigin, std::nullopt, heads_.foreign[at].name);
  }
  if (heads_.previous && !is_previous_named_) {
    findings_.add(FindingKind::Chain,
                  0,
                  "no entry names " + heads_.previous->checkpoint.origin.text() +
                      " as the log before this one");
  }
}

}  // namespace rightful::ledger
