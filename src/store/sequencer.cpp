#include "rightful/store/sequencer.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "rightful/core/check.hpp"
#include "rightful/core/log.hpp"
#include "rightful/ledger/event.hpp"
#include "rightful/store/database_failure.hpp"
#include "rightful/store/incidents.hpp"

#include "store/batch_writer.hpp"
#include "store/bulk_session.hpp"
#include "store/checked_leaf.hpp"
#include "store/enrolled_writers.hpp"
#include "store/head_row.hpp"
#include "store/ledger_batch.hpp"
#include "store/ledger_walk.hpp"
#include "store/outbox_floor.hpp"
#include "store/outbox_rows.hpp"
#include "store/queries/incidents.hpp"
#include "store/queries/sequencer.hpp"
#include "store/work_crew.hpp"

namespace rightful::store {
namespace {

namespace events = ledger::events;
using SteadyTime = std::chrono::steady_clock::time_point;

constexpr std::chrono::hours kAuthorityNotice{72};  // GDPR Art. 33(1)
/// Further findings of a kind belong to the incident that is open already; a flood of forged rows
/// opens one an hour.
constexpr std::chrono::hours kSameIncident{1};
constexpr std::chrono::seconds kStraysEvery{5};
/// A projection that was made anew in vain.
constexpr std::chrono::minutes kRepairAgainAfter{10};
/// Keys of writers that are kept to check leaves ahead of their batch.
constexpr std::size_t kMaxKnownKeys = 4096;

ConnectionSettings own_settings(ConnectionSettings settings) {
  settings.application_name = "rightful-sequencer";
  return settings;
}

[[noreturn]] void throw_damaged(const ConstraintViolation& violation) {
  throw Failure(
      Retry::Never,
      "ledger_damaged",
      "the ledger's tables hold rows that the sequencer did not write: " + violation.constraint());
}

Rows run(BulkSession& session, const Sql& sql, std::initializer_list<Value> values) {
  return session.run(sql, {values.begin(), values.size()});
}

/// Rolls back on every way out but one.
class BatchGuard {
 public:
  explicit BatchGuard(BulkSession& session) : session_(session) {}

  BatchGuard(const BatchGuard&) = delete;
  BatchGuard& operator=(const BatchGuard&) = delete;
  BatchGuard(BatchGuard&&) = delete;
  BatchGuard& operator=(BatchGuard&&) = delete;

  ~BatchGuard() {
    if (is_open_) session_.rollback();
  }

  void commit() {
    is_open_ = false;
    session_.commit();
  }

 private:
  BulkSession& session_;
  bool is_open_ = true;
};

/// Incidents in the transaction of the batch.
class Desk final : public IncidentDesk {
 public:
  Desk(BulkSession& session, const Clock& clock, Random& random)
      : session_(session), clock_(clock), random_(random) {}

  std::optional<ledger::Event> open(std::string_view cause, const std::string& note) override {
    if (!told_.emplace(cause).second) return std::nullopt;
    const Instant now = clock_.now();
    if (run(session_, queries::kRecentIncidents, {cause, now - kSameIncident}).only().integer("n") >
        0) {
      return std::nullopt;
    }
    const auto reference = ledger::IncidentRef::random(random_);
    run(session_,
        queries::kInsertIncident,
        {IncidentId::random(random_),
         reference.text(),
         cause,
         nullptr,
         nullptr,
         now,
         now,
         now + kAuthorityNotice,
         note,
         "open"});
    log::error("ledger_incident", "cause={} incident={}", cause, reference.text());
    return ledger::Event(
        ledger::System{},
        events::IncidentOpened{.cause = ledger::Code<ledger::CodeList::GuardCause>::or_other(cause),
                               .due = now + kAuthorityNotice,
                               .inc = reference,
                               .severity = "high"});
  }

