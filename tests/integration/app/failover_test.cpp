// O3: the primary dies and its standby is promoted, while people are served and the log grows. With
// a synchronous standby nothing that was told is lost; with another one what is lost is found. Each
// also through a pooler, which hides from everybody that the server is another one.
#include <sys/types.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <functional>
#include <future>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

#include <gmock/gmock.h>

#include "rightful/core/failure.hpp"
#include "rightful/lifecycle/erasure.hpp"
#include "rightful/store/embedded_cluster.hpp"
#include "rightful/store/log_succession.hpp"
#include "rightful/store/migrate.hpp"

#include "app/ledger_loop.hpp"
#include "store/session.hpp"
#include "tests/integration/app/published_ledger.hpp"
#include "tests/integration/app/standby_server.hpp"
#include "tests/integration/ledger/ledger_fixture.hpp"
#include "tests/integration/ledger/postgres_proxy.hpp"
#include "tests/support/connection_pooler.hpp"

namespace rightful::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

/// Log, writer and number of a leaf that was told to be committed.
using Told = std::pair<std::string, std::uint64_t>;

/// How the database is reached; both are led to the standby when the primary is gone.
enum class Way : std::uint8_t { Direct, Pooled };

class Failover : public ::testing::TestWithParam<Way> {
 protected:
  Failover() {
    if (is_pooled() && !ConnectionPooler::is_installed()) return;
    primary_.create_database("ledger").value();
    proxy_.emplace(primary_.url("ledger"), [this](const PostgresProxy::Message& message) {
      const bool cuts = message.type == 'S' && cuts_next_end_.exchange(false);
      return cuts ? PostgresProxy::Fate::CutAfter : PostgresProxy::Fate::Pass;
    });
    if (is_pooled()) pooler_.emplace(primary_.url("ledger"), 10);
    settings_.url = is_pooled() ? pooler_->url("ledger") : proxy_->url();
    static_cast<void>(store::migrate(settings_).value());
    const auto key = place_.open_log(origin_, random_).value();
    store::open_ledger(settings_, origin_, keys_, clock_, random_).value();
    pool_ = std::make_unique<store::Pool>(settings_, 2, nullptr);
    store::add_first_key(*pool_, 1, key).value();
    std::filesystem::create_directories(ledger_ / "2026");
    directory_.emplace(ledger::LogDirectory::open(ledger_ / "2026").value());
    signer_process_.emplace(signer_, ledger_, folder_.path() / "signer.log");
    signer_process_->wait_until_it_listens();
    standby_.emplace(primary_folder_.path(), primary_);
    begin();
  }

  ~Failover() override {
    end_clients();
    end();
  }

  void SetUp() override {
    if (is_pooled() && !pooler_)
      GTEST_SKIP() << "pgbouncer is not installed (docker/test-packages.txt)";
  }

  [[nodiscard]] static bool is_pooled() { return GetParam() == Way::Pooled; }

  void lead_to_standby() {
    proxy_->lead_to(standby_->url("ledger"));
    if (pooler_) pooler_->lead_to(standby_->url("ledger"));
  }

  /// What `serve` runs: an epoch of its own.
  void begin() {
    writer_ = std::make_unique<store::LedgerWriter>(
        settings_,
        store::LedgerWriterSettings{.role = "serve", .build = build_},
        keys_,
        clock_,
        random_);
    ASSERT_TRUE(writer_->start().has_value());
    store::ConnectionSettings named = settings_;
    named.application_name = "people";
    people_ = std::make_unique<store::Pool>(named, 4, writer_.get());
    begin_loop();
  }

  void begin_loop() {
    loop_ = std::make_unique<app::LedgerLoop>(app::LedgerWorkers{.database = settings_,
                                                                 .ledger_directory = ledger_,
                                                                 .signer_socket = place_.socket(),
                                                                 .build = build_,
                                                                 .keys = keys_,
                                                                 .clock = clock_,
                                                                 .random = random_},
                                              signer_,
                                              app::SignerUse::Elsewhere);
    loop_->start();
  }

  void end() {
    people_.reset();
    if (writer_) writer_->stop();
    writer_.reset();
    if (loop_) loop_->finish();
    loop_.reset();
  }

