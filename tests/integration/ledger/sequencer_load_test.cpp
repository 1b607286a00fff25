// Many writers, slow transactions, held snapshots.

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rightful/core/failure.hpp"
#include "rightful/ledger/event.hpp"

#include "tests/integration/ledger/sequencer_fixture.hpp"

namespace rightful::testing {
namespace {

class SequencerLoad : public SequencerFixture {
 protected:
  std::unique_ptr<store::LedgerWriter> start_timed_writer(SystemClock& clock) {
    auto writer = std::make_unique<store::LedgerWriter>(
        database_.settings(),
        store::LedgerWriterSettings{.role = "work",
                                    .build = ledger::Build::parse("0.1.0").value(),
                                    .span = 32,
                                    .alive_after_leaves = 50},
        keys_,
        clock,
        random_);
    if (!writer->start()) throw std::runtime_error("the writer does not start");
    return writer;
  }

  SystemClock real_clock_;
};

// O5: numbers without a gap, although every fourth transaction rolls back, and the sequencer takes
// rows all the while.
TEST_F(SequencerLoad, ManyWritersWithRollbacks) {
  constexpr int kThreads = 32;
  constexpr int kRounds = 30;
  const auto writer = start_timed_writer(real_clock_);
  const auto pool = database_.make_pool(kThreads, writer.get());
  std::atomic<bool> is_over{false};
  std::atomic<int> committed{0};
  std::jthread sequencing([&] {
    store::Sequencer sequencer(database_.settings(), facts(100), keys_, real_clock_, random_);
    while (!is_over) {
      if (sequencer.run_batch().rows == 0) pause(std::chrono::milliseconds(2));
      writer->keep_alive();
    }
    drain(sequencer);
    sequencer.stop();
  });
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&, thread] {
        std::mt19937 random(static_cast<std::uint32_t>(thread));
        static constexpr store::Sql kFail{"fail", "SELECT 1 / ($1::int - $1::int)"};
        for (int round = 0; round < kRounds; ++round) {
          store::Transaction transaction = pool->begin();
          const std::vector<ledger::Event> facts(1 + random() % 3, job_queued(anna_));
          if (random() % 4 == 0) {
            const auto staged = writer->stage(transaction, facts);
            EXPECT_THROW(transaction.run(kFail, {1}), Failure);
            staged->settle(store::CommitFate::RolledBack);
            continue;
          }
          for (const ledger::Event& fact : facts)
            transaction.record(fact);
          transaction.commit();
          committed += static_cast<int>(facts.size());
        }
      });
    }
  }
  writer->stop();
  is_over = true;
  sequencing.join();

  EXPECT_EQ(places_of("job.queued").size(), static_cast<std::size_t>(committed));
  EXPECT_EQ(count("ledger.rejected"), 0);
  EXPECT_EQ(places_of("log.gap").size(), 0U);
  EXPECT_EQ(count("ledger.outbox"), 0);
  expect_sound();
}

/// Clients that all commit at once while nothing gets into the outbox.
class CommitsUnderWay : public SequencerLoad {
 protected:
  static constexpr int kClients = 12;

  /// @param expected  that many are waited for; then it is seen that no more come.
  /// @return how many have reached the server.
  std::int64_t held_up(store::Pool& clients, std::int64_t expected) {
    std::atomic<int> begun{0};
    std::vector<std::jthread> threads;  // they end when the lock behind them has
    store::ConnectionSettings patient = database_.settings();
    patient.idle_in_transaction_timeout = std::chrono::minutes(10);
    store::Pool holders(patient, 1, nullptr);
    store::Transaction holder = holders.begin();
    holder.run(kLock);
    for (int client = 0; client < kClients; ++client) {
      threads.emplace_back([&] {
        try {
          store::Transaction transaction = clients.begin();
          transaction.record(job_queued(anna_));
          ++begun;
          transaction.commit();
        } catch (const Failure& failure) {
          ADD_FAILURE() << failure.cause() << ": " << failure.what();
        }
      });
    }
    std::int64_t waiting = 0;
    int looks = 0;
    for (int unchanged = 0; unchanged < 30 || (waiting < expected && looks < 1000); ++unchanged) {
      ++looks;
      pause(std::chrono::milliseconds(20));
      const std::int64_t now = count(
          "pg_locks WHERE relation = 'ledger.outbox'::regclass AND mode = 'RowExclusiveLock' AND "
          "NOT granted");
      if (now != waiting || begun < kClients) unchanged = 0;
      waiting = now;
    }
    return waiting;
  }

