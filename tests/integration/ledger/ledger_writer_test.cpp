#include "rightful/store/ledger_writer.hpp"

#include <functional>
#include <optional>
#include <thread>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rightful/ledger/event.hpp"
#include "rightful/ledger/note.hpp"
#include "rightful/ledger/tree.hpp"
#include "rightful/store/log_succession.hpp"

#include "tests/integration/ledger/ledger_fixture.hpp"
#include "tests/support/result_matchers.hpp"

namespace rightful::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr store::Sql kCountSubjectKeys{"count_subject_keys",
                                       "SELECT count(*) AS n FROM ledger_secret.subject_key"};

class LedgerWriter : public LedgerFixture {
 protected:
  LedgerWriter() { open_log(); }

  void commit(store::Pool& pool, const std::vector<ledger::Event>& events) {
    store::Transaction transaction = pool.begin();
    for (const ledger::Event& event : events)
      transaction.record(event);
    transaction.commit();
  }

  [[nodiscard]] static std::string cause_of(const std::function<void()>& action) {
    try {
      action();
    } catch (const Failure& failure) {
      return failure.cause();
    }
    return "none";
  }

  [[nodiscard]] static std::vector<std::uint64_t> numbers(const std::vector<OutboxLeaf>& leaves,
                                                          const std::string& writer) {
    std::vector<std::uint64_t> result;
    for (const OutboxLeaf& leaf : leaves) {
      if (leaf.writer == writer) result.push_back(leaf.n);
    }
    return result;
  }
};

TEST_F(LedgerWriter, StartIsItsFirstLeaf) {
  const auto writer = start_writer();

  const auto leaves = outbox();
  ASSERT_EQ(leaves.size(), 2U);
  EXPECT_EQ(leaves[1].act, "writer.start");
  EXPECT_EQ(leaves[1].n, 0U);
  EXPECT_THAT(leaves[1].fields, HasSubstr("prev=-;"));
  EXPECT_THAT(leaves[1].fields, HasSubstr("role=work;span=32;"));
}

TEST_F(LedgerWriter, CommitsALeafWithItsTransaction) {
  const auto writer = start_writer();
  const auto pool = database_.make_pool(2, writer.get());

  commit(*pool, {job_queued(anna_)});

  const auto leaves = outbox();
  ASSERT_EQ(leaves.size(), 3U);
  EXPECT_EQ(leaves[2].act, "job.queued");
  EXPECT_EQ(leaves[2].actor, "system");
  EXPECT_EQ(leaves[2].out, "ok");
  EXPECT_EQ(leaves[2].req, "r_AAAAAAAAAAAAAAAAAAAAAA");
  EXPECT_EQ(leaves[2].subj.size(), 45U);
  EXPECT_EQ(leaves[2].n, 1U);
}

TEST_F(LedgerWriter, KeepsTheOrderOfOneCommit) {
  const auto writer = start_writer();
  const auto pool = database_.make_pool(2, writer.get());
  const ledger::Event collected(ledger::System{},
                                anna_,
                                ledger::RequestRef::parse("r_AAAAAAAAAAAAAAAAAAAAAA").value(),
                                ledger::events::JobCollected{.datasets = 3});

  commit(*pool, {job_queued(anna_), collected, job_queued(ben_)});

  EXPECT_THAT(
      acts(),
      ElementsAre("log.genesis", "writer.start", "job.queued", "job.collected", "job.queued"));
}

TEST_F(LedgerWriter, SaysWhereTheLeavesOfACommitAreFound) {
  const auto writer = start_writer();
  const auto pool = database_.make_pool(2, writer.get());
  store::Transaction transaction = pool->begin();
  transaction.record(job_queued(anna_));
  transaction.record(job_queued(ben_));

  const auto committed = transaction.commit();

  ASSERT_TRUE(committed.has_value());
  const auto leaves = outbox();
  ASSERT_GE(leaves.size(), 2U);
  EXPECT_EQ(committed->writer.text(), leaves.back().writer);
  EXPECT_EQ(committed->numbers, (std::vector{leaves[leaves.size() - 2].n, leaves.back().n}));
  EXPECT_EQ(pool->begin().commit(), std::nullopt) << "a commit without facts has no leaves";
}

