#include "rightful/store/embedded_cluster.hpp"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rightful/store/pool.hpp"

#include "store/postmaster.hpp"
#include "tests/support/result_matchers.hpp"
#include "tests/support/test_database.hpp"

namespace rightful::store {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using rightful::testing::IsError;
using rightful::testing::IsOk;
using rightful::testing::TestFolder;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr Sql kOne{"one", "SELECT 1 AS one"};
constexpr Sql kMake{"make", "CREATE TABLE kept AS SELECT 42 AS n"};
constexpr Sql kRead{"read", "SELECT n FROM kept"};

ConnectionSettings at(const std::string& url) {
  ConnectionSettings settings;
  settings.url = url;
  return settings;
}

class EmbeddedClusterTest : public ::testing::Test {
 protected:
  [[nodiscard]] EmbeddedClusterSettings settings() const {
    return {.directory = folder_.path(), .durability = Durability::Unsynced, .max_connections = 20};
  }

  [[nodiscard]] Result<EmbeddedCluster> start() const {
    return EmbeddedCluster::start_or_adopt(settings());
  }

  static bool answers(const EmbeddedCluster& cluster) {
    try {
      Pool pool(at(cluster.url("postgres")), 1, nullptr);
      return pool.begin().run(kOne).only().integer("one") == 1;
    } catch (const DatabaseFailure&) {
      return false;
    }
  }

  /// Runs `body` in a process of its own that is then killed without a chance to clean up.
  template <class Body>
  static void in_killed_process(Body body) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      body();
      ::kill(::getpid(), SIGKILL);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
  }

  TestFolder folder_;
};

TEST_F(EmbeddedClusterTest, StartsAnswersAndStops) {
  auto cluster = start();
  ASSERT_THAT(cluster, IsOk());

  EXPECT_TRUE(cluster->is_owner());
  EXPECT_GT(cluster->pid(), 0);
  EXPECT_TRUE(answers(*cluster));
  const std::string url = cluster->url("postgres");
  cluster->stop();
  EXPECT_FALSE(answers(*cluster));
  EXPECT_EQ(cluster->pid(), 0);
}

TEST_F(EmbeddedClusterTest, KeepsItsDataOverAStop) {
  {
    auto cluster = start();
    ASSERT_THAT(cluster, IsOk());
    ASSERT_THAT(cluster->create_database("state"), IsOk());
    Pool pool(at(cluster->url("state")), 1, nullptr);
    Transaction transaction = pool.begin();
    transaction.run(kMake);
    transaction.commit();
  }

  auto again = start();

  ASSERT_THAT(again, IsOk());
  ASSERT_THAT(again->create_database("state"), IsOk());
  Pool pool(at(again->url("state")), 1, nullptr);
  EXPECT_EQ(pool.begin().run(kRead).only().integer("n"), 42);
}

TEST_F(EmbeddedClusterTest, ListensOnItsSocketOnly) {
  static constexpr Sql kFacts{
      "facts",
      "SELECT current_setting('listen_addresses') AS addresses, "
      "current_setting('data_checksums') AS checksums, "
      "pg_encoding_to_char(encoding) AS encoding, datcollate AS collation, "
      "(SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user) AS mighty "
      "FROM pg_database WHERE datname = current_database()"};
  auto cluster = start();
  ASSERT_THAT(cluster, IsOk());
  Pool pool(at(cluster->url("postgres")), 1, nullptr);

  const Row facts = pool.begin().run(kFacts).only();

  EXPECT_EQ(facts.text("addresses"), "");
  EXPECT_EQ(facts.text("checksums"), "on");
  EXPECT_EQ(facts.text("encoding"), "UTF8");
  EXPECT_EQ(facts.text("collation"), "C");
  EXPECT_FALSE(facts.boolean("mighty"));
  std::set<std::string> socket_inodes;
  std::ifstream listening("/proc/" + std::to_string(cluster->pid()) + "/net/tcp");
  EXPECT_TRUE(listening.is_open());
  struct stat run{};
  ASSERT_EQ(::stat((folder_.path() / "run").c_str(), &run), 0);
  EXPECT_EQ(run.st_mode & 0777U, 0700U);
}

TEST_F(EmbeddedClusterTest, NeverRunsAsRoot) {
  auto cluster = start();
  ASSERT_THAT(cluster, IsOk());
  struct stat process{};
  ASSERT_EQ(::stat(("/proc/" + std::to_string(cluster->pid())).c_str(), &process), 0);

  EXPECT_NE(process.st_uid, 0U);
}

TEST_F(EmbeddedClusterTest, RefusesASecondOwner) {
  auto cluster = start();
  ASSERT_THAT(cluster, IsOk());

  const auto second = start();

  ASSERT_THAT(second, IsError(ErrorCode::Conflict));
  EXPECT_THAT(second.error().detail, HasSubstr(folder_.path().string()));
  EXPECT_THAT(second.error().detail, HasSubstr("process " + std::to_string(::getpid())));
  EXPECT_TRUE(answers(*cluster));
}