  /// On every way out of a test: a commit that waits for a standby that was stopped would wait for
  /// ever.
  void end_clients() {
    try {
      stop_being_synchronous();
    } catch (const Failure&) {  // the primary is gone, and nobody waits in it
    }
    clients_.clear();
    if (told_later_.valid()) told_later_.wait();
  }

  enum class Kind : std::uint8_t { Leaf, LeafWithState };

  /// One leaf. @return whether it was told to be committed.
  bool commit_one(Kind kind = Kind::Leaf) {
    static constexpr store::Sql kLook{"look", "SELECT count(*) AS n FROM ledger.log"};
    try {
      store::Transaction transaction = people_->begin();
      if (kind == Kind::LeafWithState) transaction.run(kLook);
      transaction.record({ledger::System{},
                          ledger::events::SigninRefused{.face = "api",
                                                        .method = "password",
                                                        .tries = ledger::TriesBucket::of(1),
                                                        .why = "unknown_account"},
                          ledger::Outcome::Denied});
      const auto leaves = transaction.commit();
      const std::lock_guard lock(mutex_);
      told_.emplace(leaves->writer.text(), leaves->numbers.front());
      return true;
    } catch (const Failure& failure) {
      EXPECT_EQ(failure.retry(), Retry::Later) << failure.cause();
      return false;
    }
  }

  void commit_some(int count) {
    for (int i = 0; i < count; ++i)
      ASSERT_TRUE(commit_one());
  }

  [[nodiscard]] bool wait_for(const std::function<bool()>& holds) {
    for (int look = 0; look < 600; ++look) {
      try {
        if (holds()) return true;
      } catch (const Failure&) {  // between two servers
      }
      static_cast<void>(clock_.wait_for(std::stop_token(), 50ms));
    }
    return false;
  }

  [[nodiscard]] std::string ask(const std::string& url, const std::string& query) {
    static constexpr store::Sql kRead{"read_answer", "SELECT answer FROM answer"};
    store::Session session({.url = url});
    session.begin(store::Isolation::ReadCommitted, {.url = url});
    session.run_script("test_script",
                       "CREATE TEMP TABLE answer AS SELECT (" + query + ")::text AS answer");
    const auto answer = session.run(kRead, {}).only().optional_text("answer");
    session.rollback();
    return answer.value_or("");
  }

  /// Of whichever server is the one.
  [[nodiscard]] std::string ask(const std::string& query) { return ask(settings_.url, query); }

  [[nodiscard]] std::string ask_primary(const std::string& query) {
    return ask(primary_.url("ledger", store::EmbeddedCluster::kAdminRole), query);
  }

  void tell_primary(const std::string& statement) {
    store::Session({.url = primary_.url("ledger", store::EmbeddedCluster::kAdminRole)})
        .run_alone("test_statement", statement);
  }

  [[nodiscard]] bool wait_until_published() {
    return wait_for([this] {
      return ask("SELECT count(*) FROM ledger.outbox") == "0" &&
             ask("SELECT max(c.size) = max(h.size) FROM ledger.checkpoint c, ledger.head h") ==
                 "true";
    });
  }

  [[nodiscard]] bool wait_until_the_standby_follows() {
    return wait_for([this] {
      return ask_primary(
                 "SELECT count(*) FROM pg_stat_replication WHERE "
                 "replay_lsn >= pg_current_wal_lsn()") == "1";
    });
  }

  /// From now on a commit waits for the standby.
  [[nodiscard]] bool make_synchronous() {
    tell_primary("ALTER SYSTEM SET synchronous_standby_names = '*'");
    tell_primary("SELECT pg_reload_conf()");
    return wait_for([this] {
      return ask_primary("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") ==
             "1";
    });
  }

  void stop_being_synchronous() {
    tell_primary("ALTER SYSTEM RESET synchronous_standby_names");
    tell_primary("SELECT pg_reload_conf()");
  }

