#include "rightful/ledger/entry_verifier.hpp"

#include "rightful/ledger/leaf.hpp"
#include "rightful/ledger/tlog_proof.hpp"

#include "ledger/findings.hpp"
#include "ledger/known_heads.hpp"

namespace rightful::ledger {

namespace {

/// Proofs one after the other; the largest checkpoint that one of them leads to stands for all.
class ProofPass {
 public:
  ProofPass(const VerifyRequest& request, Findings& findings)
      : request_(request), findings_(findings) {
    if (request.asks_for_witnesses)
      findings.add(FindingKind::Quorum, std::nullopt, "a quorum other than none");
  }

  /// @param at  where findings are before the proof says its own index.
  void take(std::optional<std::uint64_t> at, ByteView leaf, ByteView proof_text) {
    const auto proof = parse_tlog_proof(proof_text);
    if (!proof) {
      findings_.add(FindingKind::TileMissing, at, proof.error().detail);
      return;
    }
    if (at && proof->index != *at) {
      findings_.add(FindingKind::LeafHash,
                    at,
                    "the proof beside it is of entry " + std::to_string(proof->index));
      return;
    }
    const auto checkpoint = open_checkpoint(proof->note, request_.keys);
    if (!checkpoint) {
      findings_.add(kind_of_note_error(checkpoint.error().code), at, checkpoint.error().detail);
      return;
    }
    ++entries_;
    keep(*checkpoint, proof->note);
    if (!verify_inclusion(
            proof->hashes, proof->index, leaf_hash(leaf), checkpoint->checkpoint.head)) {
      findings_.add(FindingKind::LeafHash,
                    proof->index,
                    "the proof does not lead from these bytes to the signed root");
      return;
    }
    check_form(proof->index, leaf);
  }

  /// Other trees of the same size, in the archive's own checkpoint or in one that is held.
  void compare(const std::string& name, const Bytes& note) {
    const auto other = open_checkpoint(note, request_.keys);
    if (!other) {
      findings_.add(
          kind_of_note_error(other.error().code), std::nullopt, name + ": " + other.error().detail);
      return;
    }
    if (!checkpoint_) return;
    const Checkpoint& one = other->checkpoint;
    const Checkpoint& mine = checkpoint_->checkpoint;
    if (one.origin != mine.origin) {
      findings_.add(FindingKind::OtherOrigin, std::nullopt, name);
    } else if (one.head.size == mine.head.size && one.head.root != mine.head.root) {
      findings_.add(FindingKind::Fork, one.head.size, name + ": " + two_notes(note_, note));
    }
  }

  [[nodiscard]] Verdict verdict() && {
    Verdict verdict;
    for (const HeldNote& held : request_.held)
      compare(held.name, held.note);
    verdict.severity = findings_.gravest();
    verdict.checkpoint = std::move(checkpoint_);
    verdict.note = std::move(note_);
    verdict.entries = entries_;
    verdict.findings = findings_.count();
    verdict.untold = findings_.untold();
    verdict.of_kind = findings_.of_kind();
    return verdict;
  }

 private:
  void keep(const SignedCheckpoint& checkpoint, const Bytes& note) {
    const bool is_first = !checkpoint_;
    if (!is_first) compare("the checkpoint of another proof", note);
    if (!is_first && checkpoint.checkpoint.head.size <= checkpoint_->checkpoint.head.size) return;
    checkpoint_ = checkpoint;
    note_ = note;
  }

  void check_form(std::uint64_t index, ByteView bytes) {
    const auto leaf = parse_leaf(bytes);
    if (!leaf) {
      findings_.add(
          leaf.error() == LeafFailure::Field ? FindingKind::Field : FindingKind::Noncanonical,
          index,
          std::string(name_of(leaf.error())));
    } else if (!check_event(*leaf)) {
      findings_.add(FindingKind::UnknownEvent, index, std::string(leaf->act));
    }
  }

  const VerifyRequest& request_;
  Findings& findings_;
  std::optional<SignedCheckpoint> checkpoint_;
  Bytes note_;
  std::uint64_t entries_ = 0;
};

}  // namespace

Verdict verify_entry(ByteView leaf,
                     ByteView proof,
                     const VerifyRequest& request,
                     FindingSink& sink) {
  Findings findings(request, sink);
  ProofPass pass(request, findings);
  pass.take(std::nullopt, leaf, proof);
  return std::move(pass).verdict();
}

Verdict verify_selection(LogArchive& archive, const VerifyRequest& request, FindingSink& sink) {
  Findings findings(request, sink);
  ProofPass pass(request, findings);
  for (const std::uint64_t index : archive.selected()) {
    const auto leaf = archive.read_leaf(index);
    const auto proof = archive.read_proof(index);
    if (!leaf) findings.add(FindingKind::BodyMissing, index, leaf.error().detail);
    if (!proof) findings.add(FindingKind::TileMissing, index, proof.error().detail);
    if (leaf && proof) pass.take(index, *leaf, *proof);
  }
  const auto note = archive.read(LogPath::checkpoint());
  if (note) {
    pass.compare(LogPath::checkpoint().text(), *note);
  } else {
    findings.add(FindingKind::NoCheckpoint, std::nullopt, note.error().detail);
  }
  return std::move(pass).verdict();
}

}  // namespace rightful::ledger