TEST_F(LedgerWriter, LeavesNoLeafAfterARollback) {
  const auto writer = start_writer();
  const auto pool = database_.make_pool(2, writer.get());
  {
    store::Transaction transaction = pool->begin();
    transaction.record(job_queued(anna_));
  }

  EXPECT_EQ(outbox().size(), 2U);
}

TEST_F(LedgerWriter, LeavesHoldNoAccount) {
  const auto writer = start_writer();
  const auto pool = database_.make_pool(2, writer.get());

  commit(*pool, {job_queued(anna_), job_queued(ben_)});

  for (const OutboxLeaf& leaf : outbox()) {
    EXPECT_EQ(leaf.bytes.find("canary"), std::string::npos) << leaf.bytes;
  }
}

TEST_F(LedgerWriter, OnePersonHasOnePseudonymInAllProcesses) {
  const auto first = start_writer();
  const auto second = start_writer();
  const auto first_pool = database_.make_pool(1, first.get());
  const auto second_pool = database_.make_pool(1, second.get());

  commit(*first_pool, {job_queued(anna_), job_queued(ben_)});
  commit(*second_pool, {job_queued(anna_)});

  const auto leaves = outbox();
  ASSERT_EQ(leaves.size(), 6U);
  EXPECT_EQ(leaves[3].subj, leaves[5].subj);
  EXPECT_NE(leaves[3].subj, leaves[4].subj);
  store::Transaction transaction = database_.pool().begin();
  EXPECT_EQ(transaction.run(kCountSubjectKeys).only().integer("n"), 2);
}

TEST_F(LedgerWriter, ADestroyedKeyIsNotMadeAgainUnderTheOldName) {
  const auto writer = start_writer();
  const auto pool = database_.make_pool(2, writer.get());
  commit(*pool, {job_queued(anna_)});

  database_.execute("DELETE FROM ledger_secret.subject_key");
  commit(*pool, {job_queued(anna_)});

  const auto leaves = outbox();
  ASSERT_EQ(leaves.size(), 4U);
  EXPECT_NE(leaves[2].subj, leaves[3].subj);
}

TEST_F(LedgerWriter, AChangedSubjectKeyStopsTheCommit) {
  const auto writer = start_writer();
  const auto pool = database_.make_pool(2, writer.get());
  commit(*pool, {job_queued(anna_)});

  database_.execute(
      "UPDATE ledger_secret.subject_key SET wrapped = set_byte(wrapped, 30, "
      "(get_byte(wrapped, 30) + 1) % 256)");

  EXPECT_EQ(cause_of([&] { commit(*pool, {job_queued(anna_)}); }), "subject_key");
  EXPECT_EQ(outbox().size(), 3U);
}

TEST_F(LedgerWriter, AKeyOfAnotherEpochStopsTheCommit) {
  const auto writer = start_writer();
  const auto pool = database_.make_pool(2, writer.get());
  commit(*pool, {job_queued(anna_)});

  database_.execute(
      "INSERT INTO ledger_secret.kek (epoch) VALUES (2);"
      "UPDATE ledger_secret.subject_key SET kek_epoch = 2");

  EXPECT_EQ(cause_of([&] { commit(*pool, {job_queued(anna_)}); }), "subject_key");
}

TEST_F(LedgerWriter, UsesAFreeNumberFirst) {
  const auto writer = start_writer();
  const auto pool = database_.make_pool(2, writer.get());
  const std::vector<ledger::Event> events{job_queued(anna_)};
  {
    store::Transaction transaction = pool->begin();
    writer->stage(transaction, events)->settle(store::CommitFate::RolledBack);
  }

  commit(*pool, events);

  const auto leaves = outbox();
  ASSERT_EQ(leaves.size(), 3U);
  EXPECT_EQ(leaves[2].n, 1U);
}

TEST_F(LedgerWriter, AFailedInsertGivesItsNumbersBack) {
  const auto writer = start_writer();
  const auto pool = database_.make_pool(2, writer.get());
  database_.execute("ALTER TABLE ledger.outbox ADD CONSTRAINT test_full CHECK (id < 0) NOT VALID");
  EXPECT_EQ(cause_of([&] { commit(*pool, {job_queued(anna_)}); }), "constraint");
  database_.execute("ALTER TABLE ledger.outbox DROP CONSTRAINT test_full");

  commit(*pool, {job_queued(anna_)});

  EXPECT_EQ(outbox().back().n, 1U);
}

