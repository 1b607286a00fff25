// Through a connection pooler of the real world (PgBouncer, transaction pooling) no session is ours
// alone: what must hold is set in every transaction, and nothing is prepared.
#include <optional>

#include <gtest/gtest.h>

#include "rightful/ledger/event.hpp"
#include "rightful/store/pool.hpp"

#include "tests/support/connection_pooler.hpp"
#include "tests/support/test_database.hpp"

namespace rightful::store {
namespace {

using rightful::testing::ConnectionPooler;
using rightful::testing::TestDatabase;

constexpr Sql kSpoil{"spoil",
                     "SELECT set_config('search_path', 'nowhere', false), "
                     "set_config('synchronous_commit', 'off', false)"};
constexpr Sql kShow{"show",
                    "SELECT current_setting('search_path') AS path, "
                    "current_setting('synchronous_commit') AS sync, "
                    "current_setting('idle_in_transaction_session_timeout') AS idle"};
constexpr Sql kMake{"make", "CREATE TABLE IF NOT EXISTS fact (id integer)"};
constexpr Sql kCount{"count", "SELECT count(*) AS n FROM fact"};
constexpr Sql kInsert{"insert_fact", "INSERT INTO fact VALUES (1)"};

class PoolerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!ConnectionPooler::is_installed())
      GTEST_SKIP() << "pgbouncer is not installed (docker/test-packages.txt)";
    pooler_.emplace(database_.url(), 1);
  }

  [[nodiscard]] ConnectionSettings pooled() const {
    ConnectionSettings settings = database_.settings();
    settings.url = pooler_->url(database_.name());
    return settings;
  }

  TestDatabase database_ = TestDatabase::create();
  std::optional<ConnectionPooler> pooler_;
};

TEST_F(PoolerTest, SettingsHoldWhoeverHadTheBackendBefore) {
  Pool one(pooled(), 1, nullptr);
  Pool other(pooled(), 1, nullptr);
  {
    Transaction transaction = one.begin();
    transaction.run(kSpoil);
    transaction.commit();
  }

  const Row row = other.begin().run(kShow).only();

  EXPECT_EQ(row.text("path"), "public, pg_temp");
  EXPECT_EQ(row.text("sync"), "on");
  EXPECT_EQ(row.text("idle"), "30s");
}

TEST_F(PoolerTest, LeavesGoWithTheCommitOfTheirTransaction) {
  rightful::testing::CollectingRecorder recorder;
  Pool one(pooled(), 1, &recorder);
  Pool other(pooled(), 1, &recorder);
  const ledger::Event event(ledger::System{},
                            ledger::events::LogHeartbeat{.oldest_ms = 1, .size = 1, .writers = 1});

  for (Pool* pool : {&one, &other, &one, &other}) {
    Transaction transaction = pool->begin();
    transaction.run(kMake);
    transaction.run(kInsert);
    transaction.record(event);
    transaction.commit();
  }

  EXPECT_EQ(recorder.events().size(), 4U);
  EXPECT_EQ(one.begin().run(kCount).only().integer("n"), 4);
}

}  // namespace
}  // namespace rightful::store