  /// Of the one client of that name that has sent a COMMIT and waits for the standby.
  void end_session_that_waits(const std::string& client) {
    const std::string waiting =
        " FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND application_name = '" + client +
        "'";
    ASSERT_TRUE(wait_for([&] { return ask_primary("SELECT count(*)" + waiting) == "1"; }));
    tell_primary("SELECT pg_terminate_backend(pid)" + waiting);
  }

  /// As when its machine is gone.
  void kill_primary() { ::kill(primary_.pid(), SIGQUIT); }

  [[nodiscard]] Bytes checkpoint() {
    return directory_->read(ledger::LogPath::checkpoint()).value();
  }

  [[nodiscard]] PublishedAudit audit(const Bytes& held) {
    return audit_published(*pool_, *directory_, {held});
  }

  /// Told leaves that the log does not have.
  [[nodiscard]] std::size_t lost() {
    static constexpr store::Sql kHas{
        "has_leaf", "SELECT count(*) AS n FROM ledger.lookup WHERE writer_id = $1 AND n = $2"};
    store::Transaction transaction = pool_->begin();
    return static_cast<std::size_t>(std::ranges::count_if(told_, [&](const Told& leaf) {
      return transaction.run(kHas, {leaf.first, leaf.second}).only().integer("n") != 1;
    }));
  }

  /// @param doubt  what happens last before the primary goes.
  void lose_told_leaves(const std::function<void()>& doubt) {
    commit_some(20);
    ASSERT_TRUE(wait_until_published()) << signer_process_->output();
    loop_.reset();
    ASSERT_TRUE(wait_until_the_standby_follows());
    standby_->stop();
    commit_some(100);
    doubt();

    kill_primary();
    standby_->start();
    standby_->promote();
    lead_to_standby();
    ASSERT_TRUE(wait_for([this] { return commit_one(); }));
    begin_loop();

    ASSERT_TRUE(wait_until_published()) << signer_process_->output();
    EXPECT_EQ(lost(), 100U) << "all that the standby had not seen";
    EXPECT_EQ(ask("SELECT count(*) FROM incident WHERE cause = 'ledger_gap'"), "1");
    EXPECT_EQ(ask("SELECT count(*) FROM ledger.lookup WHERE act = 'log.gap'"), "1");
    const auto found = audit(checkpoint());
    EXPECT_TRUE(found.has(ledger::FindingKind::LoggedGap)) << found.text();
  }

  SystemRandom random_;
  SystemClock clock_;
  const ledger::Origin origin_ = ledger::Origin::parse("audit.example.test/dsar/2026").value();
  const ledger::Build build_ = ledger::Build::parse("0.1.0").value();
  TestFolder folder_;
  TestFolder primary_folder_;
  const std::filesystem::path signer_ = folder_.path() / "signer";
  const std::filesystem::path ledger_ = folder_.path() / "ledger";
  const app::SignerPlace place_{signer_};
  const crypto::ServerKeys keys_ = [this] {
    crypto::ServerKeys::create(folder_.path() / "keys", random_).value();
    return crypto::ServerKeys::open(folder_.path() / "keys").value();
  }();
  store::EmbeddedCluster primary_ =
      store::EmbeddedCluster::start_or_adopt({.directory = primary_folder_.path()}).value();
  std::atomic<bool> cuts_next_end_{false};
  std::optional<PostgresProxy> proxy_;
  std::optional<ConnectionPooler> pooler_;
  store::ConnectionSettings settings_;
  std::unique_ptr<store::Pool> pool_;
  std::optional<StandbyServer> standby_;
  std::optional<ledger::LogDirectory> directory_;
  std::optional<SignerProcess> signer_process_;
  std::unique_ptr<store::LedgerWriter> writer_;
  std::unique_ptr<store::Pool> people_;
  std::unique_ptr<app::LedgerLoop> loop_;
  std::mutex mutex_;
  std::set<Told> told_;
  std::vector<std::jthread> clients_;  ///< each stops when it is asked to
  std::future<bool> told_later_;       ///< of a commit_one() that another thread is in
};