// Only holes keep the window full: nothing in flight would ever open it.
TEST_F(LedgerWriter, FillsHolesThatBlockACommit) {
  const auto writer = start_writer(4);
  const auto pool = database_.make_pool(4, writer.get());
  const std::vector<ledger::Event> one{job_queued(anna_)};
  {
    store::Transaction lost = pool->begin();
    const auto hole = writer->stage(lost, one);
    commit(*pool, {job_queued(ben_), job_queued(ben_), job_queued(ben_)});
    hole->settle(store::CommitFate::RolledBack);
  }

  commit(*pool, {job_queued(ben_), job_queued(ben_), job_queued(ben_)});

  const auto leaves = outbox();
  ASSERT_EQ(leaves.size(), 9U);
  EXPECT_EQ(leaves[5].act, "writer.void");
  EXPECT_EQ(leaves[5].n, 1U);
  EXPECT_THAT(numbers(leaves, leaves[5].writer), ElementsAre(0, 2, 3, 4, 1, 5, 6, 7));
}

TEST_F(LedgerWriter, RefusesMoreEventsThanTheSpan) {
  const auto writer = start_writer(4);
  const auto pool = database_.make_pool(2, writer.get());

  EXPECT_EQ(cause_of([&] { commit(*pool, std::vector<ledger::Event>(5, job_queued(anna_))); }),
            "too_many_events");
  commit(*pool, std::vector<ledger::Event>(4, job_queued(anna_)));
  EXPECT_EQ(outbox().size(), 6U);
}

TEST_F(LedgerWriter, GivesUpWhenNoNumberComesFree) {
  store::LedgerWriter writer(database_.settings(),
                             {.role = "work",
                              .build = ledger::Build::parse("0.1.0").value(),
                              .span = 1,
                              .number_wait = std::chrono::milliseconds(20)},
                             keys_,
                             clock_,
                             random_);
  ASSERT_THAT(writer.start(), IsOk());
  const auto pool = database_.make_pool(4, &writer);
  const std::vector<ledger::Event> one{job_queued(ben_)};
  store::Transaction slow = pool->begin();
  const auto held = writer.stage(slow, one);

  EXPECT_EQ(cause_of([&] { commit(*pool, {job_queued(anna_)}); }), "ledger_busy");
  held->settle(store::CommitFate::RolledBack);
}

TEST_F(LedgerWriter, AnUnknownEndBeginsANewEpoch) {
  const auto writer = start_writer();
  const auto pool = database_.make_pool(2, writer.get());
  const std::vector<ledger::Event> one{job_queued(anna_)};
  {
    store::Transaction transaction = pool->begin();
    writer->stage(transaction, one)->settle(store::CommitFate::Unknown);
  }

  commit(*pool, one);

  const auto leaves = outbox();
  ASSERT_EQ(leaves.size(), 5U);
  EXPECT_EQ(leaves[2].act, "writer.alive") << "what the old one knows to be committed";
  EXPECT_EQ(leaves[2].writer, leaves[1].writer);
  EXPECT_EQ(leaves[2].fields, "upto=1;");
  EXPECT_EQ(leaves[2].n, 2U);
  EXPECT_EQ(leaves[3].act, "writer.start");
  EXPECT_THAT(leaves[3].fields, HasSubstr("prev=" + leaves[1].writer + ";"));
  EXPECT_EQ(leaves[4].act, "job.queued");
  EXPECT_EQ(leaves[4].writer, leaves[3].writer);
  EXPECT_EQ(leaves[4].n, 1U);
}

// While the database is away its number is not used up, however often a commit asks.
TEST_F(LedgerWriter, AnAbandonedEpochKeepsItsLastWord) {
  const auto writer = start_writer(2);
  const auto pool = database_.make_pool(2, writer.get());
  const std::vector<ledger::Event> one{job_queued(anna_)};
  {
    store::Transaction transaction = pool->begin();
    writer->stage(transaction, one)->settle(store::CommitFate::Unknown);
  }
  database_.execute("ALTER TABLE ledger.outbox ADD CONSTRAINT test_full CHECK (id < 0) NOT VALID");
  for (int attempt = 0; attempt < 5; ++attempt)
    EXPECT_EQ(cause_of([&] { commit(*pool, one); }), "constraint");
  database_.execute("ALTER TABLE ledger.outbox DROP CONSTRAINT test_full");

  commit(*pool, one);

  EXPECT_THAT(
      acts(),
      ElementsAre("log.genesis", "writer.start", "writer.alive", "writer.start", "job.queued"));
  EXPECT_EQ(outbox()[2].n, 2U);
}

