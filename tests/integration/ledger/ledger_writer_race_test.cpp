// Many threads, random rollbacks: no gap, no replay, no lost number, one key a person.

#include <barrier>
#include <latch>
#include <random>
#include <set>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rightful/ledger/event.hpp"
#include "rightful/store/ledger_writer.hpp"

#include "tests/integration/ledger/ledger_fixture.hpp"

namespace rightful::testing {
namespace {

constexpr store::Sql kCountKeys{"count_keys",
                                "SELECT count(*) AS n FROM ledger_secret.subject_key"};
constexpr store::Sql kCrash{"crash_transaction", "SELECT 1 / ($1::int - $1::int)"};

class LedgerWriterRace : public LedgerFixture {
 protected:
  LedgerWriterRace() { open_log(); }

  // Commits or rolls back, `rounds` times.
  static void work(store::Pool& pool, const ledger::Event& event, std::uint32_t seed, int rounds) {
    std::mt19937 random(seed);
    for (int i = 0; i < rounds; ++i) {
      store::Transaction transaction = pool.begin();
      const std::uint32_t count = 1 + random() % 4;
      for (std::uint32_t k = 0; k < count; ++k)
        transaction.record(event);
      if (random() % 4 == 0) continue;  // rolled back before it took numbers
      transaction.commit();
    }
  }
};

TEST_F(LedgerWriterRace, NumbersHaveNoGap) {
  constexpr int kThreads = 8;
  const auto writer = start_writer(8);
  const auto pool = database_.make_pool(kThreads, writer.get());
  {
    std::vector<std::jthread> threads;
    for (std::uint32_t i = 0; i < kThreads; ++i) {
      threads.emplace_back([&, i] { work(*pool, job_queued(anna_), i, 40); });
    }
  }

  writer->keep_alive();
  writer->stop();

  // outbox() checks windows and that writer.stop is complete.
  const auto leaves = outbox();
  EXPECT_EQ(leaves.back().act, "writer.stop");
  EXPECT_EQ(leaves.back().n + 2, leaves.size());
}

// Transactions that hold numbers and roll back, between others that commit.
TEST_F(LedgerWriterRace, RolledBackNumbersComeBack) {
  constexpr int kThreads = 8;
  const auto writer = start_writer(8);
  const auto pool = database_.make_pool(kThreads, writer.get());
  const std::vector<ledger::Event> two{job_queued(anna_), job_queued(anna_)};
  {
    std::vector<std::jthread> threads;
    for (std::uint32_t i = 0; i < kThreads; ++i) {
      threads.emplace_back([&, i] {
        if (i % 2 == 0) {
          work(*pool, job_queued(ben_), i, 30);
          return;
        }
        for (int round = 0; round < 30; ++round) {
          store::Transaction transaction = pool->begin();
          const auto staged = writer->stage(transaction, two);
          EXPECT_THROW(transaction.run(kCrash, {1}), Failure);
          staged->settle(store::CommitFate::RolledBack);
        }
      });
    }
  }

  writer->stop();

  const auto leaves = outbox();
  EXPECT_EQ(leaves.back().act, "writer.stop");
  EXPECT_EQ(leaves.back().n + 2, leaves.size());
}

// Whoever wins: either the waiting commit comes before writer.stop, or it is refused.
TEST_F(LedgerWriterRace, NothingFollowsTheStop) {
  for (int round = 0; round < 5; ++round) {
    const auto writer = start_writer(1);
    const auto pool = database_.make_pool(2, writer.get());
    const std::vector<ledger::Event> one{job_queued(ben_)};
    store::Transaction slow = pool->begin();
    const auto held = writer->stage(slow, one);
    {
      const std::jthread waiting([&] {
        try {
          store::Transaction transaction = pool->begin();
          transaction.record(job_queued(anna_));
          transaction.commit();
        } catch (const Failure& failure) {
          EXPECT_EQ(failure.cause(), "ledger_stopped");
        }
      });
      const std::jthread stopping([&] { writer->stop(); });
      held->settle(store::CommitFate::RolledBack);
    }
    EXPECT_EQ(outbox().back().act, "writer.stop");
  }
}

// `writer.alive` is always due. Whoever wins, and whatever it waits for: the last leaf is the stop.
TEST_F(LedgerWriterRace, NothingKeepsAStoppedWriterAlive) {
  for (int round = 0; round < 40; ++round) {
    store::LedgerWriter writer(
        database_.settings(),
        {.role = "work", .build = ledger::Build::parse("0.1.0").value(), .alive_after_leaves = 0},
        keys_,
        clock_,
        random_);
    ASSERT_TRUE(writer.start().has_value());
    std::latch begin(3);
    {
      std::vector<std::jthread> keeping;
      for (int thread = 0; thread < 2; ++thread) {
        keeping.emplace_back([&] {
          begin.arrive_and_wait();
          for (int time = 0; time < 4; ++time)
            EXPECT_NO_THROW(writer.keep_alive());
        });
      }
      begin.arrive_and_wait();
      SystemClock().wait_for({}, std::chrono::milliseconds(round % 5));
      writer.stop();
    }
    const auto leaves = outbox();  // checks that nothing follows it
    ASSERT_EQ(leaves.back().act, "writer.stop") << "round " << round;
  }
}

TEST_F(LedgerWriterRace, APersonGetsOneKey) {
  constexpr int kThreads = 6;
  const auto writer = start_writer();
  const auto pool = database_.make_pool(kThreads, writer.get());
  std::barrier gate(kThreads);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&, i] {
        store::Transaction transaction = pool->begin();
        // Both persons, in either order: locks are taken in the order of the tags.
        transaction.record(job_queued(i % 2 == 0 ? anna_ : ben_));
        transaction.record(job_queued(i % 2 == 0 ? ben_ : anna_));
        gate.arrive_and_wait();
        transaction.commit();
      });
    }
  }

  std::set<std::string> pseudonyms;
  for (const OutboxLeaf& leaf : outbox()) {
    if (leaf.act == "job.queued") pseudonyms.insert(leaf.subj);
  }
  EXPECT_EQ(pseudonyms.size(), 2U);
  store::Transaction transaction = database_.pool().begin();
  EXPECT_EQ(transaction.run(kCountKeys).only().integer("n"), 2);
}

}  // namespace
}  // namespace rightful::testing