TEST_P(Failover, ASynchronousStandbyHasAllThatWasTold) {
  ASSERT_TRUE(make_synchronous());
  for (int i = 0; i < 4; ++i) {
    clients_.emplace_back([this](const std::stop_token& stop) {
      while (!stop.stop_requested()) {
        if (!commit_one()) static_cast<void>(clock_.wait_for(stop, 20ms));
      }
    });
  }
  const auto told = [this] {
    const std::lock_guard lock(mutex_);
    return told_.size();
  };
  ASSERT_TRUE(
      wait_for([&] { return told() > 300 && directory_->read(ledger::LogPath::checkpoint()); }));
  const Bytes held = checkpoint();

  kill_primary();
  lead_to_standby();  // some find it before it takes writes
  static_cast<void>(clock_.wait_for(std::stop_token(), 200ms));
  const std::size_t before = told();
  standby_->promote();
  ASSERT_TRUE(wait_for([&] { return told() > before + 300; })) << told();
  clients_.clear();
  writer_->stop();
  ASSERT_TRUE(wait_until_published()) << signer_process_->output();

  EXPECT_EQ(lost(), 0U) << "of " << told_.size();
  EXPECT_EQ(ask("SELECT count(*) FROM ledger.rejected"), "0");
  EXPECT_EQ(ask("SELECT count(*) FROM incident"), "0");
  EXPECT_EQ(ask("SELECT state FROM ledger.log"), "open");
  EXPECT_EQ(ask("SELECT count(*) - count(DISTINCT (writer_id, n)) FROM ledger.lookup"), "0");
  const auto found = audit(held);
  EXPECT_TRUE(found.is_verified()) << found.text();
  EXPECT_TRUE(lifecycle::check_erasures_replayed(*pool_, ledger_).has_value());
}

/// Its session is ended while it waits for the standby: it looks committed, and is on the primary
/// alone.
TEST_P(Failover, ACommitThatTheStandbyLacksIsNotTold) {
  ASSERT_TRUE(make_synchronous());
  commit_some(3);
  standby_->stop();
  told_later_ = std::async(std::launch::async, [this] { return commit_one(Kind::LeafWithState); });

  ASSERT_NO_FATAL_FAILURE(end_session_that_waits("people"));

  EXPECT_EQ(told_later_.wait_for(3s), std::future_status::timeout) << "told by the primary alone";
  standby_->start();
  EXPECT_TRUE(told_later_.get()) << "and once the standby has it";
  writer_->stop();
  ASSERT_TRUE(wait_until_published()) << signer_process_->output();
  EXPECT_EQ(lost(), 0U);
  EXPECT_EQ(ask("SELECT count(*) FROM incident"), "0");
}

/// The sequencer's session is ended while its batch waits for the standby: what the primary alone
/// has is not signed, or the log would be dead as soon as the primary is. One leaf of the batch is
/// on the primary alone, so that the standby's entries differ.
TEST_P(Failover, ABatchThatTheStandbyLacksIsNotSigned) {
  ASSERT_TRUE(make_synchronous());
  commit_some(3);
  ASSERT_TRUE(wait_until_published()) << signer_process_->output();
  loop_.reset();
  commit_some(5);
  standby_->stop();
  told_later_ = std::async(std::launch::async, [this] { return commit_one(Kind::LeafWithState); });
  ASSERT_NO_FATAL_FAILURE(end_session_that_waits("people"));
  ASSERT_TRUE(wait_for([&] { return ask_primary("SELECT count(*) FROM ledger.outbox") == "6"; }));
  const std::string size = ask_primary("SELECT size FROM ledger.head");
  begin_loop();
  ASSERT_NO_FATAL_FAILURE(end_session_that_waits("rightful-sequencer"));
  ASSERT_TRUE(wait_for([&] { return ask_primary("SELECT size FROM ledger.head") != size; }));
  static_cast<void>(clock_.wait_for(std::stop_token(), 3s));  // more than a publisher needs

  kill_primary();
  standby_->start();
  standby_->promote();
  lead_to_standby();

  EXPECT_FALSE(told_later_.get());
  ASSERT_TRUE(wait_for([this] { return commit_one(); }));
  ASSERT_TRUE(wait_until_published()) << signer_process_->output();
  EXPECT_EQ(ask("SELECT state FROM ledger.log"), "open") << signer_process_->output();
  EXPECT_EQ(lost(), 0U);
  EXPECT_EQ(ask("SELECT count(*) FROM incident"), "0");
}

