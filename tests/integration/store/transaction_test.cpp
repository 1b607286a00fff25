#include "rightful/store/transaction.hpp"

#include <array>
#include <chrono>
#include <future>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rightful/core/random.hpp"
#include "rightful/store/pool.hpp"

#include "tests/support/result_matchers.hpp"
#include "tests/support/test_database.hpp"

namespace rightful::store {
namespace {

using namespace std::chrono_literals;
using rightful::testing::TestDatabase;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr Sql kMakeTable{
    "make_table", "CREATE TABLE thing (id integer CONSTRAINT thing_id_key UNIQUE, note text)"};
constexpr Sql kInsert{"insert_thing", "INSERT INTO thing (id, note) VALUES ($1, $2)"};
constexpr Sql kCount{"count_things", "SELECT count(*) AS n FROM thing"};
constexpr Sql kOne{"one", "SELECT 1 AS one"};
constexpr Sql kPid{"pid", "SELECT pg_backend_pid() AS pid"};
constexpr Sql kKill{"kill", "SELECT pg_terminate_backend($1, 5000)"};

ledger::Event an_event() {
  const std::array<std::byte, 32> digest{};
  return {
      ledger::System{},
      ledger::events::SchemaMigrated{.sha256 = crypto::Sha256Digest::from(digest), .version = 1}};
}

class TransactionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Transaction transaction = pool().begin();
    transaction.run(kMakeTable);
    transaction.commit();
  }

  Pool& pool() { return database_.pool(); }

  std::int64_t count() { return pool().begin().run(kCount).only().integer("n"); }

  /// Ends the connection of an open transaction from outside.
  void kill_backend(Transaction& victim) {
    const auto pid = victim.run(kPid).only().integer("pid");
    pool().begin().run(kKill, {pid});
  }

  /// What `call` throws, which must be a DatabaseFailure.
  template <class Call>
  std::optional<DatabaseFailure> failure_of(Call call) {
    try {
      call();
    } catch (const DatabaseFailure& failure) {
      return failure;
    }
    ADD_FAILURE() << "nothing was thrown";
    return std::nullopt;
  }

  TestDatabase database_ = TestDatabase::create_empty();
};

TEST_F(TransactionTest, RollsBackWithoutCommit) {
  {
    Transaction transaction = pool().begin();
    transaction.run(kInsert, {1, "a"});
  }

  EXPECT_EQ(count(), 0);
}

TEST_F(TransactionTest, CommitKeepsWhatWasDone) {
  Transaction transaction = pool().begin();
  const Rows rows = transaction.run(kInsert, {1, "a"});
  transaction.commit();

  EXPECT_EQ(rows.affected(), 1U);
  EXPECT_EQ(count(), 1);
}

TEST_F(TransactionTest, IsOverAfterCommit) {
  Transaction transaction = pool().begin();
  transaction.commit();

  const auto failure = failure_of([&] { transaction.run(kOne); });

  EXPECT_EQ(failure->cause(), "transaction_over");
  EXPECT_EQ(failure->retry(), Retry::Never);
}

TEST_F(TransactionTest, IsOverAfterAnError) {
  Transaction transaction = pool().begin();
  transaction.run(kInsert, {1, "a"});
  EXPECT_THROW(transaction.run(kInsert, {1, "b"}), ConstraintViolation);

  EXPECT_EQ(failure_of([&] { transaction.commit(); })->cause(), "transaction_over");
  EXPECT_EQ(count(), 0);
}

TEST_F(TransactionTest, UniqueViolationNamesItsConstraintOnly) {
  Transaction transaction = pool().begin();
  transaction.run(kInsert, {1, "first"});
  try {
    transaction.run(kInsert, {1, "CANARY-7316"});
    FAIL();
  } catch (const ConstraintViolation& violation) {
    EXPECT_EQ(violation.kind(), ConstraintKind::Unique);
    EXPECT_EQ(violation.constraint(), "thing_id_key");
    EXPECT_EQ(violation.sqlstate(), "23505");
    EXPECT_EQ(violation.cause(), "constraint");
    EXPECT_STREQ(violation.what(), "query insert_thing: SQLSTATE 23505, constraint thing_id_key");
  }
}