  /// Whose connections wait as long as the test holds them up.
  [[nodiscard]] std::unique_ptr<store::Pool> make_patient_pool(store::LedgerWriter& writer) const {
    store::ConnectionSettings patient = database_.settings();
    patient.statement_timeout = patient.lock_timeout = std::chrono::minutes(10);
    return std::make_unique<store::Pool>(patient, kClients, &writer);
  }

  [[nodiscard]] std::unique_ptr<store::LedgerWriter> start_patient_writer() {
    auto writer = std::make_unique<store::LedgerWriter>(
        database_.settings(),
        store::LedgerWriterSettings{.role = "work",
                                    .build = ledger::Build::parse("0.1.0").value(),
                                    .span = 32,
                                    .number_wait = std::chrono::minutes(10)},
        keys_,
        clock_,
        random_);
    if (!writer->start()) throw std::runtime_error("the writer does not start");
    return writer;
  }

  static constexpr store::Sql kLock{"lock_outbox", "LOCK TABLE ledger.outbox IN SHARE MODE"};
};

// Else clients that share the sequencer's processors leave it less and less of them.
TEST_F(CommitsUnderWay, AreFewWhileTheSequencerIsBehind) {
  add_accounts();
  const auto writer = start_patient_writer();
  const auto pool = make_patient_pool(*writer);
  for (int i = 0; i < 25; ++i) {
    store::Transaction transaction = pool->begin();
    for (int fact = 0; fact < 32; ++fact)
      transaction.record(job_queued(anna_));
    transaction.commit();
  }
  writer->keep_alive();
  EXPECT_EQ(held_up(*pool, kClients), kClients)
      << "no sequencer has been seen that could be behind";

  const auto sequencer = make_sequencer(20);
  for (int look = 0; look < 6; ++look) {
    static_cast<void>(sequencer->run_batch());
    clock_.advance(std::chrono::seconds(1));
    writer->keep_alive();
  }
  EXPECT_EQ(held_up(*pool, 4), 4);

  drain(*sequencer);
  for (int look = 0; look < 3; ++look) {  // it has nothing to do: that is not being behind
    clock_.advance(std::chrono::seconds(1));
    writer->keep_alive();
  }
  EXPECT_EQ(held_up(*pool, kClients), kClients);
  writer->stop();
  drain(*sequencer);
  EXPECT_EQ(places_of("job.queued").size(), 800U + 3 * kClients) << "nobody was turned away";
  expect_sound();
}