 private:
  BulkSession& session_;
  const Clock& clock_;
  Random& random_;
  std::set<std::string, std::less<>> told_;
};

std::optional<WriterState> read_writer(const Row& row) {
  const auto key = crypto::SignPublicKey::parse(row.bytes("pubkey"));
  const std::int64_t span = row.integer("span");
  // A key that does not make the id is no key of this writer: its leaves have none.
  if (!key || ledger::WriterId::of(*key).text() != row.text("writer_id") || span < 1 ||
      span > ledger::kMaxSpan) {
    return std::nullopt;
  }
  std::optional<std::uint64_t> stopped;
  if (const auto index = row.optional_integer("stopped_idx")) {
    stopped = static_cast<std::uint64_t>(*index);
  }
  const auto size = static_cast<std::uint32_t>(span);
  return WriterState{
      .key = *key,
      .span = size,
      .window = ledger::ReaderWindow(size,
                                     static_cast<std::uint64_t>(row.integer("base")),
                                     static_cast<std::uint64_t>(row.integer("seen"))),
      .started_idx = 0,
      .stopped_idx = stopped,
      .is_changed = false};
}

}  // namespace

struct Sequencer::Impl {
  Impl(ConnectionSettings connection,
       SequencerSettings own_facts,
       const crypto::ServerKeys& server_keys,
       const Clock& process_clock,
       Random& process_random)
      : settings(own_settings(std::move(connection))),
        facts(std::move(own_facts)),
        keys(server_keys),
        clock(process_clock),
        random(process_random),
        crew(facts.threads),
        key(crypto::SigningKey::generate(random)),
        tables(facts.log_id) {}

  ~Impl() { forget_ahead(); }

  enum class Purpose : std::uint8_t { Work, Stop };

  /// One transaction. When the log ends before the batch does, nothing was done, and `cut` says how
  /// many rows it may take.
  struct Attempt {
    BatchResult result;
    std::optional<std::size_t> cut;
  };

  [[nodiscard]] Attempt attempt(Purpose purpose, std::size_t limit);
  [[nodiscard]] BatchResult run_batch(Purpose purpose);
  [[nodiscard]] bool may_repair() const;
  /// As run_batch, and once more after the projection has been made anew.
  [[nodiscard]] BatchResult run_repaired(Purpose purpose);
  void step_check();

  BulkSession& connected();
  void learn_log(const LogIdentity& identity);
  [[nodiscard]] OutboxRows take_rows(std::size_t limit);
  [[nodiscard]] OutboxRows take_strays(const HeadRow& head, bool is_full);
  [[nodiscard]] std::vector<CheckedLeaf> check_rows(const OutboxRows& rows);
  [[nodiscard]] WriterStates load_writers(const std::vector<CheckedLeaf>& leaves);
  void drop_unproven(WriterStates& states);
  void check_rest(std::vector<CheckedLeaf>& leaves, const WriterStates& states);
  [[nodiscard]] std::set<std::pair<std::string, std::uint64_t>> numbers_in_lookup(
      const std::vector<CheckedLeaf>& leaves);
  /// @return how many rows may stay taken; fewer than all when the log ends before.
  [[nodiscard]] std::size_t decide(LedgerBatch& batch,
                                   const OutboxRows& rows,
                                   std::vector<CheckedLeaf>& leaves);
  void remember_keys(const WriterStates& states);
  void look_ahead(std::int64_t last);
  void forget_ahead() noexcept;
  void say_what_is_due(LedgerBatch& batch, Purpose purpose, bool is_full);
  [[nodiscard]] bool is_due(std::string_view act,
                            std::chrono::seconds every,
                            std::optional<SteadyTime>& last);
  void advance_check(bool is_full);

  const ConnectionSettings settings;
  const SequencerSettings facts;
  const crypto::ServerKeys& keys;
  const Clock& clock;
  Random& random;
  WorkCrew crew;
  crypto::SigningKey key;  // moved into `writer` once the origin is known

  std::unique_ptr<BulkSession> session;
  std::optional<LogIdentity> log;
  std::optional<ledger::Writer> writer;
  std::shared_ptr<const WriterKeys> known = std::make_shared<WriterKeys>();
  OutboxFloor floor;
  std::int64_t after = 0;  // the floor of this batch

  // The next batch, whose leaves are checked while the server commits this one.
  struct Ahead {
    OutboxRows rows;
    std::vector<CheckedLeaf> leaves;
  };

  Ahead ahead;
  bool is_ahead_running = false;