TEST_F(TransactionTest, NamesTheConstraintOfEachKind) {
  database_.execute(
      "CREATE DOMAIN digit AS integer CONSTRAINT digit_is_small CHECK (VALUE < 10);"
      "CREATE TABLE child (id integer PRIMARY KEY, thing integer CONSTRAINT child_thing REFERENCES "
      "thing (id),"
      "  size integer CONSTRAINT child_size CHECK (size > 0), must integer NOT NULL, digit digit);"
      "INSERT INTO thing VALUES (5); INSERT INTO child VALUES (1, 5, 1, 1, 1)");
  static constexpr Sql kChild{"insert_child", "INSERT INTO child VALUES ($1, $2, $3, $4, $5)"};
  static constexpr Sql kDelete{"delete_thing", "DELETE FROM thing"};
  const auto violation = [&](const Sql& sql, std::initializer_list<Value> values) {
    try {
      pool().begin().run(sql, values);
    } catch (const ConstraintViolation& caught) {
      return std::pair(caught.kind(), caught.constraint());
    }
    return std::pair(ConstraintKind::Exclusion, std::string("nothing thrown"));
  };

  EXPECT_EQ(violation(kChild, {2, 99, 1, 1, 1}),
            std::pair(ConstraintKind::ForeignKey, std::string("child_thing")));
  EXPECT_EQ(violation(kDelete, {}),
            std::pair(ConstraintKind::ForeignKey, std::string("child_thing")));
  EXPECT_EQ(violation(kChild, {2, 5, 0, 1, 1}),
            std::pair(ConstraintKind::Check, std::string("child_size")));
  EXPECT_EQ(violation(kChild, {2, 5, 1, 1, 10}),
            std::pair(ConstraintKind::Check, std::string("digit_is_small")));
  EXPECT_EQ(violation(kChild, {2, 5, 1, nullptr, 1}),
            std::pair(ConstraintKind::NotNull, std::string("must")));
  EXPECT_EQ(violation(kChild, {1, 5, 1, 1, 1}),
            std::pair(ConstraintKind::Unique, std::string("child_pkey")));
}

TEST_F(TransactionTest, KilledBackendIsDatabaseLost) {
  Transaction transaction = pool().begin();
  transaction.run(kInsert, {1, "a"});
  kill_backend(transaction);

  const auto failure = failure_of([&] { transaction.run(kOne); });

  EXPECT_EQ(failure->cause(), "database_lost");
  EXPECT_EQ(failure->retry(), Retry::Later);
}

TEST_F(TransactionTest, NeverReconnectsSilently) {
  Transaction transaction = pool().begin();
  transaction.run(kInsert, {1, "a"});
  kill_backend(transaction);

  for (int attempt = 0; attempt < 5; ++attempt) {
    EXPECT_THROW(transaction.run(kInsert, {2, "b"}), DatabaseFailure);
  }
  EXPECT_THROW(transaction.commit(), DatabaseFailure);
  EXPECT_EQ(count(), 0);
}

TEST_F(TransactionTest, SerializationFailureIsRetriedLater) {
  {
    Transaction setup = pool().begin();
    setup.run(kInsert, {1, "a"});
    setup.commit();
  }
  static constexpr Sql kUpdate{"update_thing", "UPDATE thing SET note = $1"};
  Transaction first = pool().begin(Isolation::RepeatableRead);
  Transaction second = pool().begin(Isolation::RepeatableRead);
  static_cast<void>(first.run(kCount));
  static_cast<void>(second.run(kCount));
  first.run(kUpdate, {"x"});
  first.commit();

  const auto failure = failure_of([&] { second.run(kUpdate, {"y"}); });

  EXPECT_EQ(failure->cause(), "serialization");
  EXPECT_EQ(failure->retry(), Retry::Later);
}

TEST_F(TransactionTest, SerializationFailureAtCommit) {
  static constexpr Sql kInsertCount{"insert_count",
                                    "INSERT INTO thing SELECT count(*) + $1 FROM thing"};
  Transaction first = pool().begin(Isolation::Serializable);
  Transaction second = pool().begin(Isolation::Serializable);
  first.run(kInsertCount, {10});
  second.run(kInsertCount, {20});
  second.record(an_event());
  first.commit();

  const auto failure = failure_of([&] { second.commit(); });

  EXPECT_EQ(failure->cause(), "serialization");
  EXPECT_THAT(database_.recorder().fates(), Not(::testing::Contains(CommitFate::Committed)));
  EXPECT_EQ(count(), 1);
}

