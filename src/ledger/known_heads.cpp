#include "ledger/known_heads.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace rightful::ledger {

FindingKind kind_of_note_error(ErrorCode code) noexcept {
  if (code == ErrorCode::NotAuthentic) return FindingKind::BadSignature;
  if (code == ErrorCode::NotFound) return FindingKind::KeyUnknown;
  if (code == ErrorCode::Conflict) return FindingKind::OtherOrigin;
  if (code == ErrorCode::LimitExceeded) return FindingKind::TooLarge;
  return FindingKind::NoCheckpoint;
}

std::string two_notes(const Bytes& one, const Bytes& other) {
  return "note: " + to_base64(one) + " note: " + to_base64(other);
}

namespace {

class Collector {
 public:
  Collector(const PublishedHead& published, const VerifyRequest& request, Findings& findings)
      : published_(published), request_(request), findings_(findings) {}

  void take_held(const HeldNote& held) {
    const auto opened = open_checkpoint(held.note, request_.keys);
    if (!opened) {
      findings_.add(kind_of_note_error(opened.error().code),
                    std::nullopt,
                    held.name + ": " + opened.error().detail);
      return;
    }
    if (opened->checkpoint.origin == published_.checkpoint.checkpoint.origin) {
      compare(opened->checkpoint.head, held.name, held.note);
    } else {
      heads_.foreign.push_back({.checkpoint = opened->checkpoint, .name = held.name});
    }
  }

  void take_previous(const HeldPrevious& previous) {
    const auto opened = open_checkpoint(previous.note, request_.keys);
    if (!opened) {
      findings_.add(kind_of_note_error(opened.error().code),
                    std::nullopt,
                    previous.name + ": " + opened.error().detail);
      return;
    }
    heads_.previous = ForeignHead{
        .checkpoint = opened->checkpoint, .name = previous.name, .tiles = previous.tiles};
  }

  // What the log itself saved is taken as far as it can be read: it is no one else's evidence.
  void take_saved(TileSource& source, std::uint64_t size) {
    const LogPath path = LogPath::saved_checkpoint(size);
    const auto note = source.read(path);
    if (!note) {
      findings_.add(FindingKind::NoCheckpoint, size, path.text() + ": " + note.error().detail);
      return;
    }
    const auto opened = open_checkpoint(*note, request_.keys);
    if (!opened && opened.error().code == ErrorCode::NotFound) {
      findings_.add(FindingKind::PassedOver, size, path.text() + ": " + opened.error().detail);
    } else if (!opened) {
      findings_.add(kind_of_note_error(opened.error().code),
                    size,
                    path.text() + ": " + opened.error().detail);
    } else if (opened->checkpoint.origin != published_.checkpoint.checkpoint.origin) {
      findings_.add(FindingKind::OtherOrigin, size, path.text());
    } else {
      compare(opened->checkpoint.head, path.text(), *note);
    }
  }

  [[nodiscard]] KnownHeads sorted() && {
    std::ranges::sort(heads_.earlier, {}, [](const KnownHead& known) {
      return std::tie(known.head.size, known.name);
    });
    return std::move(heads_);
  }

 private:
  void compare(const TreeHead& head, const std::string& name, const Bytes& note) {
    const TreeHead& published = published_.checkpoint.checkpoint.head;
    if (head.size > published.size) {
      findings_.add(FindingKind::NotConsistent,
                    head.size,
                    name + " is of " + std::to_string(head.size) +
                        " entries, the published one of " + std::to_string(published.size));
    } else if (head.size == published.size && head.root != published.root) {
      findings_.add(FindingKind::Fork, head.size, name + ": " + two_notes(published_.note, note));
    } else if (head.size > 0 && head.size < published.size) {
      compare_with_others(head, name, note);
    }
  }

  void compare_with_others(const TreeHead& head, const std::string& name, const Bytes& note) {
    for (const auto& [other, other_note] : notes_) {
      if (other.size == head.size && other.root != head.root) {
        findings_.add(FindingKind::Fork, head.size, name + ": " + two_notes(other_note, note));
      }
    }
    // Only what came from outside can contradict what was saved: one or a few.
    if (notes_.size() < request_.held.size()) notes_.emplace_back(head, note);
    heads_.earlier.push_back({head, name});
  }

  const PublishedHead& published_;
  const VerifyRequest& request_;
  Findings& findings_;
  KnownHeads heads_;
  std::vector<std::pair<TreeHead, Bytes>> notes_;
};

}  // namespace

std::optional<PublishedHead> open_published(TileSource& source,
                                            const VerifyRequest& request,
                                            Findings& findings) {
  if (request.asks_for_witnesses) {
    findings.add(FindingKind::Quorum, std::nullopt, "a quorum other than none");
  }
  auto note = source.read(LogPath::checkpoint());
  if (!note) {
    findings.add(FindingKind::NoCheckpoint, std::nullopt, note.error().detail);
    return std::nullopt;
  }
  auto opened = open_checkpoint(*note, request.keys);
  if (!opened) {
    findings.add(kind_of_note_error(opened.error().code),
                 std::nullopt,
                 "checkpoint: " + opened.error().detail);
    return std::nullopt;
  }
  if (opened->signed_by.size() > 1) {
    findings.add(FindingKind::KeyOverlap,
                 opened->checkpoint.head.size,
                 std::to_string(opened->signed_by.size()) + " keys");
  }
  return PublishedHead{.checkpoint = *std::move(opened), .note = *std::move(note)};
}

KnownHeads collect_known_heads(TileSource& source,
                               const VerifyRequest& request,
                               const PublishedHead& published,
                               Findings& findings) {
  Collector collector(published, request, findings);
  for (const HeldNote& held : request.held)
    collector.take_held(held);
  if (request.previous) collector.take_previous(*request.previous);
  const auto saved = source.saved_checkpoints();
  if (!saved) {
    const bool is_too_many = saved.error().code == ErrorCode::LimitExceeded;
    findings.add(is_too_many ? FindingKind::TooLarge : FindingKind::NoCheckpoint,
                 std::nullopt,
                 "checkpoints: " + saved.error().detail);
  } else {
    for (const std::uint64_t size : *saved)
      collector.take_saved(source, size);
  }
  return std::move(collector).sorted();
}

}  // namespace rightful::ledger