// O6, by the same mechanism for a shorter time: a transaction holds the lowest number and row while
// thousands pass; it commits last, and is found in its place by its number, not by its row.
TEST_F(SequencerLoad, OneTransactionIsHeldOpen) {
  static constexpr store::Sql kStage{
      "stage_by_hand",
      "INSERT INTO ledger.outbox (log_id, leaf) SELECT $1::smallint, unnest($2::bytea[])"};
  const auto sequencer = make_sequencer();
  const HandWriter slow = hand_writer();
  const HandWriter busy = hand_writer();
  stage({slow.start(keys_.ledger_enrolment_key()), busy.start(keys_.ledger_enrolment_key())});
  store::ConnectionSettings patient = database_.settings();
  patient.idle_in_transaction_timeout = std::chrono::minutes(10);
  store::Pool holders(patient, 1, nullptr);
  store::Transaction held = holders.begin();
  held.run(kStage, {1, std::vector<Bytes>{slow.leaf(1)}});
  std::uint64_t n = 1;
  for (int round = 0; round < 20; ++round) {
    std::vector<Bytes> leaves;
    for (int i = 0; i < 500; ++i)
      leaves.push_back(busy.leaf(n++));
    stage(leaves);
    clock_.advance(std::chrono::seconds(2));  // the floor below which nothing comes is asked for
    drain(*sequencer);
  }
  EXPECT_EQ(count("ledger.lookup WHERE writer_id = '" + slow.id() + "'"), 1);

  held.commit();
  stage({slow.leaf(2)});
  drain(*sequencer);

  EXPECT_EQ(count("ledger.outbox"), 0);
  EXPECT_EQ(ask("SELECT string_agg(n::text, ' ' ORDER BY idx) FROM ledger.lookup WHERE writer_id = "
                "'" +
                slow.id() + "'"),
            "0 1 2");
  EXPECT_EQ(places_of("log.gap").size(), 0U);
  expect_sound();
}

// O6, with a writer's own number: its COMMIT itself lasts for seconds, the INSERT before it done.
// Others of the same writer take numbers up to the span and wait; another writer goes on.
TEST_F(SequencerLoad, ACommitThatLastsHoldsItsNumber) {
  constexpr std::uint32_t kSpan = 8;
  constexpr int kOthers = 12;
  constexpr int kPass = 4000;
  database_.execute(
      "CREATE TABLE public.test_slow (id int);"
      "CREATE FUNCTION public.test_wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
      "PERFORM pg_advisory_xact_lock(60); RETURN NULL; END $$;"
      "CREATE CONSTRAINT TRIGGER test_slow AFTER INSERT ON public.test_slow DEFERRABLE INITIALLY "
      "DEFERRED FOR EACH ROW EXECUTE FUNCTION public.test_wait()");
  static constexpr store::Sql kHold{"hold", "SELECT pg_advisory_xact_lock(60)"};
  static constexpr store::Sql kBeSlow{"be_slow", "INSERT INTO public.test_slow VALUES (1)"};
  store::ConnectionSettings patient = database_.settings();
  patient.statement_timeout = patient.lock_timeout = patient.idle_in_transaction_timeout =
      std::chrono::minutes(10);
  store::LedgerWriter held(database_.settings(),
                           {.role = "work",
                            .build = ledger::Build::parse("0.1.0").value(),
                            .span = kSpan,
                            .number_wait = std::chrono::minutes(10)},
                           keys_,
                           real_clock_,
                           random_);
  add_accounts();
  ASSERT_TRUE(held.start().has_value());
  const auto busy = start_timed_writer(real_clock_);
  store::Pool held_pool(patient, kOthers + 1, &held);
  const auto busy_pool = database_.make_pool(2, busy.get());
  store::Pool gate_pool(patient, 1, nullptr);
  std::atomic<int> committed{0};
  std::atomic<bool> is_slow_committed{false};
  std::string slow_writer;
  std::vector<std::jthread> threads;  // what they wait for is given up before they are joined
  std::optional<store::Transaction> gate(gate_pool.begin());
  gate->run(kHold);
  std::jthread sequencing([&](const std::stop_token& stop) {
    store::Sequencer sequencer(database_.settings(), facts(), keys_, real_clock_, random_);
    while (!stop.stop_requested()) {
      if (sequencer.run_batch().rows == 0) pause(std::chrono::milliseconds(2));
    }
    drain(sequencer);
    sequencer.stop();
  });
  threads.emplace_back([&] {
    store::Transaction slow = held_pool.begin();
    slow.run(kBeSlow);
    slow.record(job_queued(anna_));
    const auto done = slow.commit();
    ASSERT_TRUE(done.has_value());
    EXPECT_THAT(done->numbers, ::testing::ElementsAre(1U));
    slow_writer = done->writer.text();
    is_slow_committed = true;
  });
  const std::string waits =
      "pg_locks WHERE locktype = 'advisory' AND objid = 60 AND NOT granted AND database = (SELECT "
      "oid FROM pg_database WHERE datname = current_database())";
  for (int look = 0; look < 1000 && count(waits) == 0; ++look)
    pause(std::chrono::milliseconds(10));
  ASSERT_EQ(count(waits), 1) << "the COMMIT does not wait";
  const auto begin = std::chrono::steady_clock::now();
  for (int other = 0; other < kOthers; ++other) {
    threads.emplace_back([&] {
      store::Transaction transaction = held_pool.begin();
      transaction.record(job_queued(ben_));
      transaction.commit();
      ++committed;
    });
  }
  for (int passed = 0; passed < kPass; passed += 20) {
    store::Transaction transaction = busy_pool->begin();
    for (int i = 0; i < 20; ++i)
      transaction.record(job_queued(ben_));
    transaction.commit();
    busy->keep_alive();
  }
  const auto in_log = [this] { return count("ledger.lookup WHERE act = 'job.queued'"); };
  const auto expected = static_cast<std::int64_t>(kPass + kSpan - 1);
  const auto is_reached = [&] {  // in the log before the one who committed it is told
    return in_log() >= expected && committed >= static_cast<int>(kSpan) - 1;
  };
  for (int look = 0; look < 2000 && (!is_reached() || std::chrono::steady_clock::now() <
                                                          begin + std::chrono::seconds(4));
       ++look)
    pause(std::chrono::milliseconds(20));

  EXPECT_EQ(committed, static_cast<int>(kSpan) - 1) << "numbers 2 to 8; the next one waits";
  EXPECT_EQ(in_log(), expected) << "what another writer says does not wait";
  EXPECT_FALSE(is_slow_committed);
  gate.reset();
  threads.clear();
  held.stop();
  busy->stop();
  sequencing.request_stop();
  sequencing.join();

  EXPECT_EQ(committed, kOthers);
  EXPECT_EQ(in_log(), kPass + kOthers + 1);
  EXPECT_EQ(count("ledger.lookup WHERE n = 1 AND writer_id = '" + slow_writer + "' AND idx > " +
                  std::to_string(kPass)),
            1);
  EXPECT_EQ(
      count("ledger.writer WHERE stopped_idx IS NOT NULL AND writer_id = '" + slow_writer + "'"),
      1);
  EXPECT_EQ(count("ledger.rejected"), 0);
  EXPECT_EQ(places_of("log.gap").size(), 0U);
  EXPECT_EQ(count("incident"), 0);
  EXPECT_EQ(count("ledger.outbox"), 0);
  expect_sound();
}