TEST_F(TransactionTest, DeadlockIsRetriedLater) {
  {
    Transaction setup = pool().begin();
    setup.run(kInsert, {1, "a"});
    setup.run(kInsert, {2, "b"});
    setup.commit();
  }
  static constexpr Sql kTouch{"touch_thing", "UPDATE thing SET note = 'x' WHERE id = $1"};
  Transaction first = pool().begin();
  Transaction second = pool().begin();
  first.run(kTouch, {1});
  second.run(kTouch, {2});
  const auto cause_of = [](Transaction& transaction, int id) -> std::string {
    try {
      transaction.run(kTouch, {id});
    } catch (const DatabaseFailure& failure) {
      return failure.cause();
    }
    return "none";
  };

  auto other = std::async(std::launch::async, [&] { return cause_of(second, 1); });
  const std::string mine = cause_of(first, 2);

  EXPECT_THAT((std::vector{mine, other.get()}),
              ::testing::UnorderedElementsAre("deadlock", "none"));
}

TEST_F(TransactionTest, StatementTimeoutIsSetInEachTransaction) {
  ConnectionSettings settings = database_.settings();
  settings.statement_timeout = 50ms;
  Pool hasty(settings, 1, nullptr);
  static constexpr Sql kSleep{"long_statement", "SELECT pg_sleep(5)"};

  for (int round = 0; round < 2; ++round) {
    Transaction transaction = hasty.begin();
    EXPECT_EQ(failure_of([&] { transaction.run(kSleep); })->cause(), "timeout");
  }
}

TEST_F(TransactionTest, LockTimeoutHasItsOwnCause) {
  static constexpr Sql kLock{"lock_thing", "LOCK TABLE thing"};
  ConnectionSettings settings = database_.settings();
  settings.lock_timeout = 50ms;
  Pool hasty(settings, 1, nullptr);
  Transaction holder = pool().begin();
  holder.run(kLock);
  Transaction waiter = hasty.begin();

  EXPECT_EQ(failure_of([&] { waiter.run(kLock); })->cause(), "lock_timeout");
}

TEST_F(TransactionTest, SettingsHoldInEveryTransaction) {
  static constexpr Sql kShow{"show",
                             "SELECT current_setting('search_path') AS path, "
                             "current_setting('synchronous_commit') AS sync, "
                             "current_setting('idle_in_transaction_session_timeout') AS idle"};
  auto single = database_.make_pool(1, nullptr);

  const Row row = single->begin().run(kShow).only();

  EXPECT_EQ(row.text("path"), "public, pg_temp");
  EXPECT_EQ(row.text("sync"), "on");
  EXPECT_EQ(row.text("idle"), "30s");
}

TEST_F(TransactionTest, BadParameterNeverComesBack) {
  static constexpr Sql kCast{"cast", "SELECT $1::text::integer AS n"};
  Transaction transaction = pool().begin();

  const auto failure = failure_of([&] { transaction.run(kCast, {"anna@example.org"}); });

  EXPECT_EQ(failure->cause(), "bad_parameter");
  EXPECT_EQ(failure->sqlstate(), "22P02");
  EXPECT_STREQ(failure->what(), "query cast: SQLSTATE 22P02");
}

TEST_F(TransactionTest, UnknownTableIsRefusedForGood) {
  static constexpr Sql kNowhere{"nowhere", "SELECT * FROM nowhere"};
  Transaction transaction = pool().begin();

  const auto failure = failure_of([&] { transaction.run(kNowhere); });

  EXPECT_EQ(failure->cause(), "database_refused");
  EXPECT_EQ(failure->retry(), Retry::Never);
}

TEST_F(TransactionTest, DeniedStatementIsDeniedForGood) {
  rightful::testing::create_test_role("rightful_test_reader");
  ConnectionSettings settings = database_.settings();
  settings.url = database_.url("rightful_test_reader");
  Pool reader(settings, 1, nullptr);
  Transaction transaction = reader.begin();

  const auto failure = failure_of([&] { transaction.run(kInsert, {1, "a"}); });

  EXPECT_EQ(failure->cause(), "database_denied");
  EXPECT_EQ(failure->sqlstate(), "42501");
  EXPECT_EQ(failure->retry(), Retry::Never);
}

TEST_F(TransactionTest, EventsAreKeptOnCommitOnly) {
  {
    Transaction dropped = pool().begin();
    dropped.record(an_event());
  }
  Transaction kept = pool().begin();
  kept.record(an_event());
  kept.record(an_event());
  kept.commit();

  EXPECT_THAT(database_.recorder().acts(), ElementsAre("schema.migrated", "schema.migrated"));
  EXPECT_THAT(database_.recorder().fates(), ElementsAre(CommitFate::Committed));
}

