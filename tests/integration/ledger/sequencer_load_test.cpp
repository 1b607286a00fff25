// Many writers, slow transactions, held snapshots.

#include <algorithm>
#include <atomic>
#include <random>
#include <thread>

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

// O7, scaled: a snapshot is held while 60,000 leaves pass, so that no row that was taken can be
// cleaned away. The last batches take at most three times as long as the first ones.
TEST_F(SequencerLoad, AHeldSnapshotDoesNotSlowTheBatches) {
  static constexpr store::Sql kLook{"look", "SELECT count(*) AS n FROM ledger.log"};
  constexpr int kBatches = 60;
  const auto sequencer = make_sequencer();
  const HandWriter writer = hand_writer();
  stage({writer.start(keys_.ledger_enrolment_key())});
  drain(*sequencer);
  store::ConnectionSettings patient = database_.settings();
  patient.idle_in_transaction_timeout = std::chrono::minutes(10);
  store::Pool readers(patient, 1, nullptr);
  store::Transaction reader = readers.begin(store::Isolation::RepeatableRead);
  reader.run(kLook);
  std::vector<std::chrono::microseconds> times;
  std::uint64_t n = 1;
  for (int batch = 0; batch < kBatches; ++batch) {
    std::vector<Bytes> leaves;
    for (int i = 0; i < 1000; ++i)
      leaves.push_back(writer.leaf(n++));
    stage(leaves);
    clock_.advance(std::chrono::seconds(1));
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(sequencer->run_batch().rows, 1000U);
    times.push_back(std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now() - begin));
  }
  // The quickest of each: a busy machine slows batches down, and never makes one faster.
  const auto first = *std::min_element(times.begin(), times.begin() + 15);
  const auto last = *std::min_element(times.end() - 15, times.end());
  RecordProperty("first_batches_us", static_cast<int>(first.count()));
  RecordProperty("last_batches_us", static_cast<int>(last.count()));

  EXPECT_LE(last.count(), 3 * first.count());
  // What the floor is for: the plan of the taking statement does not walk over what is gone.
  EXPECT_EQ(count("ledger.outbox"), 0);
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

// O12: a writer that is killed leaves its numbers open, and nothing is missing below them; one that
// stood still for long goes on where it was.
TEST_F(SequencerLoad, APausedWriterGoesOn) {
  const auto sequencer = make_sequencer();
  const auto writer = start_writer();
  const auto pool = database_.make_pool(2, writer.get());
  const auto commit_one = [&] {
    store::Transaction transaction = pool->begin();
    transaction.record(job_queued(anna_));
    transaction.commit();
  };
  commit_one();
  drain(*sequencer);
  for (int minutes = 0; minutes < 20; minutes += 5) {
    clock_.advance(std::chrono::minutes(5));
    drain(*sequencer);
  }
  commit_one();
  writer->keep_alive();
  drain(*sequencer);

  EXPECT_EQ(places_of("job.queued").size(), 2U);
  EXPECT_EQ(places_of("log.gap").size(), 0U);
  expect_sound();
}

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