// A process that ends in the middle of a failover, as its operator restarts it.
TEST_F(LedgerWriter, AnAbandonedEpochSaysItsLastWordAtTheEnd) {
  const auto writer = start_writer();
  const auto pool = database_.make_pool(2, writer.get());
  commit(*pool, {job_queued(anna_), job_queued(ben_)});
  {
    store::Transaction transaction = pool->begin();
    writer->stage(transaction, std::vector<ledger::Event>{job_queued(anna_)})
        ->settle(store::CommitFate::Unknown);
  }

  writer->stop();

  EXPECT_EQ(acts().back(), "writer.alive");
  EXPECT_EQ(outbox().back().fields, "upto=3;");
  EXPECT_EQ(outbox().back().n, 4U);
}

/// The next year's log is opened while an epoch of this one is running.
class LedgerWriterInTwoLogs : public LedgerWriter {
 protected:
  void open_next_log() {
    const auto next = ledger::Origin::parse("audit.example.test/dsar/2027").value();
    const auto key = ledger::NoteKey::create(
        next.text(),
        crypto::SigningKey::from_seed(Bytes(32, std::byte{0x5b})).value().public_key());
    const auto opened = store::open_next_log(
        database_.pool(),
        {.origin = next, .key = key.value(), .last_signed = {0, ledger::empty_root()}},
        keys_,
        clock_,
        random_);
    ASSERT_THAT(opened, IsOk());
  }

  /// `act number fields` of what waits for a log.
  [[nodiscard]] std::vector<std::string> words_in(std::int64_t log_id) {
    static constexpr store::Sql kRead{
        "read_log_outbox", "SELECT leaf FROM ledger.outbox WHERE log_id = $1 ORDER BY id"};
    std::vector<std::string> words;
    store::Transaction transaction = database_.pool().begin();
    for (const store::Row& row : transaction.run(kRead, {log_id})) {
      const OutboxLeaf leaf = read_leaf(row.bytes("leaf"));
      const bool is_alive = leaf.act == "writer.alive";
      words.push_back(leaf.act + " " + std::to_string(leaf.n) +
                      (is_alive ? " " + leaf.fields : ""));
    }
    return words;
  }

  void abandon(store::LedgerWriter& writer, store::Pool& pool) {
    store::Transaction transaction = pool.begin();
    writer.stage(transaction, std::vector<ledger::Event>{job_queued(anna_)})
        ->settle(store::CommitFate::Unknown);
  }
};

TEST_F(LedgerWriterInTwoLogs, AnAbandonedEpochSaysItsLastWordInItsOwn) {
  const auto writer = start_writer();
  const auto pool = database_.make_pool(2, writer.get());
  commit(*pool, {job_queued(anna_), job_queued(ben_)});
  abandon(*writer, *pool);
  open_next_log();

  commit(*pool, {job_queued(anna_)});

  EXPECT_THAT(words_in(1),
              ElementsAre("log.genesis 0",
                          "writer.start 0",
                          "job.queued 1",
                          "job.queued 2",
                          "writer.alive 4 upto=3;"));
  EXPECT_THAT(words_in(2), ElementsAre("log.genesis 0", "writer.start 0", "job.queued 1"));
}

TEST_F(LedgerWriterInTwoLogs, AnAbandonedEpochSaysItWhenNothingIsCommittedAnyMore) {
  const auto writer = start_writer();
  const auto pool = database_.make_pool(2, writer.get());
  abandon(*writer, *pool);
  open_next_log();

  writer->keep_alive();
  writer->keep_alive();

  EXPECT_THAT(words_in(1),
              ElementsAre("log.genesis 0", "writer.start 0", "writer.alive 2 upto=1;"));
  EXPECT_THAT(words_in(2), ElementsAre("log.genesis 0", "writer.start 0"));
}