/// What the queue's table and index have given out so far. Statistics of a connection arrive when a
/// second has passed since the last ones.
struct QueueWork {
  std::int64_t entries = 0;  ///< of the index, dead ones too
  std::int64_t blocks = 0;   ///< of table and index, also what staging touches

  QueueWork operator-(const QueueWork& other) const {
    return {.entries = entries - other.entries, .blocks = blocks - other.blocks};
  }
};

// Of a run by hand.
std::optional<std::uint64_t> number_in(const char* variable) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): tests do not change their environment.
  const char* const text = std::getenv(variable);
  if (text == nullptr) return std::nullopt;
  return std::stoull(text);
}

class QueueLoad : public SequencerLoad {
 protected:
  QueueLoad() {
    stage({writer_.start(keys_.ledger_enrolment_key())});
    drain(*sequencer_);
  }

  void stage_leaves(int count) {
    std::vector<Bytes> leaves;
    for (int i = 0; i < count; ++i)
      leaves.push_back(writer_.leaf(n_++));
    stage(leaves);
  }

  void run_full_batch() {
    clock_.advance(std::chrono::seconds(1));
    ++batches_;
    EXPECT_EQ(sequencer_->run_batch().rows, kRows);
  }

  /// The one in the middle of some, without the staging.
  [[nodiscard]] double batch_lasts_ms(const std::function<void()>& stage_more) {
    std::array<double, 31> lasted{};
    for (double& one : lasted) {
      stage_more();
      const auto begun = std::chrono::steady_clock::now();
      run_full_batch();
      one = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun)
                .count();
    }
    std::ranges::nth_element(lasted, lasted.begin() + lasted.size() / 2);
    return lasted[lasted.size() / 2];
  }

  [[nodiscard]] QueueWork work() {
    pause(std::chrono::milliseconds(1100));
    run_full_batch();  // tells what its connection has done
    return read_work();
  }

  [[nodiscard]] QueueWork read_work() {
    return {.entries = std::stoll(ask("SELECT sum(idx_tup_read) FROM pg_stat_all_indexes WHERE "
                                      "relid = 'ledger.outbox'::regclass")),
            .blocks = std::stoll(ask("SELECT heap_blks_read + heap_blks_hit + idx_blks_read + "
                                     "idx_blks_hit FROM pg_statio_all_tables WHERE "
                                     "relid = 'ledger.outbox'::regclass"))};
  }

  /// Of one batch, among some. Once a minute a batch looks at everything: it is not among them.
  [[nodiscard]] QueueWork work_of_a_batch(const std::function<void()>& stage_more) {
    while (batches_ % 60 < 2 || batches_ % 60 > 60 - kMeasured - 4) {
      stage_more();
      run_full_batch();
    }
    stage_more();
    const QueueWork before = work();
    for (int batch = 1; batch < kMeasured; ++batch) {
      stage_more();
      run_full_batch();
    }
    stage_more();
    const QueueWork all = work() - before;
    return {.entries = all.entries / kMeasured, .blocks = all.blocks / kMeasured};
  }

  /// The first batch of a process, which knows nothing of what was taken.
  [[nodiscard]] QueueWork work_of_a_newcomer(const std::function<void()>& stage_more) {
    stage_more();
    const QueueWork before = read_work();
    {
      const auto newcomer = make_sequencer(kRows);
      EXPECT_EQ(newcomer->run_batch().rows, kRows);
    }  // its connection tells at its end
    QueueWork after = read_work();
    for (int look = 0; look < 200 && after.entries == before.entries; ++look) {
      pause(std::chrono::milliseconds(20));
      after = read_work();
    }
    return after - before;
  }

  static constexpr std::size_t kRows = 1000;
  static constexpr int kMeasured = 8;
  const std::unique_ptr<store::Sequencer> sequencer_ = make_sequencer(kRows);
  const HandWriter writer_ = hand_writer();
  std::uint64_t n_ = 1;
  int batches_ = 0;
};