  std::optional<SteadyTime> last_heartbeat;
  std::optional<SteadyTime> last_check;
  std::optional<SteadyTime> last_strays;
  std::unique_ptr<LedgerWalk> check;
  std::optional<CheckOutcome> outcome;  // of a check that the log does not know of yet
  bool is_lookup_suspect = false;
  std::optional<SteadyTime> repaired_in_vain;  // since then no batch was committed
  bool has_stopped = false;

  BatchWriter tables;
};

BulkSession& Sequencer::Impl::connected() {
  if (session && !session->is_usable()) session.reset();
  if (!session) {
    session = std::make_unique<BulkSession>(settings);
    floor.forget();
  }
  return *session;
}

// Its own leaves are enrolled under the key that it was given, so the log's can be no other.
void Sequencer::Impl::learn_log(const LogIdentity& identity) {
  if (identity.enrolment != keys.ledger_enrolment_key().public_key()) {
    throw Failure(Retry::Never, "ledger_damaged", "the log's row names another enrolment key");
  }
  if (log) return;
  log = identity;
  writer.emplace(std::move(key), identity.origin);
}

OutboxRows Sequencer::Impl::take_rows(std::size_t limit) {
  after = floor.before_batch(*session, clock.steady_now());
  const std::array<Value, 3> values{facts.log_id, limit, after};
  return OutboxRows(session->run_binary(queries::kTakeRows, values));
}

OutboxRows Sequencer::Impl::take_strays(const HeadRow& head, bool is_full) {
  const SteadyTime now = clock.steady_now();
  if (!head.is_live || is_full || (last_strays && now - *last_strays < kStraysEvery)) return {};
  last_strays = now;
  const Value limit(facts.batch_rows);
  return OutboxRows(session->run_binary(queries::kTakeStrayRows, {&limit, 1}));
}

// What was checked ahead counts for exactly the same bytes.
std::vector<CheckedLeaf> Sequencer::Impl::check_rows(const OutboxRows& rows) {
  if (is_ahead_running) crew.wait();
  is_ahead_running = false;
  std::vector<CheckedLeaf> leaves(rows.rows.size());
  std::vector<std::size_t> open;
  std::size_t at = 0;
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    const OutboxRows::Row& row = rows.rows[i];
    while (at < ahead.rows.rows.size() && ahead.rows.rows[at].id < row.id)
      ++at;
    const bool is_known = at < ahead.rows.rows.size() && ahead.rows.rows[at].id == row.id &&
                          std::ranges::equal(ahead.rows.rows[at].leaf, row.leaf);
    if (is_known) {
      leaves[i] = ahead.leaves[at];  // a copy: a batch that fails asks for it again
    } else {
      open.push_back(i);
    }
  }
  crew.run(open.size(), [&](std::size_t i) {
    leaves[open[i]] = check_bytes(rows.rows[open[i]].leaf, *log, *known);
  });
  return leaves;
}

WriterStates Sequencer::Impl::load_writers(const std::vector<CheckedLeaf>& leaves) {
  RIGHTFUL_CHECK(writer);
  std::set<std::string, std::less<>> ids{writer->id().text()};
  for (const CheckedLeaf& leaf : leaves) {
    if (!leaf.failure) ids.emplace(leaf.leaf.w);
  }
  WriterStates states;
  const std::vector<std::string> wanted(ids.begin(), ids.end());
  for (const Row row : run(*session, queries::kFindWriters, {facts.log_id, wanted})) {
    if (auto state = read_writer(row)) states.emplace(row.text("writer_id"), *std::move(state));
  }
  drop_unproven(states);
  return states;
}

// A row alone makes nobody a writer: the log must have enrolled the key.
void Sequencer::Impl::drop_unproven(WriterStates& states) {
  RIGHTFUL_CHECK(log);
  const auto is_known =
      [](const WriterKeys& held, const std::string& id, const WriterState& state) {
        const auto found = held.find(id);
        return found != held.end() && found->second == state.key;
      };
  std::vector<std::string> open;
  for (const auto& [id, state] : states) {
    if (!is_known(*known, id, state)) open.push_back(id);
  }
  const WriterKeys proven = enrolled_keys(*session, facts.log_id, *log, open);
  for (const std::string& id : open) {
    const auto state = states.find(id);
    if (is_known(proven, id, state->second)) continue;
    log::error("ledger_writer_not_enrolled", "log_id={} writer={}", facts.log_id, id);
    states.erase(state);
  }
}