TEST_F(EmbeddedClusterTest, RestartsAKilledServer) {
  auto cluster = start();
  ASSERT_THAT(cluster, IsOk());
  ASSERT_THAT(cluster->create_database("state"), IsOk());
  Pool pool(at(cluster->url("state")), 2, nullptr);
  {
    Transaction transaction = pool.begin();
    transaction.run(kMake);
    transaction.commit();
  }
  for (int round = 0; round < 3; ++round) {
    const int before = cluster->pid();
    ::kill(before, SIGKILL);
    const auto watched = Postmaster::watch(before);
    ASSERT_TRUE(!watched || watched->has_ended_within(10s));

    const auto restarted = cluster->ensure_running();

    ASSERT_THAT(restarted, IsOk());
    EXPECT_TRUE(*restarted);
    EXPECT_NE(cluster->pid(), before);
    EXPECT_EQ(pool.begin().run(kRead).only().integer("n"), 42);
  }
}

TEST_F(EmbeddedClusterTest, LeavesARunningServerAlone) {
  auto cluster = start();
  ASSERT_THAT(cluster, IsOk());
  const int before = cluster->pid();

  const auto restarted = cluster->ensure_running();

  ASSERT_THAT(restarted, IsOk());
  EXPECT_FALSE(*restarted);
  EXPECT_EQ(cluster->pid(), before);
}

TEST_F(EmbeddedClusterTest, AdoptsWhatAKilledOwnerLeft) {
  in_killed_process([&] {
    auto doomed = start();
    if (!doomed || !doomed->create_database("state")) ::_exit(1);
    Pool pool(at(doomed->url("state")), 1, nullptr);
    Transaction transaction = pool.begin();
    transaction.run(kMake);
    transaction.commit();
    ::kill(::getpid(), SIGKILL);
  });
  const auto orphan = Postmaster::find(folder_.path() / "postgres");
  ASSERT_TRUE(orphan.has_value());

  auto cluster = start();

  ASSERT_THAT(cluster, IsOk());
  EXPECT_EQ(cluster->pid(), orphan->pid());
  {
    Pool pool(at(cluster->url("state")), 1, nullptr);
    EXPECT_EQ(pool.begin().run(kRead).only().integer("n"), 42);
  }
  cluster->stop();
  EXPECT_TRUE(orphan->has_ended());
}

TEST_F(EmbeddedClusterTest, StartsAfterOwnerAndServerWereKilled) {
  in_killed_process([&] {
    auto doomed = start();
    if (!doomed) ::_exit(1);
    ::kill(doomed->pid(), SIGKILL);
    ::kill(::getpid(), SIGKILL);
  });

  auto cluster = start();

  ASSERT_THAT(cluster, IsOk());
  EXPECT_TRUE(answers(*cluster));
}

TEST_F(EmbeddedClusterTest, HalfMadeClusterIsMadeAgain) {
  fs::create_directories(folder_.path() / "postgres.new" / "base");
  std::ofstream(folder_.path() / "postgres.new" / "PG_VERSION") << "15\n";

  auto cluster = start();

  ASSERT_THAT(cluster, IsOk());
  EXPECT_TRUE(answers(*cluster));
}

TEST_F(EmbeddedClusterTest, AttachUsesTheOwnersServer) {
  auto owner = start();
  ASSERT_THAT(owner, IsOk());

  auto guest = EmbeddedCluster::attach(settings());

  ASSERT_THAT(guest, IsOk());
  EXPECT_FALSE(guest->is_owner());
  EXPECT_TRUE(answers(*guest));
  guest->stop();
  EXPECT_TRUE(answers(*owner));
}

TEST_F(EmbeddedClusterTest, AttachStartsWhenNobodyRuns) {
  auto cluster = EmbeddedCluster::attach(settings());

  ASSERT_THAT(cluster, IsOk());
  EXPECT_TRUE(cluster->is_owner());
  EXPECT_TRUE(answers(*cluster));
}

TEST_F(EmbeddedClusterTest, GuestSaysWhenNobodyAnswers) {
  auto owner = start();
  ASSERT_THAT(owner, IsOk());
  auto guest = EmbeddedCluster::attach(settings());
  ASSERT_THAT(guest, IsOk());
  ASSERT_THAT(guest->ensure_running(), IsOk());
  owner->stop();

  EXPECT_THAT(guest->ensure_running(), IsError(ErrorCode::Unavailable));
}

TEST_F(EmbeddedClusterTest, TwoClustersInOneProcess) {
  const TestFolder other_folder;
  auto first = start();
  auto second = EmbeddedCluster::start_or_adopt(
      {.directory = other_folder.path(), .durability = Durability::Unsynced});

  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(second, IsOk());
  ASSERT_THAT(first->create_database("only_here"), IsOk());
  EXPECT_TRUE(answers(*first));
  EXPECT_TRUE(answers(*second));
  Pool pool(at(second->url("only_here")), 1, nullptr);
  EXPECT_THROW(static_cast<void>(pool.begin()), DatabaseFailure);
}

