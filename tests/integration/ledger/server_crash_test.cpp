// PostgreSQL itself dies, again and again, while leaves are staged and sequenced (ledger.md section
// 14, O3).

#include <signal.h>

#include <atomic>
#include <optional>
#include <random>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rightful/core/failure.hpp"
#include "rightful/ledger/event.hpp"
#include "rightful/store/embedded_cluster.hpp"
#include "rightful/store/migrate.hpp"

#include "tests/integration/ledger/sequencer_fixture.hpp"

namespace rightful::testing {
namespace {

/// A cluster of its own, since it is killed: synced, so that what was committed survives.
class ServerCrash : public ::testing::Test {
 protected:
  ServerCrash()
      : cluster_(store::EmbeddedCluster::start_or_adopt({.directory = folder_.path()}).value()) {
    cluster_.create_database("ledger").value();
    settings_.url = cluster_.url("ledger");
    static_cast<void>(store::migrate(settings_).value());
    static_cast<void>(crypto::ServerKeys::create(keys_folder_.path() / "keys", random_).value());
    keys_.emplace(crypto::ServerKeys::open(keys_folder_.path() / "keys").value());
    store::open_ledger(settings_, origin_, *keys_, clock_, random_).value();
  }

  /// As when the machine loses power, without the machine.
  void crash() {
    ::kill(cluster_.pid(), SIGQUIT);
    for (int i = 0; i < 600; ++i) {
      const auto running = cluster_.ensure_running();
      if (running && *running) return;
      pause(std::chrono::milliseconds(20));
    }
    FAIL() << "the server did not come back";
  }

  TestFolder folder_;
  TestFolder keys_folder_;
  SystemRandom random_;
  SystemClock clock_;
  const ledger::Origin origin_ = ledger::Origin::parse("audit.example.test/dsar/2026").value();
  store::EmbeddedCluster cluster_;
  store::ConnectionSettings settings_;
  std::optional<crypto::ServerKeys> keys_;
};

TEST_F(ServerCrash, LosesNothingAndLogsNothingTwice) {
  static constexpr store::Sql kCounts{"counts",
                                      "SELECT (SELECT count(*) FROM ledger.outbox) AS waiting, "
                                      "(SELECT count(*) FROM ledger.rejected) "
                                      "AS rejected, (SELECT count(*) FROM incident) AS incidents"};
  store::LedgerWriter writer(settings_,
                             {.role = "work", .build = ledger::Build::parse("0.1.0").value()},
                             *keys_,
                             clock_,
                             random_);
  ASSERT_TRUE(writer.start().has_value());
  store::Pool pool(settings_, 4, &writer);
  std::atomic<bool> is_over{false};
  std::atomic<int> committed{0};
  std::atomic<int> unknown{0};
  std::vector<std::jthread> clients;
  for (int i = 0; i < 3; ++i) {
    clients.emplace_back([&] {
      const ledger::Event fact(ledger::System{},
                               ledger::events::SigninRefused{.face = "api",
                                                             .method = "password",
                                                             .tries = ledger::TriesBucket::of(1),
                                                             .why = "unknown_account"},
                               ledger::Outcome::Denied);
      while (!is_over) {
        try {
          store::Transaction transaction = pool.begin();
          transaction.record(fact);
          transaction.commit();
          ++committed;
        } catch (const Failure& failure) {
          if (failure.cause() == "commit_in_doubt") ++unknown;
        }
      }
    });
  }
  store::Sequencer sequencer(settings_,
                             {.log_id = 1,
                              .build = ledger::Build::parse("0.1.0").value(),
                              .batch_rows = 200,
                              .check_every = std::chrono::hours(1)},
                             *keys_,
                             clock_,
                             random_);
  std::mt19937 random(2611);
  for (int round = 0; round < 8; ++round) {
    const std::chrono::milliseconds delay(static_cast<int>(random() % 200));
    const int enough = committed + 20;
    std::atomic<bool> is_crashed{false};
    std::jthread crasher([&] {
      for (int look = 0; look < 30'000 && committed < enough; ++look)
        pause(std::chrono::milliseconds(1));
      pause(delay);
      crash();
      is_crashed = true;
    });
    for (int after = 0; after < 3; after += is_crashed ? 1 : 0) {
      try {
        static_cast<void>(sequencer.run_batch());
      } catch (const Failure& failure) {
        EXPECT_EQ(failure.retry(), Retry::Later) << failure.cause();
      }
    }
  }
  is_over = true;
  clients.clear();
  writer.stop();
  for (int quiet = 0; quiet < 2;)
    quiet = sequencer.run_batch().rows == 0 ? quiet + 1 : 0;
  sequencer.stop();

  store::Pool look(settings_, 1, nullptr);
  {
    store::Transaction transaction = look.begin();
    const store::Row counts = transaction.run(kCounts).only();
    EXPECT_EQ(counts.integer("waiting"), 0);
    EXPECT_EQ(counts.integer("rejected"), 0);
    EXPECT_EQ(counts.integer("incidents"), 0);
  }
  EXPECT_GT(committed, 100);
  {
    store::Transaction transaction = look.begin();
    static constexpr store::Sql kFacts{
        "facts", "SELECT count(*) AS n FROM ledger.lookup WHERE act = 'signin.refused'"};
    const auto logged = transaction.run(kFacts).only().integer("n");
    EXPECT_GE(logged, committed);
    EXPECT_LE(logged, committed + unknown);
  }
  const TestFolder published;
  publish_tables(look, origin_, published.path());
  const Audit result = audit_folder(published.path(), origin_, *keys_);
  EXPECT_EQ(result.verdict.severity, ledger::Severity::Report) << result.text();
}

}  // namespace
}  // namespace rightful::testing
