#include "store/ledger_batch.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "rightful/core/check.hpp"
#include "rightful/crypto/hash.hpp"

namespace rightful::store {
namespace {

namespace events = ledger::events;

// What the enrolment key writes; all but the last, nobody else may (ledger.md section 4).
constexpr std::array<std::string_view, 5> kOfEnrolment{events::LogGenesis::kAct,
                                                       events::LogRecovery::kAct,
                                                       events::LogThawed::kAct,
                                                       events::LogSealed::kAct,
                                                       events::KeyringRotated::kAct};

bool is_of_enrolment(std::string_view act) {
  return std::ranges::find(kOfEnrolment, act) != kOfEnrolment.end();
}

std::uint64_t integer_of(const ledger::Leaf& leaf, std::string_view name) {
  const auto found = std::ranges::find(leaf.fields, name, [](const auto& f) { return f.first; });
  return found == leaf.fields.end() ? 0 : found->second.integer.value_or(0);
}

std::string_view text_of(const ledger::Leaf& leaf, std::string_view name) {
  const auto found = std::ranges::find(leaf.fields, name, [](const auto& f) { return f.first; });
  return found == leaf.fields.end() ? std::string_view() : found->second.text;
}

}  // namespace

LedgerBatch::LedgerBatch(const LogIdentity& log,
                         ledger::Frontier frontier,
                         WriterStates& states,
                         const OwnEpoch& own,
                         IncidentDesk& incidents)
    : log_(log),
      frontier_(std::move(frontier)),
      states_(states),
      own_(own),
      incidents_(incidents),
      enrolment_id_(ledger::WriterId::of(log.enrolment).text()) {}

bool LedgerBatch::add_genesis(CheckedLeaf& row) {
  if (row.failure || row.leaf.act != events::LogGenesis::kAct || row.leaf.n != 0 ||
      row.leaf.w != enrolment_id_ || text_of(row.leaf, "origin") != log_.origin.text() ||
      text_of(row.leaf, "enrol") != to_base64url(log_.enrolment.bytes())) {
    return false;
  }
  check_under(row, log_, log_.enrolment);
  if (!row.signature_holds) return false;
  row.enrolment = ledger::Enrolment{.key = log_.enrolment, .span = 1};
  admit(row);
  append(row);
  return true;
}

void LedgerBatch::add(std::int64_t id, CheckedLeaf& row, bool is_replay) {
  RIGHTFUL_CHECK(!is_sealed_);
  if (const auto why = reason_against(row)) {
    refuse(id, row.bytes, *why);
    return;
  }
  if (is_replay) {
    refuse(id, row.bytes, "replay");
    return;
  }
  if (row.enrolment) {
    admit(row);
    append(row);
    return;
  }
  add_numbered(id, row, states_.find(row.leaf.w)->second);
}

// Section 3's order: length, noncanonical, field, event, writer, signature; then who may write
// what, and whether the writer has stopped.
std::optional<std::string_view> LedgerBatch::reason_against(CheckedLeaf& row) const {
  if (row.failure) return ledger::name_of(*row.failure);
  const auto state = states_.find(row.leaf.w);
  if (row.leaf.act == events::WriterStart::kAct) {
    if (!row.enrolment) return "writer";
    if (!row.signature_holds) return "signature";
    if (state != states_.end()) return "replay";
    return std::nullopt;
  }
  if (state == states_.end()) return "writer";
  check_under(row, log_, state->second.key);
  if (!row.signature_holds) return "signature";
  if (!may_write(row.leaf)) return "writer";
  if (state->second.stopped_idx) return "after_stop";
  return std::nullopt;
}

bool LedgerBatch::may_write(const ledger::Leaf& leaf) const {
  if (leaf.w == enrolment_id_) return is_of_enrolment(leaf.act);
  return !is_of_enrolment(leaf.act) || leaf.act == events::KeyringRotated::kAct;
}

void LedgerBatch::admit(const CheckedLeaf& row) {
  RIGHTFUL_CHECK(row.enrolment);
  WriterState state{.key = row.enrolment->key,
                    .span = row.enrolment->span,
                    .window = ledger::ReaderWindow(row.enrolment->span),
                    .started_idx = frontier_.size(),
                    .stopped_idx = std::nullopt,
                    .is_changed = true};
  static_cast<void>(state.window.meet(0));
  states_.emplace(row.leaf.w, state);
}

void LedgerBatch::add_numbered(std::int64_t id, const CheckedLeaf& row, WriterState& state) {
  const ledger::Leaf& leaf = row.leaf;
  const bool is_stop = leaf.act == events::WriterStop::kAct;
  ledger::ReaderWindow window = state.window;
  const bool is_cut_off = is_stop && !window.is_complete_below(leaf.n);
  const ledger::NumberFinding number = window.meet(leaf.n);
  if (number == ledger::NumberFinding::Replay) {
    refuse(id, row.bytes, "replay");
    return;
  }
  bool is_gap = number == ledger::NumberFinding::Gap || is_cut_off;
  if (leaf.act == events::WriterAlive::kAct) {
    const std::uint64_t upto = integer_of(leaf, "upto");
    is_gap = is_gap || !window.agrees_with_alive(upto);
    window.give_up_below(upto);
  }
  if (is_gap) tell_gap(leaf, state.window.base());
  state.window = window;
  state.is_changed = true;
  if (is_stop) state.stopped_idx = frontier_.size();
  if (leaf.act == events::LogSealed::kAct) is_sealed_ = true;
  append(row);
}

void LedgerBatch::tell_gap(const ledger::Leaf& leaf, std::uint64_t base) {
  const auto from = ledger::WriterId::parse(leaf.w);
  RIGHTFUL_CHECK(from.has_value());  // the envelope was checked
  ++gaps_;
  // The incident first: `log.gap` stands directly before the leaf that showed it.
  raise("ledger_gap",
        "numbers of ledger writer " + std::string(leaf.w) + " from " + std::to_string(base) +
            " on are missing below " + std::to_string(leaf.n));
  say({ledger::System{}, events::LogGap{.base = base, .from = *from, .n = leaf.n}});
}

void LedgerBatch::refuse(std::int64_t id, ByteView bytes, std::string_view why) {
  refused_.push_back({.id = id, .bytes = bytes, .why = why});
  std::optional<ledger::WriterId> from;
  std::uint64_t n = 0;
  if (const auto leaf = ledger::parse_leaf(bytes)) {
    if (auto id_text = ledger::WriterId::parse(leaf->w)) from = *std::move(id_text);
    n = leaf->n;
  }
  const auto word = ledger::Code<ledger::CodeList::BadRow>::parse(why);
  RIGHTFUL_CHECK(word.has_value());
  say({ledger::System{},
       events::LogRejected{.from = from, .n = n, .sha256 = crypto::sha256(bytes), .why = *word}});
  raise("ledger_rejected",
        "row " + std::to_string(id) + " of the ledger's outbox was refused: " + std::string(why));
}

void LedgerBatch::raise(std::string_view cause, const std::string& note) {
  if (const auto opened = incidents_.open(cause, note)) say(*opened);
}

bool LedgerBatch::has_begun_epoch() const {
  return states_.contains(own_.writer.id().text());
}

std::uint64_t LedgerBatch::own_number() const {
  const auto state = states_.find(own_.writer.id().text());
  return state == states_.end() ? 1 : state->second.window.base();
}

void LedgerBatch::say(const ledger::Event& event) {
  if (!has_begun_epoch()) begin_epoch();
  WriterState& state = states_.find(own_.writer.id().text())->second;
  // In the order of the log and never in flight: the number is always the lowest one not seen.
  const std::uint64_t n = state.window.base();
  RIGHTFUL_CHECK(state.window.meet(n) == ledger::NumberFinding::Fits);
  state.is_changed = true;
  if (event.act() == events::WriterStop::kAct) state.stopped_idx = frontier_.size();
  append_own(own_.writer.make_leaf(event, std::nullopt, stamp(n)));
}

void LedgerBatch::begin_epoch() {
  append_own(ledger::make_writer_start(own_.writer, own_.enrolment, own_.facts, stamp(0)));
  WriterState state{.key = own_.writer.public_key(),
                    .span = own_.facts.span,
                    .window = ledger::ReaderWindow(own_.facts.span),
                    .started_idx = frontier_.size() - 1,
                    .stopped_idx = std::nullopt,
                    .is_changed = true};
  static_cast<void>(state.window.meet(0));
  states_.emplace(own_.writer.id().text(), state);
}

void LedgerBatch::append_own(Bytes bytes) {
  const Bytes& kept = own_bytes_.emplace_back(std::move(bytes));
  CheckedLeaf& leaf = own_leaves_.emplace_back();
  leaf.bytes = kept;
  leaf.hash = ledger::leaf_hash(kept);
  auto parsed = ledger::parse_leaf(kept);
  RIGHTFUL_CHECK(parsed.has_value());
  leaf.leaf = *std::move(parsed);
  append(leaf);
}

void LedgerBatch::append(const CheckedLeaf& leaf) {
  RIGHTFUL_CHECK(leaf.hash);
  frontier_.append(*leaf.hash);
  placed_.push_back({&leaf});
}

ledger::LeafStamp LedgerBatch::stamp(std::uint64_t n) const {
  ledger::LeafStamp stamp{.n = n, .nonce = {}, .t = own_.clock.now()};
  own_.random.fill(stamp.nonce);
  return stamp;
}

}  // namespace rightful::store
