// Through a connection pooler of the real world (PgBouncer, transaction pooling) no session is ours
// alone: what must hold is set in every transaction, and nothing is prepared.
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "rightful/core/clock.hpp"
#include "rightful/core/subprocess.hpp"
#include "rightful/ledger/event.hpp"
#include "rightful/store/pool.hpp"

#include "store/server_user.hpp"
#include "tests/support/test_database.hpp"

namespace rightful::store {
namespace {

using namespace std::chrono_literals;
using rightful::testing::TestDatabase;
using rightful::testing::TestFolder;

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

/// `host=` of a URL as TestDatabase makes them.
std::string socket_folder(const std::string& url) {
  const auto from = url.find("host=") + 5;
  std::string folder = url.substr(from, url.find('&', from) - from);
  for (auto at = folder.find("%2F"); at != std::string::npos; at = folder.find("%2F"))
    folder.replace(at, 3, "/");
  return folder;
}

class PoolerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (::access("/usr/sbin/pgbouncer", X_OK) != 0)
      GTEST_SKIP() << "pgbouncer is not installed (docker/test-packages.txt)";
    const auto user = choose_server_user();
    ASSERT_TRUE(user) << user.error().detail;
    std::filesystem::permissions(folder_.path(), std::filesystem::perms::all);
    std::ofstream(folder_.path() / "pgbouncer.ini") << fmt::format(
        "[databases]\n* = host={} port=5432 user=rightful\n"
        "[pgbouncer]\npool_mode = transaction\nauth_type = any\nlisten_port = 6432\n"
        "unix_socket_dir = {}\ndefault_pool_size = 1\nserver_reset_query =\n",
        socket_folder(database_.url()),
        folder_.path().string());
    SubprocessSpec spec{.program = "/usr/sbin/pgbouncer",
                        .arguments = {"-q", (folder_.path() / "pgbouncer.ini").string()},
                        .environment = {"PATH=/usr/bin:/bin"},
                        .directory = {},
                        .descriptors = {{2, 2}},
                        .group = {},
                        .dies_with_parent = true};
    if (::geteuid() == 0) {
      spec.user = user->uid;
      spec.group = user->gid;
    }
    pooler_.emplace(Subprocess::start(spec));
    wait_for_pooler();
  }

  void wait_for_pooler() const {
    SystemClock clock;
    for (int i = 0; i < 100 && !std::filesystem::exists(folder_.path() / ".s.PGSQL.6432"); ++i)
      clock.wait_for({}, 50ms);
  }

  [[nodiscard]] ConnectionSettings pooled() const {
    ConnectionSettings settings = database_.settings();
    settings.url = fmt::format(
        "dbname={} host={} port=6432 user=rightful", database_.name(), folder_.path().string());
    return settings;
  }

  TestFolder folder_;
  TestDatabase database_ = TestDatabase::create();
  std::optional<Subprocess> pooler_;
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
