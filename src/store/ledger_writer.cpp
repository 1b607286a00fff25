#include "rightful/store/ledger_writer.hpp"

#include <array>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "rightful/core/check.hpp"
#include "rightful/core/log.hpp"
#include "rightful/ledger/event.hpp"
#include "rightful/store/pool.hpp"

#include "store/ledger_epoch.hpp"
#include "store/open_log.hpp"
#include "store/queries/ledger.hpp"
#include "store/subject_keys.hpp"

namespace rightful::store {

namespace {

// start of an epoch, alive, filling of holes: at most one of each at a time
constexpr std::size_t kOwnConnections = 3;

// Where the writer's leaves about itself get their numbers.
using TakeNumbers = std::function<std::optional<LeafNumbers>(std::size_t count)>;

enum class Phase : std::uint8_t { NotStarted, Running, Stopped };

ConnectionSettings own_settings(ConnectionSettings settings) {
  settings.application_name = "rightful-ledger";
  return settings;
}

ledger::LeafStamp make_stamp(std::uint64_t n, const Clock& clock, Random& random) {
  ledger::LeafStamp stamp{.n = n, .nonce = {}, .t = clock.now()};
  random.fill(stamp.nonce);
  return stamp;
}

// A process that slept for days may find its log sealed: what it would say now is refused there,
// and refusals are incidents.
bool takes_leaves(Transaction& transaction, std::int64_t log_id) {
  return transaction.run(queries::kTakesLeaves, {log_id}).only().boolean("answer");
}

void stage_leaves(Transaction& transaction, std::int64_t log_id, const std::vector<Bytes>& leaves) {
  transaction.run(queries::kStageLeaves, {log_id, leaves});
}

// While the epoch runs; what follows its end takes by LedgerEpoch::End.
TakeNumbers taking_of(LedgerEpoch& epoch) {
  return [&epoch](std::size_t count) { return epoch.try_take(count); };
}

// Gives numbers back on every way out that does not hand them over.
class NumbersGuard {
 public:
  NumbersGuard(LedgerEpoch& epoch, LeafNumbers numbers)
      : epoch_(epoch), numbers_(std::move(numbers)) {}

  NumbersGuard(const NumbersGuard&) = delete;
  NumbersGuard& operator=(const NumbersGuard&) = delete;

  ~NumbersGuard() {
    if (!numbers_.empty()) epoch_.settle(numbers_, CommitFate::RolledBack);
  }

  [[nodiscard]] const LeafNumbers& get() const noexcept { return numbers_; }

  [[nodiscard]] LeafNumbers hand_over() noexcept { return std::exchange(numbers_, {}); }

 private:
  LedgerEpoch& epoch_;
  LeafNumbers numbers_;
};

}  // namespace

struct LedgerWriter::Impl {
  Impl(ConnectionSettings settings,
       LedgerWriterSettings own_facts,
       const crypto::ServerKeys& server_keys,
       const Clock& process_clock,
       Random& process_random)
      : pool(own_settings(std::move(settings)), kOwnConnections, nullptr),
        facts(std::move(own_facts)),
        keys(server_keys),
        clock(process_clock),
        random(process_random) {}

  /// @param before  leaves that are committed with its start.
  [[nodiscard]] std::shared_ptr<LedgerEpoch> begin_epoch(const OpenLog& log,
                                                         std::optional<ledger::WriterId> previous,
                                                         std::vector<Bytes> before = {});
  [[nodiscard]] std::vector<Bytes> last_word(LedgerEpoch& old);
  [[nodiscard]] std::shared_ptr<LedgerEpoch> replace_epoch(const OpenLog& log, LedgerEpoch& old);

  [[nodiscard]] bool is_running() {
    const std::lock_guard lock(mutex);
    return phase == Phase::Running;
  }

