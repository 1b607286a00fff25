#include "ledger/entry_check.hpp"

#include <algorithm>

#include "rightful/ledger/event.hpp"
#include "rightful/ledger/writer.hpp"

#include "ledger/leaf_fields.hpp"

namespace rightful::ledger {

namespace {

constexpr std::chrono::minutes kLongestSilence{10};
constexpr std::chrono::minutes kClockTolerance{1};

// What nobody else may write.
bool is_of_enrolment_alone(std::string_view act) {
  return is_enrolment_act(act) && act != events::KeyringRotated::kAct;
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
                       const KnownHeads& heads,
                       Findings& findings)
    : origin_(origin),
      request_(request),
      findings_(findings),
      chain_(heads, findings),
      crew_(origin, request.depth == Depth::Everything ? request.threads : 1),
      enrolment_(request.enrolment) {}

void EntryCheck::prepare(const std::vector<ByteView>& leaves) {
  row_.clear();
  for (const ByteView leaf : leaves) {
    Prepared& entry = row_.emplace_back();
    entry.bytes = leaf;
    if (!leaf.empty()) entry.leaf = parse_leaf(leaf);
  }
  if (request_.depth == Depth::Everything) check_ahead();
}

// Whose signature it must be is only known when its turn comes; but it hardly ever is another's.
void EntryCheck::check_ahead() {
  StartedInRow started;
  jobs_.clear();
  for (Prepared& entry : row_) {
    if (!entry.leaf) continue;
    entry.key = likely_key(*entry.leaf, started);
    if (!entry.key) continue;
    jobs_.push_back({.bytes = entry.bytes, .leaf = &*entry.leaf, .key = *entry.key});
  }
  crew_.check(jobs_);
  auto job = jobs_.begin();
  for (Prepared& entry : row_) {
    if (entry.key) entry.holds = (job++)->holds;
  }
}

std::optional<crypto::SignPublicKey> EntryCheck::likely_key(const Leaf& leaf,
                                                            StartedInRow& started) const {
  const bool is_start = leaf.act == events::WriterStart::kAct;
  if (is_start || leaf.act == events::LogGenesis::kAct) {
    const auto key = decode_field<crypto::SignPublicKey>(leaf, is_start ? "pub" : "enrol");
    if (!key) return std::nullopt;
    started.emplace_back(leaf.w, *key);
    return *key;
  }
  const auto writer = writers_.find(leaf.w);
  if (writer != writers_.end()) return writer->second.key;
  const auto found = std::ranges::find(started, leaf.w, &StartedInRow::value_type::first);
  return found == started.end() ? std::nullopt : std::optional(found->second);
}

bool EntryCheck::is_signed(const Prepared& entry, const crypto::SignPublicKey& key) const {
  if (request_.depth != Depth::Everything) return true;
  if (entry.key == key) return entry.holds;
  return check_signature(entry.bytes, *entry.leaf, origin_, key).has_value();
}

void EntryCheck::check(std::uint64_t index, std::size_t at) {
  const Prepared& entry = row_.at(at);
  if (!entry.leaf) {
    const LeafFailure failure = entry.leaf.error();
    findings_.add(kind_of(failure), index, std::string(name_of(failure)));
    return;
  }
  const Leaf& leaf = *entry.leaf;
  const bool is_known = check_event(leaf).has_value();
  if (!is_known) findings_.add(FindingKind::UnknownEvent, index, std::string(leaf.act));
  if (facts_.is_sealed) findings_.add(FindingKind::AfterStop, index, "behind log.sealed");
  if (index == 0) {
    check_genesis(index, entry, is_known);
  } else if (leaf.act == events::WriterStart::kAct) {
    check_start(index, entry, is_known);
  } else {
    check_written(index, entry, is_known);
  }
}

void EntryCheck::check_genesis(std::uint64_t index, const Prepared& entry, bool is_known) {
  const Leaf& leaf = *entry.leaf;
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
  if (!is_signed(entry, *key)) {
    findings_.add(FindingKind::WriterSig, index, std::string(leaf.w));
    return;
  }
  enrolment_ = *key;
  enrolment_id_ = leaf.w;
  admit(index, leaf, *key, 1);
  check_times(index, leaf);
  facts_.previous_origin = field_of(leaf, "prev_origin");
  chain_.meet(index,
              {.origin = facts_.previous_origin,
               .size = integer_of(leaf, "prev_size"),
               .root = field_of(leaf, "prev_root")},
              Ending::GoesOn);
}

void EntryCheck::check_start(std::uint64_t index, const Prepared& entry, bool is_known) {
  const Leaf& leaf = *entry.leaf;
  if (!enrolment_ || !is_known) {
    findings_.add(FindingKind::WriterUnknown, index, number_of(leaf.w, leaf.n));
    return;
  }
  const auto enrolled = read_writer_start(leaf, origin_, *enrolment_);
  if (!enrolled) {
    findings_.add(FindingKind::WriterUnknown, index, std::string(leaf.w));
    return;
  }
  if (!is_signed(entry, enrolled->key)) {
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

void EntryCheck::check_written(std::uint64_t index, const Prepared& entry, bool is_known) {
  const Leaf& leaf = *entry.leaf;
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
  if (!is_signed(entry, writer.key)) {
    findings_.add(FindingKind::WriterSig, index, number_of(leaf.w, leaf.n));
    return;
  }
  const bool is_admitted = may_write(index, leaf);
  const bool is_stop = leaf.act == events::WriterStop::kAct;
  if (is_stop) check_stop(index, writer, leaf);
  if (!is_stop) check_number(index, writer, leaf.w, leaf.n);
  check_times(index, leaf);
  if (!is_known || !is_admitted) return;
  if (leaf.act == events::WriterAlive::kAct) check_alive(index, writer, leaf);
  note_event(index, leaf);
  if (!is_stop) return;
  stopped_.emplace(leaf.w);
  writers_.erase(found);
}

// Who ends, thaws or recovers a log needs the enrolment key, which no running process has; and
// that key writes nothing else.
bool EntryCheck::may_write(std::uint64_t index, const Leaf& leaf) {
  if (leaf.act == events::LogGenesis::kAct) {
    findings_.add(FindingKind::WriterUnknown, index, "a log has one log.genesis, its first entry");
    return false;
  }
  const bool is_enrolment = leaf.w == enrolment_id_;
  const bool fits = is_enrolment ? is_enrolment_act(leaf.act) : !is_of_enrolment_alone(leaf.act);
  if (fits) return true;
  findings_.add(FindingKind::WriterUnknown,
                index,
                (is_enrolment ? "the enrolment key writes no " : "only the enrolment key writes ") +
                    std::string(leaf.act));
  return false;
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
  if (leaf.act == events::LogSealed::kAct) {
    facts_.is_sealed = true;
    facts_.next_origin = field_of(leaf, "next_origin");
  }
  if (leaf.act == events::LogRecovery::kAct) {
    chain_.meet(index,
                {.origin = field_of(leaf, "old_origin"),
                 .size = integer_of(leaf, "size"),
                 .root = field_of(leaf, "root")},
                Ending::LastSigned);
  }
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
  if (last_heartbeat_ && newest_ && *newest_ - *last_heartbeat_ > kLongestSilence) {
    findings_.add(FindingKind::Silence, size, "since " + format_rfc3339(*last_heartbeat_));
  }
  chain_.finish();
  if (!request_.now || facts_.is_sealed) return;
  if (!newest_ || *request_.now - *newest_ > request_.max_age) {
    findings_.add(FindingKind::Stale,
                  size,
                  newest_ ? "the last entry is of " + format_rfc3339(*newest_) : "no entry");
  }
}

LogFacts EntryCheck::facts() const {
  LogFacts facts = facts_;
  facts.is_chain_shown = chain_.is_shown();
  facts.newest = newest_;
  return facts;
}

}  // namespace rightful::ledger