TEST_P(Failover, AStandbyWithoutSignedLeavesFreezesTheLog) {
  commit_some(20);
  ASSERT_TRUE(wait_until_published()) << signer_process_->output();
  ASSERT_TRUE(wait_until_the_standby_follows());
  standby_->stop();
  commit_some(100);
  ASSERT_TRUE(wait_until_published());

  kill_primary();
  standby_->start();
  standby_->promote();
  const Bytes held = checkpoint();  // nothing is signed between the two databases
  lead_to_standby();

  ASSERT_TRUE(wait_for([this] { return ask("SELECT state FROM ledger.log") == "frozen"; }));
  EXPECT_THAT(signer_process_->output(),
              HasSubstr("event=signer_frozen log=2026 reason=size_smaller"));
  ASSERT_TRUE(wait_for([this] { return commit_one(); })) << "the legal clock starts all the same";
  commit_some(200);
  ASSERT_TRUE(wait_for([this] { return ask("SELECT count(*) FROM ledger.outbox") == "0"; }));
  EXPECT_EQ(as_text(checkpoint()), as_text(held)) << "nothing is signed over what is lost";
  const auto found = audit(held);
  EXPECT_TRUE(found.is_verified()) << found.text();

  end();
  const auto restarted = lifecycle::check_erasures_replayed(*pool_, ledger_);
  ASSERT_FALSE(restarted.has_value());
  EXPECT_THAT(restarted.error().detail, HasSubstr("is not in this database"));
}

/// No checkpoint covers what is lost; the writers know what they were told.
TEST_P(Failover, AStandbyWithoutToldLeavesHasAGap) {
  lose_told_leaves([] {});
}

/// The writer's last commit was in doubt when the primary went: its epoch has a last word to say.
TEST_P(Failover, AStandbyWithoutToldLeavesHasAGapAfterADoubt) {
  if (is_pooled()) GTEST_SKIP() << "no message of one client alone can be cut behind a pooler";
  lose_told_leaves([this] {
    cuts_next_end_ = true;
    EXPECT_FALSE(commit_one());
  });
}

/// Nobody spoke while the servers changed, so the sequencer's connection to the pooler is the old
/// one; the new server gives numbers out again that the sequencer has passed.
TEST_P(Failover, NumbersThatComeAgainAreTakenAtOnce) {
  if (!is_pooled()) GTEST_SKIP() << "the connection ends with the server";
  StillClock still;
  commit_some(20);
  ASSERT_TRUE(wait_until_published()) << signer_process_->output();
  loop_.reset();
  ASSERT_TRUE(wait_until_the_standby_follows());
  standby_->stop();
  store::Sequencer sequencer(
      settings_, {.log_id = 1, .build = build_, .threads = 1}, keys_, still, random_);
  for (int round = 0; round < 8; ++round) {
    commit_some(20);
    still.advance(2s);
    EXPECT_EQ(sequencer.run_batch().rows, 20U);
  }
  const std::string highest = "SELECT last_value FROM ledger.outbox_id_seq";
  const auto passed = std::stoll(ask(highest));

  kill_primary();
  standby_->start();
  standby_->promote();
  lead_to_standby();
  ASSERT_TRUE(wait_for([this] { return commit_one(); }));

  ASSERT_LT(std::stoll(ask(highest)), passed - 20) << "the standby had these numbers too";
  EXPECT_GE(sequencer.run_batch().rows, 1U);
  EXPECT_EQ(ask("SELECT count(*) FROM ledger.outbox"), "0");
  EXPECT_EQ(ask("SELECT count(*) - count(DISTINCT (writer_id, n)) FROM ledger.lookup"), "0");
}

INSTANTIATE_TEST_SUITE_P(EachWay,
                         Failover,
                         ::testing::Values(Way::Direct, Way::Pooled),
                         [](const auto& way) {
                           return way.param == Way::Pooled ? "Pooled" : "Direct";
                         });

}  // namespace
}  // namespace rightful::testing
