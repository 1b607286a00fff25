#include "ledger/entry_check.hpp"

#include <algorithm>
#include <array>

#include "rightful/ledger/event.hpp"
#include "rightful/ledger/writer.hpp"

#include "ledger/leaf_fields.hpp"

namespace rightful::ledger {

namespace {

constexpr std::chrono::minutes kLongestSilence{10};
constexpr std::chrono::minutes kClockTolerance{1};

// What the enrolment key itself may write.
bool is_of_enrolment(std::string_view act) {
  constexpr std::array<std::string_view, 5> kActs{events::LogGenesis::kAct,
                                                  events::LogRecovery::kAct,
                                                  events::LogThawed::kAct,
                                                  events::LogSealed::kAct,
                                                  events::KeyringRotated::kAct};
  return std::ranges::find(kActs, act) != kActs.end();
}

FindingKind kind_of(LeafFailure failure) {
  return failure == LeafFailure::Field ? FindingKind::Field : FindingKind::Noncanonical;
}

std::string number_of(std::string_view writer, std::uint64_t n) {
  return std::string(writer) + ", number " + std::to_string(n);
}

}  // namespace

EntryCheck::EntryCheck(const Origin& origin,
                       const VerifyRequest& request,
                       const std::vector<ForeignHead>& foreign,
                       Findings& findings)
    : origin_(origin),
      request_(request),
      foreign_(foreign),
      findings_(findings),
      enrolment_(request.enrolment) {}

void EntryCheck::check(std::uint64_t index, ByteView bytes) {
  const auto leaf = parse_leaf(bytes);
  if (!leaf) {
    findings_.add(kind_of(leaf.error()), index, std::string(name_of(leaf.error())));
    return;
  }
  const bool is_known = check_event(*leaf).has_value();
  if (!is_known) findings_.add(FindingKind::UnknownEvent, index, std::string(leaf->act));
  if (is_sealed_) {
    findings_.add(FindingKind::AfterStop, index, "behind log.sealed");
  }
  if (index == 0) {
    check_genesis(index, bytes, *leaf, is_known);
  } else if (leaf->act == events::WriterStart::kAct) {
    check_start(index, bytes, *leaf, is_known);
  } else {
    check_written(index, bytes, *leaf, is_known);
  }
}

void EntryCheck::check_genesis(std::uint64_t index,
                               ByteView bytes,
                               const Leaf& leaf,
                               bool is_known) {
  const auto key = decode_field<crypto::SignPublicKey>(leaf, "enrol");
  const bool is_genesis = is_known && leaf.act == events::LogGenesis::kAct && key && leaf.n == 0 &&
                          field_of(leaf, "origin") == origin_.text() &&
                          WriterId::of(*key).text() == leaf.w;
  if (!is_genesis) {
    findings_.add(FindingKind::WriterUnknown, index, "the first entry does not open this log");
    return;
  }
  if (request_.enrolment && *request_.enrolment != *key) {
    findings_.add(FindingKind::WriterUnknown, index, "another enrolment key than the given one");
    return;
  }
  if (!check_signature(bytes, leaf, origin_, *key)) {
    findings_.add(FindingKind::WriterSig, index, std::string(leaf.w));
    return;
  }
  enrolment_ = *key;
  enrolment_id_ = leaf.w;
  admit(index, leaf, *key, 1);
  check_times(index, leaf);
  compare_chain(leaf);
}

void EntryCheck::compare_chain(const Leaf& genesis) {
  for (const ForeignHead& foreign : foreign_) {
    const Checkpoint& before = foreign.checkpoint;
    if (before.origin.text() != field_of(genesis, "prev_origin")) {
      findings_.add(FindingKind::OtherOrigin, std::nullopt, foreign.name);
      continue;
    }
    const std::uint64_t size = integer_of(genesis, "prev_size");
    const bool is_same_root = to_hex(before.head.root.bytes()) == field_of(genesis, "prev_root");
    if (before.head.size > size || (before.head.size == size && !is_same_root)) {
      findings_.add(FindingKind::Chain, 0, foreign.name);
    }
  }
}

void EntryCheck::check_start(std::uint64_t index, ByteView bytes, const Leaf& leaf, bool is_known) {
  if (!enrolment_ || !is_known) {
    findings_.add(FindingKind::WriterUnknown, index, number_of(leaf.w, leaf.n));
    return;
  }
  const auto enrolled = read_writer_start(leaf, origin_, *enrolment_);
  if (!enrolled) {
    findings_.add(FindingKind::WriterUnknown, index, std::string(leaf.w));
    return;
  }
  if (!check_signature(bytes, leaf, origin_, enrolled->key)) {
    findings_.add(FindingKind::WriterSig, index, std::string(leaf.w));
    return;
  }
  if (writers_.contains(leaf.w) || stopped_.contains(leaf.w)) {
    findings_.add(FindingKind::CounterReplay, index, number_of(leaf.w, leaf.n));
    return;
  }
  const std::string_view previous = field_of(leaf, "prev");
  if (writers_.contains(previous)) {
    findings_.add(FindingKind::OpenTail, index, std::string(previous));
  }
  admit(index, leaf, enrolled->key, enrolled->span);
  check_times(index, leaf);
}

void EntryCheck::admit(std::uint64_t index,
                       const Leaf& leaf,
                       const crypto::SignPublicKey& key,
                       std::uint32_t span) {
  if (writers_.size() == kMaxLiveWriters) {
    is_too_large_ = true;
    findings_.add(FindingKind::TooLarge, index, "more than 65536 living writers");
    return;
  }
  Writer writer{.key = key, .window = ReaderWindow(span), .last_time = leaf.t};
  static_cast<void>(writer.window.meet(0));
  writers_.emplace(std::string(leaf.w), writer);
}

void EntryCheck::check_written(std::uint64_t index,
                               ByteView bytes,
                               const Leaf& leaf,
                               bool is_known) {
  const auto found = writers_.find(leaf.w);
  if (found == writers_.end()) {
    if (stopped_.contains(leaf.w)) {
      findings_.add(FindingKind::AfterStop, index, number_of(leaf.w, leaf.n));
    } else {
      tell_unless_missing(FindingKind::WriterUnknown, index, number_of(leaf.w, leaf.n));
    }
    return;
  }
  Writer& writer = found->second;
  if (!check_signature(bytes, leaf, origin_, writer.key)) {
    findings_.add(FindingKind::WriterSig, index, number_of(leaf.w, leaf.n));
    return;
  }
  if (leaf.w == enrolment_id_ && !is_of_enrolment(leaf.act)) {
    findings_.add(
        FindingKind::WriterUnknown, index, "the enrolment key writes no " + std::string(leaf.act));
  }
  const bool is_stop = leaf.act == events::WriterStop::kAct;
  if (is_stop) check_stop(index, writer, leaf);
  if (!is_stop) check_number(index, writer, leaf.w, leaf.n);
  check_times(index, leaf);
  if (!is_known) return;
  if (leaf.act == events::WriterAlive::kAct) check_alive(index, writer, leaf);
  note_event(index, leaf);
  if (!is_stop) return;
  stopped_.emplace(leaf.w);
  writers_.erase(found);
}

void EntryCheck::tell_unless_missing(FindingKind kind, std::uint64_t index, std::string detail) {
  if (!has_missing_) findings_.add(kind, index, std::move(detail));
}

void EntryCheck::check_number(std::uint64_t index,
                              Writer& writer,
                              std::string_view id,
                              std::uint64_t n) {
  const NumberFinding number = writer.window.meet(n);
  if (number == NumberFinding::Replay) {
    findings_.add(FindingKind::CounterReplay, index, number_of(id, n));
  }
  // Where the log itself said so before, LOGGED_GAP has been told.
  if (number == NumberFinding::Gap && !logged_gaps_.contains({std::string(id), n})) {
    tell_unless_missing(FindingKind::CounterGap, index, number_of(id, n));
  }
}

void EntryCheck::check_alive(std::uint64_t index, Writer& writer, const Leaf& leaf) {
  const std::uint64_t upto = integer_of(leaf, "upto");
  if (writer.window.agrees_with_alive(upto)) return;
  if (!logged_gaps_.contains({std::string(leaf.w), leaf.n})) {
    tell_unless_missing(FindingKind::AliveGap, index, number_of(leaf.w, writer.window.base()));
  }
  writer.window.give_up_below(upto);
}

// A stop is the highest number, and none is missing below it.
void EntryCheck::check_stop(std::uint64_t index, const Writer& writer, const Leaf& leaf) {
  if (writer.window.is_complete_below(leaf.n)) return;
  if (leaf.n < writer.window.base()) {
    findings_.add(FindingKind::CounterReplay, index, number_of(leaf.w, leaf.n));
  } else if (!logged_gaps_.contains({std::string(leaf.w), leaf.n})) {
    tell_unless_missing(FindingKind::CounterGap, index, number_of(leaf.w, writer.window.base()));
  }
}

void EntryCheck::note_event(std::uint64_t index, const Leaf& leaf) {
  if (leaf.act == events::LogSealed::kAct) is_sealed_ = true;
  if (leaf.act == events::LogRejected::kAct) {
    findings_.add(FindingKind::Rejected, index, std::string(field_of(leaf, "why")));
  }
  if (leaf.act != events::LogGap::kAct) return;
  const std::string_view from = field_of(leaf, "from");
  const std::uint64_t n = integer_of(leaf, "n");
  findings_.add(FindingKind::LoggedGap, index, number_of(from, n));
  if (logged_gaps_.size() < kMaxLiveWriters) logged_gaps_.emplace(from, n);
}

void EntryCheck::check_times(std::uint64_t index, const Leaf& leaf) {
  const auto writer = writers_.find(leaf.w);
  if (writer != writers_.end()) {
    if (leaf.t + kClockTolerance < writer->second.last_time) {
      findings_.add(FindingKind::ClockBack, index, std::string(leaf.w));
    }
    writer->second.last_time = leaf.t;
  }
  newest_ = leaf.t;
  if (last_heartbeat_ && leaf.act != events::LogHeartbeat::kAct) return;
  if (last_heartbeat_ && leaf.t - *last_heartbeat_ > kLongestSilence) {
    findings_.add(FindingKind::Silence, index, "since " + format_rfc3339(*last_heartbeat_));
  }
  last_heartbeat_ = leaf.t;
}

void EntryCheck::pass_erased(std::uint64_t index, const Redaction& redaction) {
  findings_.add(FindingKind::Redacted, index, "said at " + std::to_string(redaction.said_at));
  const auto found = writers_.find(redaction.writer);
  if (found != writers_.end()) {
    check_number(index, found->second, redaction.writer, redaction.n);
  }
}

void EntryCheck::finish(std::uint64_t size) {
  if (last_heartbeat_ && *newest_ - *last_heartbeat_ > kLongestSilence) {
    findings_.add(FindingKind::Silence, size, "since " + format_rfc3339(*last_heartbeat_));
  }
  for (const ForeignHead& foreign : foreign_) {
    if (size == 0) findings_.add(FindingKind::OtherOrigin, std::nullopt, foreign.name);
  }
  if (!request_.now || is_sealed_) return;
  if (!newest_ || *request_.now - *newest_ > request_.max_age) {
    findings_.add(FindingKind::Stale,
                  size,
                  newest_ ? "the last entry is of " + format_rfc3339(*newest_) : "no entry");
  }
}

}  // namespace rightful::ledger
