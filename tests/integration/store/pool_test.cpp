#include "rightful/store/pool.hpp"

#include <atomic>
#include <chrono>
#include <optional>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/test_database.hpp"

namespace rightful::store {
namespace {

using namespace std::chrono_literals;
using rightful::testing::TestDatabase;

constexpr Sql kOne{"one", "SELECT 1 AS one"};
constexpr Sql kPid{"pid", "SELECT pg_backend_pid() AS pid"};

class PoolTest : public ::testing::Test {
 protected:
  ConnectionSettings hasty() {
    ConnectionSettings settings = database_.settings();
    settings.acquire_timeout = 50ms;
    return settings;
  }

  static std::int64_t pid_of(Pool& pool) { return pool.begin().run(kPid).only().integer("pid"); }

  TestDatabase database_ = TestDatabase::create_empty();
};

TEST_F(PoolTest, OpensNothingBeforeItIsAsked) {
  const Pool pool(database_.settings(), 3, nullptr);

  EXPECT_EQ(pool.facts().open, 0U);
}

TEST_F(PoolTest, UsesTheSameConnectionAgain) {
  Pool pool(database_.settings(), 3, nullptr);

  const auto first = pid_of(pool);
  const auto second = pid_of(pool);

  EXPECT_EQ(first, second);
  EXPECT_EQ(pool.facts().open, 1U);
  EXPECT_EQ(pool.facts().idle, 1U);
}

TEST_F(PoolTest, RefusesWhenAllAreInUse) {
  Pool pool(hasty(), 2, nullptr);
  const Transaction first = pool.begin();
  const Transaction second = pool.begin();

  try {
    const Transaction third = pool.begin();
    FAIL();
  } catch (const DatabaseFailure& failure) {
    EXPECT_EQ(failure.cause(), "pool_exhausted");
    EXPECT_EQ(failure.retry(), Retry::Later);
  }
  EXPECT_EQ(pool.facts().open, 2U);
}

TEST_F(PoolTest, WaitsForAConnectionThatComesBack) {
  Pool pool(database_.settings(), 1, nullptr);
  std::optional<Transaction> held(pool.begin());
  std::jthread waiter([&] { EXPECT_NO_THROW(pool.begin().run(kOne)); });
  while (pool.facts().waiting == 0)
    std::this_thread::yield();

  held.reset();

  waiter.join();
  EXPECT_EQ(pool.facts().open, 1U);
}

TEST_F(PoolTest, NeverOpensMoreThanItsSize) {
  Pool pool(database_.settings(), 3, nullptr);
  std::atomic<int> inside{0};
  std::atomic<int> most{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&] {
        for (int round = 0; round < 20; ++round) {
          Transaction transaction = pool.begin();
          const int now = ++inside;
          int seen = most.load();
          while (now > seen && !most.compare_exchange_weak(seen, now)) {
          }
          transaction.run(kOne);
          --inside;
        }
      });
    }
  }

  EXPECT_LE(most.load(), 3);
  EXPECT_LE(pool.facts().open, 3U);
}

TEST_F(PoolTest, ThrowsAwayABrokenConnection) {
  static constexpr Sql kSuicide{"suicide", "SELECT pg_terminate_backend(pg_backend_pid())"};
  Pool pool(database_.settings(), 1, nullptr);
  const auto before = pid_of(pool);
  EXPECT_THROW(pool.begin().run(kSuicide), DatabaseFailure);
  EXPECT_EQ(pool.facts().open, 0U);

  EXPECT_NE(pid_of(pool), before);
}

TEST_F(PoolTest, ReplacesWhatWasLostWhileIdle) {
  static constexpr Sql kKillOthers{
      "kill_others",
      "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
      "WHERE datname = current_database() AND pid <> pg_backend_pid()"};
  Pool pool(database_.settings(), 2, nullptr);
  {
    const Transaction first = pool.begin();
    const Transaction second = pool.begin();
  }
  Pool other(database_.settings(), 1, nullptr);
  other.begin().run(kKillOthers);

  EXPECT_NO_THROW(pool.begin().run(kOne));
  EXPECT_EQ(pool.facts().open, 1U);
}

TEST_F(PoolTest, SaysThatNoServerAnswers) {
  ConnectionSettings settings = database_.settings();
  settings.url = "postgresql:///nothing?host=/nonexistent-folder";
  Pool pool(settings, 1, nullptr);
  for (int round = 0; round < 3; ++round) {  // the slot comes back each time
    try {
      const Transaction transaction = pool.begin();
      FAIL();
    } catch (const DatabaseFailure& failure) {
      EXPECT_EQ(failure.cause(), "database_lost");
      EXPECT_STREQ(failure.what(), "cannot connect to the database: no server answers");
    }
  }
}

TEST_F(PoolTest, MalformedUrlIsNotRepeated) {
  ConnectionSettings settings = database_.settings();
  settings.url = "postgresql://user:secret-7781@[bad";
  Pool pool(settings, 1, nullptr);
  try {
    const Transaction transaction = pool.begin();
    FAIL();
  } catch (const DatabaseFailure& failure) {
    EXPECT_EQ(failure.retry(), Retry::Never);
    EXPECT_STREQ(failure.what(), "the database URL is malformed");
  }
}

TEST_F(PoolTest, CloseIdleLetsGo) {
  Pool pool(database_.settings(), 2, nullptr);
  EXPECT_NO_THROW(pool.begin().run(kOne));

  pool.close_idle();

  EXPECT_EQ(pool.facts().open, 0U);
}

}  // namespace
}  // namespace rightful::store