  [[nodiscard]] std::shared_ptr<LedgerEpoch> current_epoch();
  [[nodiscard]] OpenLog live_log();
  void follow_live_log();
  [[nodiscard]] LeafNumbers take_numbers(std::shared_ptr<LedgerEpoch>& chosen, std::size_t count);
  [[nodiscard]] std::vector<Bytes> make_leaves(const LedgerEpoch& chosen,
                                               std::span<const ledger::Event> events,
                                               const SubjectPseudonyms& pseudonyms,
                                               const LeafNumbers& numbers);
  [[nodiscard]] bool commit_own(LedgerEpoch& chosen,
                                const TakeNumbers& take,
                                std::span<const ledger::Event> events);
  void keep_alive();
  void say_alive(LedgerEpoch& chosen);
  void follow_sequencer(LedgerEpoch& chosen);
  void hold_nobody_back();
  void fill_holes(LedgerEpoch& chosen, const TakeNumbers& take);
  void say_last_word(LedgerEpoch& chosen);
  void end_epoch(LedgerEpoch& chosen);

  Pool pool;
  const LedgerWriterSettings facts;
  const crypto::ServerKeys& keys;
  const Clock& clock;
  Random& random;

  std::mutex mutex;  // guards the two below; held while an epoch begins
  Phase phase = Phase::NotStarted;
  std::shared_ptr<LedgerEpoch> epoch;
};

std::shared_ptr<LedgerEpoch> LedgerWriter::Impl::begin_epoch(
    const OpenLog& log, std::optional<ledger::WriterId> previous, std::vector<Bytes> before) {
  ledger::Writer writer(crypto::SigningKey::generate(random), log.origin);
  before.push_back(ledger::make_writer_start(writer,
                                             keys.ledger_enrolment_key(),
                                             {.build = facts.build,
                                              .previous = std::move(previous),
                                              .role = facts.role,
                                              .span = facts.span},
                                             make_stamp(0, clock, random)));
  Transaction transaction = pool.begin();
  stage_leaves(transaction, log.log_id, before);
  transaction.commit();
  log::info("ledger_epoch_started", "writer={}", writer.id().text());
  return std::make_shared<LedgerEpoch>(
      log.log_id, std::move(writer), facts.span, clock.steady_now());
}

// A new one takes the place of one that had to be abandoned.
std::shared_ptr<LedgerEpoch> LedgerWriter::Impl::current_epoch() {
  const std::lock_guard lock(mutex);
  RIGHTFUL_CHECK(phase != Phase::NotStarted);
  if (phase == Phase::Stopped) {
    throw Failure(Retry::Later, "ledger_stopped", "this process is ending; its ledger is closed");
  }
  if (epoch->is_abandoned()) {
    const OpenLog log = live_log();
    const bool is_same_log = log.log_id == epoch->log_id();
    if (!is_same_log) say_last_word(*epoch);
    epoch = is_same_log ? replace_epoch(log, *epoch) : begin_epoch(log, std::nullopt);
  }
  return epoch;
}

// What an abandoned epoch knows to be committed. A server that was replaced by one that has less, a
// standby that lagged behind, is found out by it.
std::vector<Bytes> LedgerWriter::Impl::last_word(LedgerEpoch& old) {
  const auto last = old.last_word();
  if (!last) return {};
  const ledger::Event alive(ledger::System{}, ledger::events::WriterAlive{.upto = last->upto});
  return {old.writer().make_leaf(alive, std::nullopt, make_stamp(last->n, clock, random))};
}

std::shared_ptr<LedgerEpoch> LedgerWriter::Impl::replace_epoch(const OpenLog& log,
                                                               LedgerEpoch& old) {
  try {
    return begin_epoch(log, old.writer().id(), last_word(old));
  } catch (const DatabaseFailure& failure) {
    if (failure.cause() == "commit_in_doubt") old.spend_last_word();
    throw;
  }
}

OpenLog LedgerWriter::Impl::live_log() {
  auto log = find_open_log(pool, keys.ledger_enrolment_key().public_key());
  if (!log) throw Failure(Retry::Later, "ledger_stopped", log.error().detail);
  return *std::move(log);
}

// A new year, or a successor after a recovery: the epoch there begins before the one here ends, so
// that no commit has to wait.
void LedgerWriter::Impl::follow_live_log() {
  const OpenLog log = live_log();
  std::shared_ptr<LedgerEpoch> old;
  {
    const std::lock_guard lock(mutex);
    if (phase != Phase::Running || epoch->log_id() >= log.log_id) return;
    old = std::exchange(epoch, begin_epoch(log, std::nullopt));
  }
  log::info("ledger_log_changed", "log_id={}", log.log_id);
  end_epoch(*old);
}

LeafNumbers LedgerWriter::Impl::take_numbers(std::shared_ptr<LedgerEpoch>& chosen,
                                             std::size_t count) {
  for (;;) {
    auto numbers = chosen->take(
        count, facts.number_wait, [this, &chosen] { fill_holes(*chosen, taking_of(*chosen)); });
    if (numbers) return *std::move(numbers);
    if (!chosen->is_over()) {
      throw Failure(Retry::Later, "ledger_busy", "no ledger number came free in time");
    }
    chosen = current_epoch();
  }
}

std::vector<Bytes> LedgerWriter::Impl::make_leaves(const LedgerEpoch& chosen,
                                                   std::span<const ledger::Event> events,
                                                   const SubjectPseudonyms& pseudonyms,
                                                   const LeafNumbers& numbers) {
  std::vector<Bytes> leaves;
  leaves.reserve(events.size());
  for (std::size_t i = 0; i < events.size(); ++i) {
    leaves.push_back(chosen.writer().make_leaf(
        events[i], pseudonyms.of(events[i]), make_stamp(numbers[i], clock, random)));
  }
  return leaves;
}

// Leaves of the writer about itself. False when no number was given.
bool LedgerWriter::Impl::commit_own(LedgerEpoch& chosen,
                                    const TakeNumbers& take,
                                    std::span<const ledger::Event> events) {
  Transaction transaction = pool.begin();
  auto taken = take(events.size());
  if (!taken) return false;
  NumbersGuard numbers(chosen, *std::move(taken));
  const SubjectPseudonyms nobody(transaction, events, chosen.writer().origin(), keys, random);
  stage_leaves(transaction, chosen.log_id(), make_leaves(chosen, events, nobody, numbers.get()));
  try {
    transaction.commit();
  } catch (const DatabaseFailure& failure) {
    if (failure.cause() == "commit_in_doubt") {
      chosen.settle(numbers.hand_over(), CommitFate::Unknown);
    }
    throw;
  }
  chosen.settle(numbers.hand_over(), CommitFate::Committed);
  return true;
}

void LedgerWriter::Impl::follow_sequencer(LedgerEpoch& chosen) {
  Transaction transaction = pool.begin();
  const auto row = transaction
                       .run(queries::kHighestSequenced,
                            {chosen.log_id(), std::string(chosen.writer().id().text())})
                       .at_most_one();
  if (!row) return chosen.lose_sequencer();
  const auto next = static_cast<std::uint64_t>(row->integer("n")) + 1;
  const auto allowed = chosen.follow_sequencer(next, clock.steady_now());
  if (allowed) log::debug("ledger_commits_make_way", "in_flight={}", *allowed);
}

void LedgerWriter::Impl::hold_nobody_back() {
  const std::lock_guard lock(mutex);
  epoch->lose_sequencer();
}

void LedgerWriter::Impl::say_alive(LedgerEpoch& chosen) {
  const auto now = clock.steady_now();
  const auto upto = chosen.due_alive(now, facts.alive_every, facts.alive_after_leaves);
  if (!upto) return;
  const std::array<ledger::Event, 1> alive{
      ledger::Event(ledger::System{}, ledger::events::WriterAlive{.upto = *upto})};
  if (commit_own(chosen, taking_of(chosen), alive)) chosen.alive_written(now);
}

void LedgerWriter::Impl::keep_alive() {
  follow_live_log();
  const std::shared_ptr<LedgerEpoch> chosen = current_epoch();
  say_alive(*chosen);
  follow_sequencer(*chosen);
}

void LedgerWriter::Impl::fill_holes(LedgerEpoch& chosen, const TakeNumbers& take) {
  const std::vector<ledger::Event> voids(
      chosen.free_count(), ledger::Event(ledger::System{}, ledger::events::WriterVoid{}));
  if (!voids.empty()) static_cast<void>(commit_own(chosen, take, voids));
}

// Only once, whatever becomes of it: nothing of this epoch follows.
void LedgerWriter::Impl::say_last_word(LedgerEpoch& chosen) {
  const std::vector<Bytes> word = last_word(chosen);
  if (word.empty()) return;
  Transaction transaction = pool.begin();
  if (!takes_leaves(transaction, chosen.log_id())) return;
  stage_leaves(transaction, chosen.log_id(), word);
  try {
    transaction.commit();
  } catch (const DatabaseFailure& failure) {
    if (failure.cause() == "commit_in_doubt") chosen.spend_last_word();
    throw;
  }
  chosen.spend_last_word();
}

void LedgerWriter::Impl::end_epoch(LedgerEpoch& chosen) {
  auto end = chosen.close(facts.number_wait);
  if (!end) {
    log::warn("ledger_epoch_left_open", "writer={}", chosen.writer().id().text());
    say_last_word(chosen);
    return;
  }
  if (Transaction transaction = pool.begin(); !takes_leaves(transaction, chosen.log_id())) {
    log::warn("ledger_epoch_left_open", "writer={}", chosen.writer().id().text());
    return;
  }
  const TakeNumbers take = [&end](std::size_t count) { return end->try_take(count); };
  fill_holes(chosen, take);
  const std::array<ledger::Event, 1> stop{
      ledger::Event(ledger::System{}, ledger::events::WriterStop{})};
  static_cast<void>(commit_own(chosen, take, stop));
}

LedgerWriter::LedgerWriter(ConnectionSettings settings,
                           LedgerWriterSettings facts,
                           const crypto::ServerKeys& keys,
                           const Clock& clock,
                           Random& random)
    : impl_(std::make_unique<Impl>(std::move(settings), std::move(facts), keys, clock, random)) {}

LedgerWriter::~LedgerWriter() = default;

Result<void> LedgerWriter::start() {
  const std::lock_guard lock(impl_->mutex);
  RIGHTFUL_CHECK(impl_->phase == Phase::NotStarted);
  RIGHTFUL_TRY(const OpenLog log,
               find_open_log(impl_->pool, impl_->keys.ledger_enrolment_key().public_key()));
  impl_->epoch = impl_->begin_epoch(log, std::nullopt);
  impl_->phase = Phase::Running;
  return {};
}

void LedgerWriter::keep_alive() {
  if (!impl_->is_running()) return;
  try {
    impl_->keep_alive();
  } catch (const Failure&) {
    impl_->hold_nobody_back();
    if (impl_->is_running()) throw;  // else it was stopped meanwhile
  }
}

void LedgerWriter::stop() noexcept {
  std::shared_ptr<LedgerEpoch> epoch;
  {
    const std::lock_guard lock(impl_->mutex);
    if (impl_->phase == Phase::Running) epoch = impl_->epoch;
    if (impl_->phase != Phase::NotStarted) impl_->phase = Phase::Stopped;
  }
  if (!epoch) return;
  try {
    impl_->end_epoch(*epoch);
  } catch (const std::exception&) {  // the epoch then ends like a crash; nothing else depends on it
    log::warn("ledger_epoch_left_open", "writer={}", epoch->writer().id().text());
  }
}

std::unique_ptr<StagedEvents> LedgerWriter::stage(Transaction& transaction,
                                                  std::span<const ledger::Event> events) {
  if (events.size() > impl_->facts.span) {
    throw Failure(
        Retry::Never, "too_many_events", "more ledger events in one commit than the span");
  }
  std::shared_ptr<LedgerEpoch> epoch = impl_->current_epoch();
  for (;;) {
    const ledger::Origin origin = epoch->writer().origin();
    // Keys before numbers: a wait for another transaction's key must not hold a number.
    const SubjectPseudonyms pseudonyms(transaction, events, origin, impl_->keys, impl_->random);
    LeafNumbers taken = impl_->take_numbers(epoch, events.size());
    NumbersGuard numbers(*epoch, std::move(taken));
    // Another log meanwhile: in it the same people have other names.
    if (epoch->writer().origin() != origin) continue;
    std::vector<Bytes> leaves = impl_->make_leaves(*epoch, events, pseudonyms, numbers.get());
    const bool is_one = leaves.size() == 1;
    std::vector<Value> values{epoch->log_id()};
    values.push_back(is_one ? Value(leaves.front()) : Value(leaves));
    return std::make_unique<StagedLeaves>(epoch,
                                          numbers.hand_over(),
                                          is_one ? queries::kStageLeaf : queries::kStageLeaves,
                                          std::move(values));
  }
}

}  // namespace rightful::store