// A process that slept over the day in which its log was sealed.
TEST_F(LedgerWriterInTwoLogs, NothingIsSaidInASealedOne) {
  const auto running = start_writer();
  const auto abandoned = start_writer();
  const auto pool = database_.make_pool(2, abandoned.get());
  abandon(*abandoned, *pool);
  open_next_log();
  database_.execute("UPDATE ledger.log SET state = 'sealed' WHERE log_id = 1");

  running->keep_alive();
  abandoned->keep_alive();

  EXPECT_THAT(words_in(1), ElementsAre("log.genesis 0", "writer.start 0", "writer.start 0"));
  EXPECT_THAT(words_in(2), ElementsAre("log.genesis 0", "writer.start 0", "writer.start 0"));
  abandoned->stop();
  EXPECT_EQ(words_in(2).back(), "writer.stop 1");
}

// No number is left that would fit: nothing is said, and nothing waits.
TEST_F(LedgerWriter, AFullWindowHasNoLastWord) {
  const auto writer = start_writer(1);
  const auto pool = database_.make_pool(2, writer.get());
  const std::vector<ledger::Event> one{job_queued(anna_)};
  {
    store::Transaction transaction = pool->begin();
    writer->stage(transaction, one)->settle(store::CommitFate::Unknown);
  }

  commit(*pool, one);

  EXPECT_THAT(acts(), ElementsAre("log.genesis", "writer.start", "writer.start", "job.queued"));
}

TEST_F(LedgerWriter, SaysAliveEveryFiveMinutes) {
  const auto writer = start_writer();
  const auto pool = database_.make_pool(2, writer.get());
  commit(*pool, {job_queued(anna_)});

  writer->keep_alive();
  EXPECT_EQ(outbox().size(), 3U);
  clock_.advance(std::chrono::seconds(299));
  writer->keep_alive();
  EXPECT_EQ(outbox().size(), 3U);
  clock_.advance(std::chrono::seconds(1));
  writer->keep_alive();
  writer->keep_alive();

  const auto leaves = outbox();
  ASSERT_EQ(leaves.size(), 4U);
  EXPECT_EQ(leaves[3].act, "writer.alive");
  EXPECT_EQ(leaves[3].fields, "upto=2;");
}

TEST_F(LedgerWriter, SaysAliveAfterManyLeaves) {
  store::LedgerWriter writer(
      database_.settings(),
      {.role = "work", .build = ledger::Build::parse("0.1.0").value(), .alive_after_leaves = 3},
      keys_,
      clock_,
      random_);
  ASSERT_THAT(writer.start(), IsOk());
  const auto pool = database_.make_pool(2, &writer);

  commit(*pool, {job_queued(anna_), job_queued(anna_)});
  writer.keep_alive();
  EXPECT_EQ(acts().back(), "job.queued");
  commit(*pool, {job_queued(anna_)});
  writer.keep_alive();

  EXPECT_EQ(outbox().back().fields, "upto=4;");
}

TEST_F(LedgerWriter, StopFillsHolesAndEndsTheEpoch) {
  const auto writer = start_writer();
  const auto pool = database_.make_pool(2, writer.get());
  const std::vector<ledger::Event> two{job_queued(anna_), job_queued(anna_)};
  {
    store::Transaction transaction = pool->begin();
    const auto lost = writer->stage(transaction, two);
    commit(*pool, {job_queued(ben_)});
    lost->settle(store::CommitFate::RolledBack);
  }

  writer->stop();

  const auto leaves = outbox();
  EXPECT_THAT(acts(),
              ElementsAre("log.genesis",
                          "writer.start",
                          "job.queued",
                          "writer.void",
                          "writer.void",
                          "writer.stop"));
  EXPECT_THAT(numbers(leaves, leaves[1].writer), ElementsAre(0, 3, 1, 2, 4));
}

TEST_F(LedgerWriter, StopIsIdempotentAndLegalBeforeStart) {
  const auto never_started = make_writer();
  never_started->stop();
  const auto writer = start_writer();
  writer->stop();
  writer->stop();

  EXPECT_THAT(acts(), ElementsAre("log.genesis", "writer.start", "writer.stop"));
}

TEST_F(LedgerWriter, RefusesCommitsAfterStop) {
  const auto writer = start_writer();
  const auto pool = database_.make_pool(2, writer.get());
  writer->stop();

  EXPECT_EQ(cause_of([&] { commit(*pool, {job_queued(anna_)}); }), "ledger_stopped");
  writer->keep_alive();
  EXPECT_EQ(acts().back(), "writer.stop");
}