// O7: a snapshot is held while rows pass, so that none that was taken can be cleaned away. A batch
// does at most three times the work that it did before. By default nine of ten rows pass without
// being sequenced; with RIGHTFUL_HELD_LEAVES each is a leaf, that many, and with
// RIGHTFUL_HELD_MINUTES they are spread over that time (tests/README.md).
TEST_F(QueueLoad, AHeldSnapshotDoesNotSlowTheBatches) {
  static constexpr store::Sql kLook{"look", "SELECT count(*) AS n FROM ledger.log"};
  const auto wanted = number_in("RIGHTFUL_HELD_LEAVES");
  const std::chrono::minutes held(number_in("RIGHTFUL_HELD_MINUTES").value_or(0));
  // What a vacuum reads is no batch's work.
  if (!wanted) database_.execute("ALTER TABLE ledger.outbox SET (autovacuum_enabled = false)");
  store::ConnectionSettings patient = database_.settings();
  patient.idle_in_transaction_timeout = std::chrono::hours(2);
  store::Pool readers(patient, 1, nullptr);
  store::Transaction reader = readers.begin(store::Isolation::RepeatableRead);
  reader.run(kLook);
  const auto stage_more = [this] { stage_leaves(kRows); };
  const QueueWork first = work_of_a_batch(stage_more);

  if (wanted) {
    const double before_ms = batch_lasts_ms(stage_more);
    const auto begun = std::chrono::steady_clock::now();
    for (std::uint64_t passed = 0; passed < *wanted; passed += kRows) {
      stage_more();
      run_full_batch();
      const double share = static_cast<double>(passed + kRows) / static_cast<double>(*wanted);
      const auto due = begun + std::chrono::duration_cast<std::chrono::nanoseconds>(share * held);
      pause(std::max(std::chrono::nanoseconds(0), due - std::chrono::steady_clock::now()));
    }
    const double after_ms = batch_lasts_ms(stage_more);
    std::cout << "a batch lasts " << before_ms << " ms before and " << after_ms << " ms after "
              << *wanted << " leaves in " << held.count() << " minutes\n";
    EXPECT_LE(after_ms, 3 * before_ms);
    EXPECT_EQ(count("ledger.entry"), static_cast<std::int64_t>(head_size()));
  } else {
    for (int round = 0; round < 9; ++round) {
      for (const std::string change :
           {"INSERT INTO ledger.outbox (log_id, leaf) SELECT 1, decode(repeat('78', 200), 'hex') "
            "FROM generate_series(1, 20000)",
            "DELETE FROM ledger.outbox"})
        database_.execute_as_admin(change);
      stage_more();
      run_full_batch();
    }
  }
  database_.execute_as_admin("ANALYZE ledger.outbox");  // of an empty queue: another plan for it?
  const QueueWork last = work_of_a_batch(stage_more);
  stage_more();
  static_cast<void>(work());
  const QueueWork control = work_of_a_newcomer(stage_more);

  RecordProperty("first_entries", static_cast<int>(first.entries));
  RecordProperty("last_entries", static_cast<int>(last.entries));
  RecordProperty("first_blocks", static_cast<int>(first.blocks));
  RecordProperty("last_blocks", static_cast<int>(last.blocks));
  std::cout << "a batch reads " << first.entries << " entries and " << first.blocks
            << " blocks before, " << last.entries << " and " << last.blocks << " after "
            << ask("SELECT pg_sequence_last_value('ledger.outbox_id_seq')") << " rows\n";
  EXPECT_GE(first.entries, static_cast<std::int64_t>(kRows)) << "nothing was counted";
  EXPECT_LE(last.entries, 3 * first.entries);
  EXPECT_LE(last.blocks, 3 * first.blocks);
  EXPECT_GE(control.entries, static_cast<std::int64_t>(wanted.value_or(200'000) / 10 * 9))
      << "what was taken is still there, and is counted";
  EXPECT_GE(
      count("pg_stat_activity WHERE backend_xmin IS NOT NULL AND state = 'idle in transaction'"),
      1);
}

// A queue that nobody has analysed: what a batch does is not a matter of how many rows wait.
TEST_F(QueueLoad, ALongQueueDoesNotSlowTheBatches) {
  database_.execute("ALTER TABLE ledger.outbox SET (autovacuum_enabled = false)");
  const auto stage_more = [this] { stage_leaves(kRows); };
  const QueueWork first = work_of_a_batch(stage_more);
  for (int round = 0; round < 60; ++round)
    stage_leaves(kRows);

  const QueueWork last = work_of_a_batch([] {});

  std::cout << "a batch reads " << first.entries << " entries and " << first.blocks
            << " blocks alone, " << last.entries << " and " << last.blocks
            << " before a long queue\n";
  EXPECT_GE(first.entries, static_cast<std::int64_t>(kRows)) << "nothing was counted";
  EXPECT_LE(last.entries, 3 * first.entries);
  EXPECT_LE(last.blocks, 3 * first.blocks);
}

// A promoted standby that lagged behind gives numbers out again that the sequencer has passed: they
// are taken at once, with a new connection, and through a pooler that hides the change.
TEST_F(SequencerLoad, NumbersThatComeAgainAreTaken) {
  const auto sequencer = make_sequencer();
  const HandWriter writer = hand_writer();
  stage({writer.start(keys_.ledger_enrolment_key())});
  std::uint64_t n = 1;
  const auto raise_the_floor = [&] {
    for (int batch = 0; batch < 6; ++batch) {
      std::vector<Bytes> leaves;
      for (int i = 0; i < 50; ++i)
        leaves.push_back(writer.leaf(n++));
      stage(leaves);
      clock_.advance(std::chrono::seconds(2));
      drain(*sequencer);
    }
  };
  const auto go_back = [&] {
    database_.execute_as_admin("ALTER SEQUENCE ledger.outbox_id_seq RESTART WITH 10");
    stage({writer.leaf(n++)});
    ASSERT_EQ(ask("SELECT id FROM ledger.outbox"), "10");
  };
  raise_the_floor();

  go_back();
  EXPECT_EQ(sequencer->run_batch().rows, 0U) << "there was a floor";
  database_.execute_as_admin(
      "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = "
      "'rightful-sequencer' AND datname = current_database()");
  EXPECT_THROW(static_cast<void>(sequencer->run_batch()), Failure);
  EXPECT_EQ(sequencer->run_batch().rows, 1U);

  database_.execute_as_admin("ALTER SEQUENCE ledger.outbox_id_seq RESTART WITH 1000");
  raise_the_floor();
  go_back();
  clock_.advance(std::chrono::seconds(1));
  EXPECT_EQ(sequencer->run_batch().rows, 1U);
  EXPECT_EQ(count("ledger.outbox"), 0);
  expect_sound();
}

// A backlog goes in full batches, each checked while the one before is committed.
TEST_F(SequencerLoad, DrainsABacklog) {
  constexpr std::uint64_t kLeaves = 20'000;
  const HandWriter writer = hand_writer();
  stage({writer.start(keys_.ledger_enrolment_key())});
  for (std::uint64_t n = 1; n <= kLeaves;) {
    std::vector<Bytes> leaves;
    for (; leaves.size() < 2000 && n <= kLeaves; ++n)
      leaves.push_back(writer.leaf(n));
    stage(leaves);
  }
  const auto sequencer = make_sequencer();
  const auto begin = std::chrono::steady_clock::now();
  std::size_t batches = 0;
  while (sequencer->run_batch().is_full)
    ++batches;
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  RecordProperty("leaves_per_second", static_cast<int>(kLeaves / seconds.count()));

  EXPECT_EQ(batches, (kLeaves + 2) / 1024);
  EXPECT_EQ(count("ledger.outbox"), 0);
  expect_sound();
}

// O12: a writer that is killed leaves its numbers open, and nothing is missing below them. One that
// stands still is the subject of paused_writer_test.cpp.
TEST_F(SequencerLoad, AKilledWriterLeavesNoGap) {
  const auto sequencer = make_sequencer();
  {
    const auto writer = start_writer();
    const auto pool = database_.make_pool(2, writer.get());
    store::Transaction open = pool->begin();
    const auto staged = writer->stage(open, std::vector<ledger::Event>{job_queued(anna_)});
    store::Transaction other = pool->begin();
    other.record(job_queued(ben_));
    other.commit();
    staged->settle(store::CommitFate::Unknown);
  }  // both die: number 1 stays open for ever
  const auto next = start_writer();
  next->stop();
  drain(*sequencer);
  clock_.advance(std::chrono::minutes(10));
  drain(*sequencer);

  EXPECT_EQ(places_of("job.queued").size(), 1U);
  EXPECT_EQ(places_of("log.gap").size(), 0U);
  EXPECT_EQ(ask("SELECT count(*) FROM ledger.writer WHERE stopped_idx IS NULL AND seen <> 0"), "1");
  expect_sound();
}

}  // namespace
}  // namespace rightful::testing