// Signatures under keys that became known with this batch.
void Sequencer::Impl::check_rest(std::vector<CheckedLeaf>& leaves, const WriterStates& states) {
  WriterKeys batch_keys;
  for (const auto& [id, state] : states)
    batch_keys.emplace(id, state.key);
  for (const CheckedLeaf& leaf : leaves) {
    if (leaf.enrolment) batch_keys.emplace(leaf.leaf.w, leaf.enrolment->key);
  }
  std::vector<std::pair<CheckedLeaf*, const crypto::SignPublicKey*>> open;
  for (CheckedLeaf& leaf : leaves) {
    if (leaf.failure || leaf.leaf.act == events::WriterStart::kAct) continue;
    const auto found = batch_keys.find(leaf.leaf.w);
    if (found == batch_keys.end() || leaf.checked_under == found->second) continue;
    open.emplace_back(&leaf, &found->second);
  }
  crew.run(open.size(), [&](std::size_t i) { check_under(*open[i].first, *log, *open[i].second); });
}

std::set<std::pair<std::string, std::uint64_t>> Sequencer::Impl::numbers_in_lookup(
    const std::vector<CheckedLeaf>& leaves) {
  if (!is_lookup_suspect) return {};
  std::vector<std::string> writers;
  std::vector<std::int64_t> numbers;
  for (const CheckedLeaf& leaf : leaves) {
    if (leaf.failure) continue;
    writers.emplace_back(leaf.leaf.w);
    numbers.push_back(static_cast<std::int64_t>(leaf.leaf.n));
  }
  std::set<std::pair<std::string, std::uint64_t>> found;
  for (const Row row : run(*session, queries::kKnownNumbers, {facts.log_id, writers, numbers})) {
    found.emplace(row.text("writer_id"), static_cast<std::uint64_t>(row.integer("n")));
  }
  return found;
}

std::size_t Sequencer::Impl::decide(LedgerBatch& batch,
                                    const OutboxRows& rows,
                                    std::vector<CheckedLeaf>& leaves) {
  const auto in_lookup = numbers_in_lookup(leaves);
  std::size_t genesis = leaves.size();
  if (batch.frontier().size() == 0 && !leaves.empty()) {
    for (genesis = 0; genesis < leaves.size(); ++genesis) {
      if (batch.add_genesis(leaves[genesis])) break;
    }
    if (genesis == leaves.size()) {
      throw Failure(Retry::Never,
                    "ledger_no_genesis",
                    "the first rows of the ledger's outbox do not hold the log's first leaf");
    }
  }
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    if (i == genesis) continue;
    if (batch.is_sealed()) return i;
    const ledger::Leaf& leaf = leaves[i].leaf;
    const bool is_replay = !in_lookup.empty() && in_lookup.contains({std::string(leaf.w), leaf.n});
    batch.add(rows.rows[i].id, leaves[i], is_replay);
  }
  return leaves.size();
}

void Sequencer::Impl::remember_keys(const WriterStates& states) {
  auto next = std::make_shared<WriterKeys>();
  if (known->size() < kMaxKnownKeys) *next = *known;
  bool is_changed = false;
  for (const auto& [id, state] : states)
    is_changed = next->insert_or_assign(id, state.key).second || is_changed;
  if (is_changed) known = std::move(next);
}

void Sequencer::Impl::look_ahead(std::int64_t last) {
  forget_ahead();
  const std::array<Value, 3> values{facts.log_id, facts.batch_rows, last};
  ahead.rows = OutboxRows(session->run_binary(queries::kPeekRows, values));
  ahead.leaves.assign(ahead.rows.rows.size(), {});
  is_ahead_running = true;
  crew.start(ahead.leaves.size(), [this, keys_now = known](std::size_t i) {
    ahead.leaves[i] = check_bytes(ahead.rows.rows[i].leaf, *log, *keys_now);
  });
}

void Sequencer::Impl::forget_ahead() noexcept {
  if (is_ahead_running) crew.wait();
  is_ahead_running = false;
  ahead.leaves.clear();
  ahead.rows = {};
}