TEST_F(EmbeddedClusterTest, CreatesDatabasesAndRoles) {
  auto cluster = start();
  ASSERT_THAT(cluster, IsOk());

  ASSERT_THAT(cluster->create_role("shop_reader"), IsOk());
  ASSERT_THAT(cluster->create_role("shop_reader"), IsOk());
  ASSERT_THAT(cluster->create_role("shop"), IsOk());
  ASSERT_THAT(cluster->create_database("shop", "shop"), IsOk());
  ASSERT_THAT(cluster->create_database("shop", "shop"), IsOk());
  ASSERT_THAT(cluster->clone_database("shop_copy", "shop"), IsOk());

  static constexpr Sql kWho{"who",
                            "SELECT current_user AS name, pg_get_userbyid(datdba) AS owner "
                            "FROM pg_database WHERE datname = current_database()"};
  Pool pool(at(cluster->url("shop_copy", "shop_reader")), 1, nullptr);
  const Row row = pool.begin().run(kWho).only();
  EXPECT_EQ(row.text("name"), "shop_reader");
  EXPECT_EQ(row.text("owner"), "shop");
  EXPECT_THAT(cluster->clone_database("shop_copy", "shop"), IsError(ErrorCode::Conflict));
  pool.close_idle();
  EXPECT_THAT(cluster->drop_database("shop_copy"), IsOk());
  EXPECT_THAT(cluster->drop_database("shop_copy"), IsOk());
}

TEST_F(EmbeddedClusterTest, RolesWorkAfterARestart) {
  {
    auto cluster = start();
    ASSERT_THAT(cluster, IsOk());
    ASSERT_THAT(cluster->create_role("shop_reader"), IsOk());
  }
  auto again = start();
  ASSERT_THAT(again, IsOk());

  Pool pool(at(again->url("postgres", "shop_reader")), 1, nullptr);

  EXPECT_NO_THROW(pool.begin().run(kOne));
}

TEST_F(EmbeddedClusterTest, RefusesNamesThatAreNone) {
  auto cluster = start();
  ASSERT_THAT(cluster, IsOk());

  for (const std::string& name : {std::string(),
                                  std::string("a\"b"),
                                  std::string("A"),
                                  std::string("1a"),
                                  std::string(64, 'a'),
                                  std::string("a b")}) {
    EXPECT_THAT(cluster->create_database(name), IsError(ErrorCode::InvalidArgument)) << name;
    EXPECT_THAT(cluster->create_role(name), IsError(ErrorCode::InvalidArgument)) << name;
    EXPECT_THAT(cluster->drop_database(name), IsError(ErrorCode::InvalidArgument)) << name;
  }
}

TEST_F(EmbeddedClusterTest, RefusesATooLongPath) {
  EmbeddedClusterSettings deep = settings();
  deep.directory /= std::string(100, 'x');

  const auto cluster = EmbeddedCluster::start_or_adopt(deep);

  ASSERT_THAT(cluster, IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(cluster.error().detail, HasSubstr("100 bytes"));
  EXPECT_FALSE(fs::exists(deep.directory));
}

TEST_F(EmbeddedClusterTest, RefusesAPlaceThatPostgresCannotEnter) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root runs it as another user";
  ASSERT_EQ(::chmod(folder_.path().c_str(), 0700), 0);
  EmbeddedClusterSettings inner = settings();
  inner.directory /= "data";

  const auto cluster = EmbeddedCluster::start_or_adopt(inner);

  ASSERT_THAT(cluster, IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(cluster.error().detail, HasSubstr("may not enter " + folder_.path().string()));
}

TEST_F(EmbeddedClusterTest, SaysWhyItDoesNotStart) {
  {
    auto cluster = start();
    ASSERT_THAT(cluster, IsOk());
  }
  std::ofstream(folder_.path() / "postgres" / "operator.conf") << "no_such_setting = 1\n";

  const auto cluster = start();

  ASSERT_THAT(cluster, IsError(ErrorCode::Unavailable));
  EXPECT_THAT(cluster.error().detail, HasSubstr("no_such_setting"));
}

TEST_F(EmbeddedClusterTest, RefusesAClusterOfAnotherVersion) {
  {
    auto cluster = start();
    ASSERT_THAT(cluster, IsOk());
  }
  std::ofstream(folder_.path() / "postgres" / "PG_VERSION") << "9\n";

  const auto cluster = start();

  ASSERT_THAT(cluster, IsError(ErrorCode::NotFound));
  EXPECT_THAT(cluster.error().detail, HasSubstr("PostgreSQL 9 is not installed"));
}

}  // namespace
}  // namespace rightful::store