/// The process is asked to end while another thread keeps its writer alive.
class ClockThatInterrupts final : public Clock {
 public:
  explicit ClockThatInterrupts(const Clock& clock) : clock_(clock) {}

  void at_next_look(std::function<void()> action) { action_ = std::move(action); }

  [[nodiscard]] Instant now() const override { return clock_.now(); }

  [[nodiscard]] std::chrono::steady_clock::time_point steady_now() const override {
    if (const auto action = std::exchange(action_, nullptr)) action();
    return clock_.steady_now();
  }

  bool wait_for(std::stop_token stop, std::chrono::milliseconds /*duration*/) override {
    return stop.stop_requested();
  }

 private:
  const Clock& clock_;
  mutable std::function<void()> action_;
};

TEST_F(LedgerWriter, StoppedInTheMiddleOfKeepAliveItSaysNothingMore) {
  ClockThatInterrupts clock(clock_);
  store::LedgerWriter writer(database_.settings(),
                             {.role = "work", .build = ledger::Build::parse("0.1.0").value()},
                             keys_,
                             clock,
                             random_);
  ASSERT_THAT(writer.start(), IsOk());
  clock_.advance(std::chrono::minutes(6));
  clock.at_next_look([&] { writer.stop(); });

  writer.keep_alive();

  EXPECT_THAT(acts(), ElementsAre("log.genesis", "writer.start", "writer.stop"));
}

TEST_F(LedgerWriter, KeepAliveWithoutARunningEpochDoesNothing) {
  const auto writer = make_writer();
  writer->keep_alive();
  EXPECT_THAT(acts(), ElementsAre("log.genesis"));
  ASSERT_THAT(writer->start(), IsOk());
  writer->stop();
  clock_.advance(std::chrono::minutes(6));
  database_.execute("UPDATE ledger.log SET state = 'sealed'");

  EXPECT_NO_THROW(writer->keep_alive()) << "it no longer looks for a log";

  EXPECT_THAT(acts(), ElementsAre("log.genesis", "writer.start", "writer.stop"));
}

// It waits for the database while the process ends: no reason to call that a failure.
TEST_F(LedgerWriter, StoppedWhileKeepAliveWaitsItEndsQuietly) {
  static constexpr store::Sql kLock{"lock_logs", "LOCK TABLE ledger.log IN ACCESS EXCLUSIVE MODE"};
  static constexpr store::Sql kWaiting{
      "count_waiting",
      "SELECT count(*) AS n FROM pg_locks WHERE NOT granted AND relation = "
      "'ledger.log'::regclass"};
  const auto writer = start_writer();
  clock_.advance(std::chrono::minutes(6));
  store::Pool admin(database_.settings(), 2, nullptr);
  std::optional<store::Transaction> lock(admin.begin());
  lock->run(kLock);
  std::jthread keeping([&] { EXPECT_EQ(cause_of([&] { writer->keep_alive(); }), "none"); });
  const auto wait_for_waiting = [&](std::int64_t count) {
    SystemClock time;
    for (int look = 0; look < 1000 && admin.begin().run(kWaiting).only().integer("n") < count;
         ++look)
      time.wait_for({}, std::chrono::milliseconds(5));
  };
  wait_for_waiting(1);
  std::jthread stopping([&] { writer->stop(); });
  wait_for_waiting(2);

  lock.reset();
  keeping.join();
  stopping.join();

  EXPECT_THAT(acts(), ElementsAre("log.genesis", "writer.start", "writer.stop"));
}

TEST_F(LedgerWriter, StopLeavesTheEpochOpenWhileACommitHangs) {
  store::LedgerWriter writer(database_.settings(),
                             {.role = "work",
                              .build = ledger::Build::parse("0.1.0").value(),
                              .number_wait = std::chrono::milliseconds(20)},
                             keys_,
                             clock_,
                             random_);
  ASSERT_THAT(writer.start(), IsOk());
  const auto pool = database_.make_pool(2, &writer);
  const std::vector<ledger::Event> one{job_queued(anna_)};
  store::Transaction slow = pool->begin();
  const auto held = writer.stage(slow, one);

  writer.stop();

  EXPECT_THAT(acts(), ElementsAre("log.genesis", "writer.start"));
  held->settle(store::CommitFate::RolledBack);
}

}  // namespace
}  // namespace rightful::testing
