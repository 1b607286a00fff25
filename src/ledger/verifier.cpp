#include "rightful/ledger/verifier.hpp"

#include <algorithm>

#include "rightful/ledger/leaf.hpp"
#include "rightful/ledger/tiles.hpp"

#include "ledger/entry_check.hpp"
#include "ledger/entry_reader.hpp"
#include "ledger/findings.hpp"
#include "ledger/known_heads.hpp"
#include "ledger/tree_check.hpp"

namespace rightful::ledger {

namespace {

// A log with so many files missing is not looked at to its end.
constexpr std::uint64_t kMaxMissingFiles = 4096;

FindingKind missing_kind(const Error& error, FindingKind kind) {
  return error.code == ErrorCode::LimitExceeded ? FindingKind::TooLarge : kind;
}

/// One pass over the rows of 256 entries.
class LogPass {
 public:
  LogPass(TileSource& source,
          const VerifyRequest& request,
          const Checkpoint& checkpoint,
          const KnownHeads& heads,
          Findings& findings)
      : source_(source),
        request_(request),
        head_(checkpoint.head),
        findings_(findings),
        published_(source, heads.earlier),
        entries_(checkpoint.origin, request, heads, findings) {}

  void run() {
    for (std::uint64_t index = 0; tile_width(0, index, head_.size) != 0; ++index) {
      if (!take_row(index, tile_width(0, index, head_.size))) {
        // What differs is damage, whatever the rest would have said.
        tell_differences(FindingKind::LeafHash);
        published_.tell(findings_);
        return;
      }
    }
    finish();
  }

  [[nodiscard]] std::uint64_t taken() const noexcept { return taken_; }

  [[nodiscard]] LogFacts facts() const { return entries_.facts(); }

 private:
  using Hashes = std::vector<TreeHash>;

  // False when it cannot go on.
  bool take_row(std::uint64_t index, unsigned width) {
    const std::uint64_t first = index * kTileWidth;
    const auto tile = read_hash_tile(source_, 0, index, width);
    auto bundle = read_entry_bundle(source_, index, width);
    if (!tile) report_tile(first, tile.error());
    if (!bundle) report_bundle(first, bundle.error());
    missing_files_ += (tile ? 0U : 1U) + (bundle ? 0U : 1U);
    if (!tile && !bundle) return false;
    if (missing_files_ > kMaxMissingFiles) {
      findings_.add(FindingKind::TooLarge, first, "too many files are missing");
      return false;
    }
    if (!take_hashes(first, tile ? &*tile : nullptr, bundle ? &*bundle : nullptr)) return false;
    taken_ = first + width;
    if (!bundle || request_.depth == Depth::HashesOnly) return true;
    return take_leaves(first, *bundle, tile ? &*tile : nullptr);
  }

  void report_tile(std::uint64_t first, const Error& error) {
    const bool is_malformed = error.code == ErrorCode::InvalidArgument;
    findings_.add(is_malformed ? FindingKind::Tile : missing_kind(error, FindingKind::TileMissing),
                  first,
                  error.detail);
  }

  // A bundle that is there and is none is not what was published.
  void report_bundle(std::uint64_t first, const Error& error) {
    const bool is_malformed = error.code == ErrorCode::InvalidArgument;
    findings_.add(
        is_malformed ? FindingKind::LeafHash : missing_kind(error, FindingKind::BodyMissing),
        first,
        error.detail);
    entries_.pass_missing();
  }

  // The published hashes and those of the bodies go their own ways from the first difference on: at
  // the end it shows which of them lead to the signed root.
  bool take_hashes(std::uint64_t first, const Hashes* tile, const EntryBundle* bundle) {
    Hashes of_bodies;
    const std::size_t width = tile != nullptr ? tile->size() : bundle->leaves.size();
    for (std::size_t at = 0; at < width; ++at) {
      const bool has_body = bundle != nullptr && !bundle->leaves[at].empty();
      if (!has_body && tile == nullptr) {
        findings_.add(FindingKind::TileMissing, first + at, "neither body nor hash");
        return false;
      }
      of_bodies.push_back(has_body ? leaf_hash(bundle->leaves[at]) : (*tile)[at]);
    }
    const Hashes& published = tile != nullptr ? *tile : of_bodies;
    if (!bodies_ && published != of_bodies) bodies_ = published_;
    for (std::size_t at = 0; at < width; ++at) {
      published_.append(published[at]);
      if (bodies_) bodies_->append(of_bodies[at]);
      if (published[at] == of_bodies[at]) continue;
      if (differing_.size() < kMaxToldFindings) differing_.push_back(first + at);
    }
    return true;
  }