TEST_F(TransactionTest, FailedStageRollsBack) {
  class Refusing final : public EventRecorder {
   public:
    std::unique_ptr<StagedEvents> stage(Transaction&, std::span<const ledger::Event>) override {
      throw Failure(Retry::Later, "ledger_busy", "no number is free");
    }
  } refusing;

  auto refusing_pool = database_.make_pool(1, &refusing);
  {
    Transaction transaction = refusing_pool->begin();
    transaction.run(kInsert, {1, "a"});
    transaction.record(an_event());
    EXPECT_THROW(transaction.commit(), Failure);
  }

  EXPECT_EQ(count(), 0);
}

using TransactionDeathTest = TransactionTest;

TEST_F(TransactionDeathTest, RecordNeedsARecorder) {
  auto silent = database_.make_pool(1, nullptr);

  EXPECT_DEATH(
      {
        Transaction transaction = silent->begin();
        transaction.record(an_event());
      },
      "recorder");
}

/// Stages with a statement of the test's, and remembers how it ended.
class Staging final : public EventRecorder {
 public:
  Staging(const Sql& statement, CommitFate& fate) : statement_(statement), fate_(fate) {}

  std::unique_ptr<StagedEvents> stage(Transaction&, std::span<const ledger::Event>) override {
    return std::make_unique<Ticket>(statement_, fate_);
  }

 private:
  struct Ticket final : StagedEvents {
    Ticket(const Sql& sql, CommitFate& seen) : statement_sql(sql), fate(seen) {}

    [[nodiscard]] const Sql& statement() const noexcept override { return statement_sql; }

    [[nodiscard]] std::span<const Value> values() const noexcept override { return {}; }

    void settle(CommitFate settled) noexcept override { fate = settled; }

    const Sql& statement_sql;
    CommitFate& fate;
  };

  const Sql& statement_;
  CommitFate& fate_;
};

constexpr Sql kStage{"test_stage", "SELECT pg_current_xact_id()::text AS transaction_id"};

TEST_F(TransactionTest, CommitInDoubtAsksTheServer) {
  // The backend ends itself inside COMMIT: the stage's answer has left it by then.
  static constexpr Sql kTrap{
      "trap",
      "CREATE FUNCTION trap() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM "
      "pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(10); RETURN NULL; END $$"};
  static constexpr Sql kSet{"set_trap",
                            "CREATE CONSTRAINT TRIGGER trap AFTER INSERT ON thing DEFERRABLE "
                            "INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION trap()"};
  Transaction preparing = pool().begin();
  preparing.run(kTrap);
  preparing.run(kSet);
  preparing.commit();
  CommitFate fate = CommitFate::Unknown;
  Staging staging(kStage, fate);
  auto staging_pool = database_.make_pool(1, &staging);
  Transaction transaction = staging_pool->begin();
  transaction.run(kInsert, {1, "a"});
  transaction.record(an_event());

  const auto failure = failure_of([&] { transaction.commit(); });

  EXPECT_EQ(failure->cause(), "database_lost");
  EXPECT_EQ(fate, CommitFate::RolledBack);
  EXPECT_EQ(count(), 0);
}

TEST_F(TransactionTest, CommitOnADeadConnectionIsInDoubt) {
  CommitFate fate = CommitFate::Committed;
  Staging staging(kStage, fate);
  auto staging_pool = database_.make_pool(1, &staging);
  Transaction transaction = staging_pool->begin();
  transaction.run(kInsert, {1, "a"});
  transaction.record(an_event());
  kill_backend(transaction);

  const auto failure = failure_of([&] { transaction.commit(); });

  EXPECT_EQ(failure->cause(), "commit_in_doubt");
  EXPECT_EQ(fate, CommitFate::Unknown);
  EXPECT_EQ(count(), 0);
}

TEST_F(TransactionTest, CommitInDoubtWithoutEventsSaysSo) {
  Transaction transaction = pool().begin();
  transaction.run(kInsert, {1, "a"});
  kill_backend(transaction);

  EXPECT_EQ(failure_of([&] { transaction.commit(); })->cause(), "commit_in_doubt");
}

