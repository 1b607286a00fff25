#include "store/ledger_walk.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <utility>

#include "rightful/core/check.hpp"
#include "rightful/core/failure.hpp"
#include "rightful/core/log.hpp"
#include "rightful/ledger/event.hpp"
#include "rightful/ledger/leaf.hpp"
#include "rightful/store/database_failure.hpp"

#include "store/bulk_session.hpp"
#include "store/checked_leaf.hpp"
#include "store/enrolled_writers.hpp"
#include "store/outbox_rows.hpp"
#include "store/queries/ledger_walk.hpp"
#include "store/queries/sequencer.hpp"

namespace rightful::store {
namespace {

constexpr std::string_view kHashMismatch = "hash_mismatch";

/// PostgreSQL counts microseconds from here.
constexpr std::chrono::sys_days kEpoch = std::chrono::year{2000} / 1 / 1;

// Columns of queries::kCheckEntries.
enum Column : std::uint8_t {
  kIndex,
  kHash,
  kBody,
  kTime,
  kAct,
  kOut,
  kActor,
  kSubj,
  kReq,
  kWriter,
  kN
};

std::string_view text_of(const ledger::Leaf& leaf, std::string_view name) {
  const auto found = std::ranges::find(leaf.fields, name, [](const auto& f) { return f.first; });
  return found == leaf.fields.end() ? std::string_view() : found->second.text;
}

std::optional<std::uint64_t> integer_of(const ledger::Leaf& leaf, std::string_view name) {
  const auto found = std::ranges::find(leaf.fields, name, [](const auto& f) { return f.first; });
  return found == leaf.fields.end() ? std::nullopt : found->second.integer;
}

bool is_projected(const PGresult* rows, int row, const ledger::Leaf& leaf) {
  if (PQgetisnull(rows, row, kAct) != 0) return false;
  const auto text = [&](Column column) { return binary_field(rows, row, column); };
  return bigint_of(text(kTime)) == (leaf.t - Instant(kEpoch)).count() && text(kAct) == leaf.act &&
         text(kOut) == leaf.out && text(kActor) == leaf.actor && text(kSubj) == leaf.subj &&
         text(kReq) == leaf.req && text(kWriter) == leaf.w &&
         bigint_of(text(kN)) == static_cast<std::int64_t>(leaf.n);
}

}  // namespace

std::optional<CheckOutcome> LedgerWalk::step(BulkSession& session,
                                             const ConnectionSettings& settings) {
  session.begin(Isolation::RepeatableRead, settings);
  bool is_end = false;
  try {
    is_end = compare_some(session);
  } catch (const Failure&) {
    session.rollback();
    throw;
  }
  session.rollback();
  if (!is_end) return std::nullopt;
  if (difference_) return difference_;
  return CheckOutcome{.passed = true, .size = target().size, .cause = {}, .note = {}};
}

bool LedgerWalk::compare_some(BulkSession& session) {
  if (!target_) read_target(session);
  if (subjects_) return compare_subjects(session, *subjects_);
  if (next_ < target().size) compare_entries(session);
  if (next_ < target().size) return false;
  compare_end(session);
  // Where the projection is wrong, so is what it says of persons; and in an older log nobody can
  // know who was erased since: that is said in the live one, under another pseudonym.
  if (difference_ || !target().is_live) return true;
  subjects_.emplace(log_id_, target().origin, target().size, keys_);
  return false;
}

bool LedgerWalk::compare_subjects(BulkSession& session, SubjectComparison& subjects) {
  try {
    if (!subjects.step(session)) return false;
  } catch (const DatabaseFailure& failure) {
    if (failure.cause() != "database_denied") throw;
    log::warn("ledger_keys_unread", "log={}", log_id_);
    return true;
  }
  if (subjects.lost() > 0) {
    differ("count_mismatch",
           "the ledger names " + std::to_string(subjects.lost()) +
               " persons who have neither a key nor subject_key.destroyed");
  }
  return true;
}

void LedgerWalk::read_target(BulkSession& session) {
  const Value id(log_id_);
  const Row head = session.run(queries::kReadHead, {&id, 1}).only();
  const auto root = ledger::TreeHash::parse(head.bytes("root"));
  auto origin = ledger::Origin::parse(head.text("origin"));
  if (!root || !origin) throw Failure(Retry::Never, "bad_row", "a log's root or origin is none");
  target_ = Target{.origin = *std::move(origin),
                   .size = static_cast<std::uint64_t>(head.integer("size")),
                   .root = *root,
                   .is_live = !head.is_null("is_live") && head.boolean("is_live")};
}

const LedgerWalk::Target& LedgerWalk::target() const {
  RIGHTFUL_CHECK(target_);
  return *target_;
}

void LedgerWalk::compare_entries(BulkSession& session) {
  const std::uint64_t end = std::min(target().size, next_ + step_entries_);
  const std::array<Value, 3> values{log_id_, next_, end};
  const ResultHandle rows = session.run_binary(queries::kCheckEntries, values);
  const int count = PQntuples(rows.get());
  for (int row = 0; row < count && next_ < end; ++row) {
    const auto index = static_cast<std::uint64_t>(bigint_of(binary_field(rows.get(), row, kIndex)));
    if (index != next_) break;
    compare_entry(rows.get(), row);
    ++next_;
  }
  if (next_ == end) return;
  differ(kHashMismatch, "entry " + std::to_string(next_) + " of the ledger is missing");
  next_ = target().size;  // what follows hangs on it
}

void LedgerWalk::compare_entry(const PGresult* rows, int row) {
  const auto hash = ledger::TreeHash::parse(as_bytes(binary_field(rows, row, kHash)));
  if (!hash) throw Failure(Retry::Never, "bad_row", "a leaf hash has another size");
  frontier_.append(*hash);
  if (PQgetisnull(rows, row, kBody) != 0) {
    without_body_.emplace(next_, *hash);
    return;
  }
  if (ledger::leaf_hash(as_bytes(binary_field(rows, row, kBody))) != *hash) {
    differ(kHashMismatch,
           "the body of entry " + std::to_string(next_) + " of the ledger has another hash");
    return;
  }
  compare_body(next_, rows, row);
}

void LedgerWalk::compare_body(std::uint64_t index, const PGresult* rows, int row) {
  const auto leaf = ledger::parse_leaf(as_bytes(binary_field(rows, row, kBody)));
  if (!leaf) {
    differ(kHashMismatch, "entry " + std::to_string(index) + " of the ledger is no leaf");
    return;
  }
  note_redaction(*leaf);
  if (!is_projected(rows, row, *leaf)) {
    differ("count_mismatch",
           "ledger.lookup differs from entry " + std::to_string(index) + "; rebuild it");
  }
}

void LedgerWalk::compare_end(BulkSession& session) {
  if (!hash_differs() && frontier_.root() != target().root) {
    differ(kHashMismatch, "the entries of the ledger do not give the root of its head");
  }
  compare_missing(session);
  const Value id(log_id_);
  const std::int64_t size = session.run(queries::kReadHead, {&id, 1}).only().integer("size");
  const std::array<Value, 2> values{log_id_, size};
  if (session.run(queries::kRowsBeyond, values).only().boolean("answer")) {
    differ("count_mismatch", "the ledger has rows beyond its head");
  }
}

// A body that was taken away during the walk has its leaf beyond the target, or still waiting: it
// was recorded in the transaction that took the body.
void LedgerWalk::compare_missing(BulkSession& session) {
  if (first_unexplained()) read_later_redactions(session);
  if (const auto index = first_unexplained()) {
    differ(kHashMismatch, "the body of entry " + std::to_string(*index) + " of the ledger is gone");
  }
}

// Neither under the root that was compared nor seen by the sequencer, perhaps: each must be signed
// by a writer whom the log has enrolled, or who waits there to be. Redactions happen in logs that
// are open, so this process's own enrolment key is theirs.
void LedgerWalk::read_later_redactions(BulkSession& session) {
  const LogIdentity log{.origin = target().origin,
                        .enrolment = keys_.ledger_enrolment_key().public_key()};
  std::deque<Bytes> bytes;  // what the leaves point into
  std::vector<CheckedLeaf> redactions;
  std::vector<std::string> writers;
  WriterKeys keys;
  const std::array<Value, 2> values{log_id_, target().size};
  for (const Row row : session.run(queries::kLaterRedactions, values)) {
    CheckedLeaf leaf = check_bytes(bytes.emplace_back(row.bytes("leaf")), log, {});
    if (leaf.failure) continue;
    if (!row.is_null("leaf_hash") && leaf.hash != ledger::TreeHash::parse(row.bytes("leaf_hash")))
      continue;
    if (leaf.enrolment && leaf.signature_holds) keys.emplace(leaf.leaf.w, leaf.enrolment->key);
    if (leaf.leaf.act != ledger::events::LogRedacted::kAct) continue;
    writers.emplace_back(leaf.leaf.w);
    redactions.push_back(std::move(leaf));
  }
  keys.merge(enrolled_keys(session, log_id_, log, writers));
  for (CheckedLeaf& leaf : redactions) {
    const auto key = keys.find(leaf.leaf.w);
    if (key != keys.end()) check_under(leaf, log, key->second);
    if (leaf.signature_holds) note_redaction(leaf.leaf);
  }
}

void LedgerWalk::note_redaction(const ledger::Leaf& leaf) {
  if (leaf.act != ledger::events::LogRedacted::kAct) return;
  if (const auto lost = integer_of(leaf, "idx")) redacted_.emplace(*lost, text_of(leaf, "leaf"));
}

std::optional<std::uint64_t> LedgerWalk::first_unexplained() const {
  for (const auto& [index, hash] : without_body_) {
    const auto redaction = redacted_.find(index);
    if (redaction == redacted_.end() || redaction->second != to_hex(hash.bytes())) return index;
  }
  return std::nullopt;
}

bool LedgerWalk::hash_differs() const {
  return difference_ && difference_->cause == kHashMismatch;
}

// The first of the worst: a projection is made anew by one command, which must not hide that the
// log was changed.
void LedgerWalk::differ(std::string_view cause, std::string note) {
  const bool is_worse = cause == kHashMismatch && !hash_differs();
  if (difference_ && !is_worse) return;
  difference_ = CheckOutcome{
      .passed = false, .size = target().size, .cause = std::string(cause), .note = std::move(note)};
}

CheckOutcome check_log(const ConnectionSettings& settings,
                       std::int64_t log_id,
                       const crypto::ServerKeys& keys) {
  BulkSession session(settings);
  LedgerWalk walk(log_id, keys);
  for (;;) {
    if (auto outcome = walk.step(session, settings)) return *std::move(outcome);
  }
}

}  // namespace rightful::store
