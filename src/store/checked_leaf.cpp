#include "store/checked_leaf.hpp"

#include <utility>

#include "rightful/ledger/event.hpp"

namespace rightful::store {

CheckedLeaf check_bytes(ByteView bytes, const LogIdentity& log, const WriterKeys& known) {
  CheckedLeaf checked;
  checked.bytes = bytes;
  checked.hash = ledger::leaf_hash(bytes);
  auto leaf = ledger::parse_leaf(bytes);
  if (!leaf) {
    checked.failure = leaf.error();
    return checked;
  }
  checked.leaf = *std::move(leaf);
  if (!ledger::check_event(checked.leaf)) {
    checked.failure = ledger::LeafFailure::Event;
    return checked;
  }
  if (checked.leaf.act == ledger::events::WriterStart::kAct) {
    const auto enrolled = ledger::read_writer_start(checked.leaf, log.origin, log.enrolment);
    if (enrolled) {
      checked.enrolment = *enrolled;
      check_under(checked, log, enrolled->key);
    }
    return checked;
  }
  const auto key = known.find(checked.leaf.w);
  if (key != known.end()) check_under(checked, log, key->second);
  return checked;
}

void check_under(CheckedLeaf& leaf, const LogIdentity& log, const crypto::SignPublicKey& key) {
  if (leaf.checked_under == key) return;
  leaf.checked_under = key;
  leaf.signature_holds =
      ledger::check_signature(leaf.bytes, leaf.leaf, log.origin, key).has_value();
}

}  // namespace rightful::store