TEST_F(TransactionTest, EveryTypeMakesTheRoundTrip) {
  static constexpr Sql kEcho{
      "echo", R"(SELECT $1::text AS text, $2::bigint AS big, $3::boolean AS flag, $4::bytea AS raw,
    $5::timestamptz AS moment, $6::date AS day, $7::uuid AS id, $8::text AS nothing, $9::double precision AS real,
    $10::bytea[] = ARRAY['\x00'::bytea, '\x5c22'::bytea] AS raws, $11::text[] = ARRAY['a"b\', ''] AS texts,
    $12::bigint[] = ARRAY[1, -2]::bigint[] AS bigs, $13::interval = interval '1.5 s' AS pause)"};
  SystemRandom random;
  const auto id = RequestId::random(random);
  const Bytes raw{std::byte{0}, std::byte{0xff}, std::byte{0x5c}};
  const Instant moment =
      std::chrono::sys_days(std::chrono::year(1969) / 12 / 31) + 23h + 59min + 59s + 999'999us;
  const std::chrono::year_month_day day = std::chrono::year(2024) / 2 / 29;
  const std::string text = "quote ' \" \\ \xf0\x9f\x8e\x99 \n\t";

  const Row row = pool()
                      .begin()
                      .run(kEcho,
                           {text,
                            std::int64_t{-9'000'000'000},
                            true,
                            raw,
                            moment,
                            day,
                            id,
                            nullptr,
                            -0.1,
                            std::vector<Bytes>{{std::byte{0}}, {std::byte{0x5c}, std::byte{0x22}}},
                            std::vector<std::string>{"a\"b\\", ""},
                            std::vector<std::int64_t>{1, -2},
                            1500ms})
                      .only();

  EXPECT_EQ(row.text("text"), text);
  EXPECT_EQ(row.integer("big"), -9'000'000'000);
  EXPECT_TRUE(row.boolean("flag"));
  EXPECT_EQ(row.bytes("raw"), raw);
  EXPECT_EQ(row.instant("moment"), moment);
  EXPECT_EQ(row.date("day"), day);
  EXPECT_EQ(row.id<RequestId>("id"), id);
  EXPECT_TRUE(row.is_null("nothing"));
  EXPECT_EQ(row.optional_text("nothing"), std::nullopt);
  EXPECT_EQ(row.real("real"), -0.1);
  EXPECT_TRUE(row.boolean("raws"));
  EXPECT_TRUE(row.boolean("texts"));
  EXPECT_TRUE(row.boolean("bigs"));
  EXPECT_TRUE(row.boolean("pause"));
}

TEST_F(TransactionTest, RowRefusesWhatItIsNot) {
  static constexpr Sql kRow{"row", "SELECT 'CANARY-5521' AS word, NULL::text AS nothing"};
  const Row row = pool().begin().run(kRow).only();

  for (const auto& read :
       std::vector<std::function<void()>>{[&] { static_cast<void>(row.integer("word")); },
                                          [&] { static_cast<void>(row.boolean("word")); },
                                          [&] { static_cast<void>(row.bytes("word")); },
                                          [&] { static_cast<void>(row.instant("word")); },
                                          [&] { static_cast<void>(row.date("word")); },
                                          [&] { static_cast<void>(row.id<JobId>("word")); },
                                          [&] { static_cast<void>(row.text("nothing")); },
                                          [&] { static_cast<void>(row.text("absent")); }}) {
    try {
      read();
      ADD_FAILURE() << "was accepted";
    } catch (const Failure& failure) {
      EXPECT_EQ(failure.cause(), "bad_row");
      EXPECT_THAT(failure.what(), Not(HasSubstr("CANARY")));
    }
  }
}

TEST_F(TransactionTest, RowsCountTheirRows) {
  static constexpr Sql kSeries{"series", "SELECT generate_series(1, $1::integer) AS n"};
  Transaction transaction = pool().begin();

  EXPECT_EQ(transaction.run(kSeries, {0}).at_most_one(), std::nullopt);
  EXPECT_EQ(transaction.run(kSeries, {1}).at_most_one()->integer("n"), 1);
  EXPECT_THROW(static_cast<void>(transaction.run(kSeries, {2}).at_most_one()), Failure);
  EXPECT_THROW(static_cast<void>(transaction.run(kSeries, {2}).only()), Failure);
  EXPECT_THROW(static_cast<void>(transaction.run(kSeries, {0}).only()), Failure);
  std::int64_t sum = 0;
  for (const Row& row : transaction.run(kSeries, {4}))
    sum += row.integer("n");
  EXPECT_EQ(sum, 10);
}

}  // namespace
}  // namespace rightful::store