// Another sequencer may have said it. What the projection says counts for heartbeats always, for
// the comparison once: else a row that is forged there every day would put it off for ever.
bool Sequencer::Impl::is_due(std::string_view act,
                             std::chrono::seconds every,
                             std::optional<SteadyTime>& last) {
  const SteadyTime now = clock.steady_now();
  if (last && now - *last < every) return false;
  if (last && act == events::LogChecked::kAct) return true;
  const auto newest = run(*session, queries::kNewestOfAct, {facts.log_id, act}).at_most_one();
  if (!newest) return true;
  const auto age = clock.now() - newest->instant("t");
  if (age < std::chrono::seconds(0) || age >= every) return true;
  last = now - std::chrono::duration_cast<std::chrono::steady_clock::duration>(age);
  return false;
}

void Sequencer::Impl::say_what_is_due(LedgerBatch& batch, Purpose purpose, bool is_full) {
  if (batch.is_sealed() || batch.frontier().size() == 0) return;
  if (outcome) {
    if (!outcome->passed) batch.raise(outcome->cause, outcome->note);
    using Word = ledger::Code<ledger::CodeList::CheckResult>;
    const Word word = outcome->passed ? Word("passed") : Word("failed");
    batch.say({ledger::System{}, events::LogChecked{.result = word, .size = outcome->size}});
  }
  if (purpose == Purpose::Stop) {
    if (batch.has_begun_epoch()) batch.say({ledger::System{}, events::WriterStop{}});
    return;
  }
  if (is_due(events::LogHeartbeat::kAct, facts.heartbeat_every, last_heartbeat)) {
    const auto oldest = run(*session, queries::kOldestRow, {}).at_most_one();
    const auto writers = run(*session, queries::kCountWriters, {facts.log_id}).only().integer("n");
    batch.say({ledger::System{},
               events::LogHeartbeat{.oldest_ms = oldest ? oldest->integer("oldest_ms") : 0,
                                    .size = batch.frontier().size(),
                                    .writers = writers}});
    batch.say({ledger::System{}, events::WriterAlive{.upto = batch.own_number()}});
    last_heartbeat = clock.steady_now();
  }
  advance_check(is_full);
}

void Sequencer::Impl::advance_check(bool is_full) {
  if (is_full || outcome || check) return;
  if (is_due(events::LogChecked::kAct, facts.check_every, last_check)) {
    check = std::make_unique<LedgerWalk>(facts.log_id, keys);
    last_check = clock.steady_now();
  }
}

Sequencer::Impl::Attempt Sequencer::Impl::attempt(Purpose purpose, std::size_t limit) {
  connected().begin(Isolation::ReadCommitted, settings);
  BatchGuard transaction(*session);
  const Sql& lock = purpose == Purpose::Work ? queries::kLockHead : queries::kWaitForHead;
  const auto head = lock_head(*session, lock, facts.log_id);
  if (!head) return {.result = {.state = BatchState::Busy}, .cut = std::nullopt};
  learn_log(head->log);
  const std::uint64_t old_size = head->frontier.size();
  if (!head->takes_leaves) {
    return {.result = {.state = BatchState::Sealed, .size = old_size}, .cut = std::nullopt};
  }

  const OutboxRows rows = purpose == Purpose::Work ? take_rows(limit) : OutboxRows();
  const bool is_full = rows.rows.size() == limit;
  std::vector<CheckedLeaf> leaves = check_rows(rows);
  WriterStates states = load_writers(leaves);
  check_rest(leaves, states);
  RIGHTFUL_CHECK(writer && log);
  Desk desk(*session, clock, random);
  const OwnEpoch own{.writer = *writer,
                     .enrolment = keys.ledger_enrolment_key(),
                     .facts = {.build = facts.build, .previous = std::nullopt, .role = "sequencer"},
                     .clock = clock,
                     .random = random};
  LedgerBatch batch(*log, head->frontier, states, own, desk);
  const std::size_t kept = decide(batch, rows, leaves);
  if (kept < leaves.size()) {
    forget_ahead();
    return {.result = {}, .cut = kept};
  }
  const OutboxRows strays = take_strays(*head, is_full || batch.is_sealed());
  for (const OutboxRows::Row& row : strays.rows)
    batch.refuse(row.id, row.leaf, row.was_sealed ? "after_stop" : "writer");
  const bool has_said_outcome = !batch.is_sealed() && batch.frontier().size() > 0;
  say_what_is_due(batch, purpose, is_full);

  BatchResult result{.state = BatchState::Done,
                     .rows = rows.rows.size() + strays.rows.size(),
                     .leaves = batch.placed().size(),
                     .rejected = batch.refused().size(),
                     .gaps = batch.gaps(),
                     .size = batch.frontier().size(),
                     .is_full = is_full};
  if (batch.placed().empty()) return {.result = result, .cut = std::nullopt};
  remember_keys(states);
  Ahead spent = std::move(ahead);  // leaves of this batch may point into it
  ahead = {};
  if (is_full) look_ahead(rows.rows.back().id);
  tables.write(*session, batch, old_size, states);
  transaction.commit();
  repaired_in_vain.reset();
  if (has_said_outcome) outcome.reset();
  floor.after_commit(rows.rows.empty() ? std::nullopt : std::optional(rows.rows.back().id),
                     !is_full);
  return {.result = result, .cut = std::nullopt};
}