  bool take_leaves(std::uint64_t first, const EntryBundle& bundle, const Hashes* tile) {
    entries_.prepare(bundle.leaves);
    for (std::size_t at = 0; at < bundle.leaves.size(); ++at) {
      if (!bundle.leaves[at].empty()) {
        entries_.check(first + at, at);
      } else if (!take_erased(first + at, (*tile)[at])) {
        return false;
      }
      if (entries_.is_too_large()) return false;
    }
    return true;
  }

  bool take_erased(std::uint64_t index, const TreeHash& hash) {
    if (!redactions_) {
      auto collected = collect_redactions(source_, index / kTileWidth, head_.size);
      if (!collected) {
        findings_.add(FindingKind::TooLarge, index, collected.error().detail);
        return false;
      }
      redactions_ = *std::move(collected);
    }
    const auto found = redactions_->find(index);
    if (found == redactions_->end() || found->second.said_at <= index) {
      findings_.add(FindingKind::BodyMissing, index, "no later entry says that it was erased");
      entries_.pass_missing();
    } else if (found->second.leaf != hash) {
      findings_.add(
          FindingKind::RedactionFalse, index, "said at " + std::to_string(found->second.said_at));
    } else {
      entries_.pass_erased(index, found->second);
    }
    return true;
  }

  void finish() {
    published_.finish();
    if (bodies_) bodies_->finish();
    const bool published_lead = published_.root() == head_.root;
    const bool bodies_lead = bodies_ && bodies_->root() == head_.root;
    const bool tiles_are_wrong = bodies_lead && !published_lead;
    if (!published_lead && !bodies_lead) {
      findings_.add(FindingKind::TreeRoot,
                    head_.size,
                    "the entries give " + to_base64(published_.root().bytes()) +
                        ", the checkpoint says " + to_base64(head_.root.bytes()));
    }
    tell_differences(tiles_are_wrong ? FindingKind::Tile : FindingKind::LeafHash);
    (tiles_are_wrong ? *bodies_ : published_).tell(findings_);
    if (request_.depth != Depth::HashesOnly) entries_.finish(head_.size);
  }

  void tell_differences(FindingKind kind) {
    for (const std::uint64_t index : differing_) {
      findings_.add(kind, index, LogPath::hash_tile(0, index / kTileWidth, width_at(index)).text());
    }
  }

  [[nodiscard]] unsigned width_at(std::uint64_t index) const {
    return tile_width(0, index / kTileWidth, head_.size);
  }

  TileSource& source_;
  const VerifyRequest& request_;
  TreeHead head_;
  Findings& findings_;
  TreeCheck published_;
  std::optional<TreeCheck> bodies_;
  EntryCheck entries_;
  std::optional<std::map<std::uint64_t, Redaction>> redactions_;
  std::vector<std::uint64_t> differing_;
  std::uint64_t missing_files_ = 0;
  std::uint64_t taken_ = 0;
};

}  // namespace

Verdict verify_log(TileSource& source, const VerifyRequest& request, FindingSink& sink) {
  Findings findings(request, sink);
  Verdict verdict;
  if (auto published = open_published(source, request, findings)) {
    const KnownHeads heads = collect_known_heads(source, request, *published, findings);
    LogPass pass(source, request, published->checkpoint.checkpoint, heads, findings);
    pass.run();
    verdict.entries = pass.taken();
    verdict.facts = pass.facts();
    verdict.earlier = heads.earlier.size();
    verdict.note = std::move(published->note);
    verdict.checkpoint = std::move(published->checkpoint);
  }
  verdict.severity = findings.gravest();
  verdict.depth = request.depth;
  verdict.of_kind = findings.of_kind();
  verdict.findings = findings.count();
  verdict.untold = findings.untold();
  return verdict;
}

}  // namespace rightful::ledger