// A comparison that the database cannot finish costs no batch: it begins again.
void Sequencer::Impl::step_check() {
  if (!check) return;
  try {
    auto ended = check->step(connected(), settings);
    if (!ended) return;
    if (!ended->passed) log::error("ledger_check_failed", "cause={}", ended->cause);
    outcome = std::move(ended);
  } catch (const DatabaseFailure& failure) {
    log::warn("ledger_check_broken_off", "cause={}", failure.cause());
  }
  check.reset();
}

BatchResult Sequencer::Impl::run_batch(Purpose purpose) {
  try {
    Attempt done = attempt(purpose, facts.batch_rows);
    if (done.cut) done = attempt(purpose, *done.cut);
    if (!done.result.is_full && done.result.state == BatchState::Done) step_check();
    return done.result;
  } catch (const CommitInDoubt&) {
    // Nothing is kept here that the database would not tell the next batch.
    throw DatabaseFailure(Retry::Later,
                          "commit_in_doubt",
                          "the connection broke while a batch of the ledger was committed",
                          {});
  }
}

// Anew after each batch that it has helped; where it does not help, seldom: it reads the whole log.
bool Sequencer::Impl::may_repair() const {
  return !repaired_in_vain || clock.steady_now() - *repaired_in_vain >= kRepairAgainAfter;
}

// An index of ours that refuses a row means that somebody else has written there. The projection is
// disposable and made anew; whatever then still has a leaf's number is in the log.
BatchResult Sequencer::Impl::run_repaired(Purpose purpose) {
  try {
    return run_batch(purpose);
  } catch (const ConstraintViolation& violation) {
    if (!violation.constraint().starts_with("lookup_") || !may_repair()) throw_damaged(violation);
  }
  log::error("ledger_lookup_differs", "log_id={} then=\"it is made anew\"", facts.log_id);
  rebuild_lookup(settings, facts.log_id);
  is_lookup_suspect = true;
  repaired_in_vain = clock.steady_now();
  try {
    return run_batch(purpose);
  } catch (const ConstraintViolation& violation) {
    throw_damaged(violation);
  }
}

Sequencer::Sequencer(ConnectionSettings settings,
                     SequencerSettings facts,
                     const crypto::ServerKeys& keys,
                     const Clock& clock,
                     Random& random)
    : impl_(std::make_unique<Impl>(std::move(settings), std::move(facts), keys, clock, random)) {}

Sequencer::~Sequencer() = default;

BatchResult Sequencer::run_batch() {
  RIGHTFUL_CHECK(!impl_->has_stopped);
  return impl_->run_repaired(Impl::Purpose::Work);
}

// NOLINTNEXTLINE(bugprone-exception-escape): whatever is thrown is a std::exception
void Sequencer::stop() noexcept {
  if (std::exchange(impl_->has_stopped, true)) return;
  try {
    static_cast<void>(impl_->run_batch(Impl::Purpose::Stop));
  } catch (const std::exception&) {  // the epoch then ends like a crash; nothing else depends on it
    log::warn("ledger_epoch_left_open", "role=sequencer");
  }
}

}  // namespace rightful::store
