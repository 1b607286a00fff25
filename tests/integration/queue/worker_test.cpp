#include "rightful/queue/worker.hpp"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rightful/queue/lease_keeper.hpp"
#include "rightful/store/transaction.hpp"

#include "tests/integration/queue/queue_fixture.hpp"

namespace rightful::queue {
namespace {

using ::testing::Contains;
using testing::eventually;
using ::testing::IsEmpty;

class WorkerTest : public ::testing::Test {
 protected:
  WorkerTest()
      : heartbeat_(queue_.database().make_pool(1, &queue_.database().recorder())),
        handler_(queue_.pool()) {
    settings_.name = "test-worker";
    settings_.poll = std::chrono::milliseconds(20);
    settings_.child_program = RIGHTFUL_QUEUE_TEST_CHILD;
    settings_.retry.first = std::chrono::milliseconds(0);
    settings_.retry.most = std::chrono::milliseconds(0);
  }

  std::unique_ptr<Worker> make_worker() {
    return std::make_unique<Worker>(
        queue_.pool(), *heartbeat_, handler_, authority_, clock_, random_, settings_);
  }

  /// Runs one job under a script until its state is final, and stops the worker.
  std::string final_state(std::vector<std::string> script) {
    handler_.script(std::move(script));
    job_ = queue_.add_job("anna");
    auto worker = make_worker();
    worker->start();
    EXPECT_TRUE(
        eventually([&] { return queue_.count("job WHERE finalized_at IS NOT NULL") == 1; }));
    // The object goes after the record.
    EXPECT_TRUE(eventually([&] {
      return handler_.objects().size() == (queue_.job_state(*job_) == "done" ? 1U : 0U);
    }));
    worker->stop();
    return queue_.job_state(*job_);
  }

  [[nodiscard]] std::string cause() { return queue_.text("SELECT failure_cause FROM job"); }

  [[nodiscard]] std::string death() {
    return queue_.text("SELECT death FROM job_attempt ORDER BY attempt DESC LIMIT 1");
  }

  [[nodiscard]] int attempts() { return queue_.count("job_attempt"); }

  testing::QueueDatabase queue_;
  std::unique_ptr<store::Pool> heartbeat_;
  testing::TestHandler handler_;
  testing::TestAuthority authority_;
  SystemClock clock_;
  SystemRandom random_;
  WorkerSettings settings_;
  std::optional<JobId> job_;
};

TEST_F(WorkerTest, ReleasesWhatTheChildDelivers) {
  EXPECT_EQ(final_state({"result"}), "done");

  EXPECT_EQ(queue_.request_state(*job_), "ready");
  EXPECT_EQ(death(), "exit 0");
  EXPECT_EQ(handler_.sweeps, 1);
}

TEST_F(WorkerTest, AnswersTheChild) {
  EXPECT_EQ(final_state({"ask"}), "done");
}

TEST_F(WorkerTest, GivesTheChildNothingButThePipe) {
  EXPECT_EQ(final_state({"environment"}), "done");
}

TEST_F(WorkerTest, TriesAgainAfterAFailureThatPasses) {
  EXPECT_EQ(final_state({"failure", "failure", "result"}), "done");

  EXPECT_EQ(attempts(), 3);
  EXPECT_EQ(queue_.count("job_attempt WHERE object_destroyed_at IS NOT NULL"), 2);
  EXPECT_THAT(queue_.database().recorder().acts(), Contains("job.failed").Times(2));
}

TEST_F(WorkerTest, LeavesAPoisonJobToAPerson) {
  EXPECT_EQ(final_state({"failure"}), "failed");

  EXPECT_EQ(attempts(), 3);
  EXPECT_EQ(cause(), "object_changed");
  EXPECT_EQ(queue_.request_state(*job_), "failed");
  EXPECT_THAT(handler_.objects(), IsEmpty());
}

TEST_F(WorkerTest, StopsAtOnceAfterACrash) {
  EXPECT_EQ(final_state({"crash"}), "failed");

  EXPECT_EQ(attempts(), 1);
  EXPECT_EQ(cause(), "crash");
  EXPECT_EQ(death(), "signal 6");
}

TEST_F(WorkerTest, TriesAgainAfterAKillFromOutside) {
  EXPECT_EQ(final_state({"killed", "result"}), "done");

  EXPECT_EQ(attempts(), 2);
  EXPECT_EQ(queue_.count("job_attempt WHERE death = 'signal 9' AND outcome = 'retry'"), 1);
}

TEST_F(WorkerTest, DoesNotBelieveAChildThatExitsBadly) {
  EXPECT_EQ(final_state({"bad exit"}), "failed");
  EXPECT_EQ(cause(), "exit_code");
  EXPECT_EQ(death(), "exit 7");
}

TEST_F(WorkerTest, DoesNotBelieveAChildThatSaysNothing) {
  EXPECT_EQ(final_state({"silent"}), "failed");
  EXPECT_EQ(cause(), "exit_code");
}

TEST_F(WorkerTest, EndsAChildThatBreaksTheProtocol) {
  EXPECT_EQ(final_state({"forbidden"}), "failed");
  EXPECT_EQ(cause(), "protocol");
  EXPECT_EQ(death(), "signal 9 (supervisor)");
}

TEST_F(WorkerTest, EndsAChildWithAFrameOverTheLimit) {
  EXPECT_EQ(final_state({"too long"}), "failed");
  EXPECT_EQ(cause(), "protocol");
}

TEST_F(WorkerTest, EndsAChildThatStopsInsideAFrame) {
  EXPECT_EQ(final_state({"half a frame"}), "failed");
  EXPECT_EQ(cause(), "protocol");
}

TEST_F(WorkerTest, EndsAChildAtTheTimeLimit) {
  settings_.child_time_limit = std::chrono::seconds(1);

  EXPECT_EQ(final_state({"hang"}), "failed");
  EXPECT_EQ(cause(), "time_limit");
  EXPECT_EQ(death(), "signal 9 (time limit)");
}

TEST_F(WorkerTest, QuarantinesWhatMayBeSomebodyElses) {
  EXPECT_EQ(final_state({"quarantine"}), "quarantined");

  EXPECT_EQ(queue_.request_state(*job_), "quarantined");
  EXPECT_THAT(handler_.objects(), IsEmpty());
}

TEST_F(WorkerTest, DoesNotStartAChildWithoutAuthority) {
  authority_.answer = fail(ErrorCode::NotAuthentic, "not authentic");

  EXPECT_EQ(final_state({"result"}), "quarantined");
  EXPECT_EQ(cause(), "bad_statement");
  EXPECT_EQ(death(), "");
}

TEST_F(WorkerTest, QuarantinesAJobWhoseAccountWasSwapped) {
  handler_.script({"result"});
  const auto job = queue_.add_job("anna");
  queue_.execute(
      "INSERT INTO account (account_id, created_at) VALUES ('bert', now());"
      "ALTER TABLE job DROP CONSTRAINT job_request_id_account_id_fkey;"
      "UPDATE job SET account_id = 'bert'");
  auto worker = make_worker();
  worker->start();

  EXPECT_TRUE(eventually([&] { return queue_.job_state(job) == "quarantined"; }));
  worker->stop();
  EXPECT_EQ(queue_.request_state(job), "quarantined");
}

TEST_F(WorkerTest, WorksThoughTheSweepFails) {
  handler_.script({"result"});
  handler_.sweep_fails = true;
  const auto job = queue_.add_job("anna");
  auto worker = make_worker();
  worker->start();

  EXPECT_TRUE(eventually([&] { return queue_.job_state(job) == "done"; }));
  worker->stop();
}

TEST_F(WorkerTest, GivesJobsBackWhenItStops) {
  handler_.script({"hang"});
  const auto job = queue_.add_job("anna");
  auto worker = make_worker();
  worker->start();
  ASSERT_TRUE(eventually([&] { return !handler_.objects().empty(); }));

  worker->stop();

  EXPECT_EQ(queue_.job_state(job), "queued");
  EXPECT_EQ(queue_.request_state(job), "queued");
  EXPECT_EQ(queue_.count("job WHERE not_before <= now() AND failure_streak = 0"), 1);
  EXPECT_EQ(
      queue_.count("job_attempt WHERE outcome = 'cancelled' AND object_destroyed_at IS NOT NULL"),
      1);
  EXPECT_THAT(handler_.objects(), IsEmpty());
}

TEST_F(WorkerTest, StopIsIdempotentAndLegalBeforeStart) {
  auto worker = make_worker();

  worker->stop();
  worker->start();
  worker->stop();
  worker->stop();
}

TEST_F(WorkerTest, StopsWhenTheJobIsTakenAway) {
  handler_.script({"hang"});
  settings_.lease = std::chrono::seconds(2);
  const auto job = queue_.add_job("anna");
  auto worker = make_worker();
  worker->start();
  ASSERT_TRUE(eventually([&] { return !handler_.objects().empty(); }));

  queue_.execute(
      "UPDATE job SET state = 'cancelled', lease_token = NULL, lease_until = NULL, worker = NULL, "
      "stage = NULL, "
      "finalized_at = now()");

  EXPECT_TRUE(eventually([&] { return handler_.objects().empty(); }));
  EXPECT_TRUE(
      eventually([&] { return queue_.count("job_attempt WHERE outcome = 'lease_lost'") == 1; }));
  worker->stop();
  EXPECT_EQ(queue_.job_state(job), "cancelled");
}

TEST_F(WorkerTest, KeepsALeaseAliveLongerThanItLasts) {
  handler_.script({"hang"});
  settings_.lease = std::chrono::seconds(4);  // a busy machine may keep the worker waiting
  const auto job = queue_.add_job("anna");
  auto worker = make_worker();
  worker->start();
  ASSERT_TRUE(eventually([&] { return !handler_.objects().empty(); }));

  clock_.wait_for({}, std::chrono::seconds(6));

  EXPECT_EQ(attempts(), 1);
  EXPECT_EQ(queue_.job_state(job), "claimed");
  worker->stop();
}

TEST_F(WorkerTest, NeverDestroysWhatWasReleased) {
  // The release commits, but its answer is lost: the supervisor sees a failure and has to look.
  const auto job = queue_.add_job("anna");
  handler_.before_release = [&] {
    queue_.execute(
        "UPDATE job SET state = 'done', lease_token = NULL, lease_until = NULL, worker = NULL, "
        "stage = NULL, "
        "finalized_at = now(); UPDATE access_request SET state = 'ready'; "
        "INSERT INTO package SELECT request_id, account_id, gen_random_uuid(), "
        "'p_AAAAAAAAAAAAAAAAAAAAAA', "
        "object_name, 1, sha256('a'), sha256('a'), sha256('a'), 'x', 0, 0, now(), now() FROM "
        "job_attempt");
  };
  auto worker = make_worker();
  worker->start();
  ASSERT_TRUE(eventually([&] { return queue_.job_state(job) == "done"; }));
  worker->stop();

  EXPECT_EQ(handler_.objects().size(), 1U);
}

TEST_F(WorkerTest, WaitsForACommitThatIsStillUnderWay) {
  // The connection is lost while the server is still at the COMMIT of the release: what it will
  // have released may not be destroyed.
  const auto job = queue_.add_job("anna");
  std::jthread server;
  handler_.before_release = [&] {
    server = std::jthread([&] {
      queue_.execute(
          "UPDATE job SET state = 'done', lease_token = NULL, lease_until = NULL, worker = NULL, "
          "stage = NULL, finalized_at = now(); UPDATE access_request SET state = 'ready'; "
          "INSERT INTO package SELECT request_id, account_id, gen_random_uuid(), "
          "'p_AAAAAAAAAAAAAAAAAAAAAA', object_name, 1, sha256('a'), sha256('a'), sha256('a'), 'x', "
          "0, 0, now(), now() FROM job_attempt; SELECT pg_sleep(2)");
    });
    EXPECT_TRUE(eventually([&] {
      return queue_.count(
                 "pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = "
                 "current_database()") == 1;
    }));
    throw Failure(Retry::Later, "commit_in_doubt", "the connection broke during COMMIT");
  };
  auto worker = make_worker();
  worker->start();
  ASSERT_TRUE(eventually([&] { return queue_.job_state(job) == "done"; }));
  worker->stop();

  EXPECT_EQ(handler_.objects().size(), 1U);
}

TEST_F(WorkerTest, RunsAsManyAtATimeAsItHasSlots) {
  handler_.script({"hang"});
  settings_.slots = 2;
  for (const char* account : {"a", "b", "c"})
    queue_.add_job(account);
  auto worker = make_worker();
  worker->start();

  EXPECT_TRUE(eventually([&] { return handler_.objects().size() == 2; }));
  clock_.wait_for({}, std::chrono::milliseconds(200));
  EXPECT_EQ(handler_.objects().size(), 2U);
  worker->stop();
  EXPECT_EQ(queue_.count("job WHERE state = 'queued'"), 3);
}

TEST_F(WorkerTest, TakesOverFromAWorkerThatDied) {
  const auto job = queue_.add_job("anna");
  const auto dead = queue_.claim(1, "dead-worker").at(0);
  handler_.note_object(dead.object_name);
  queue_.expire_lease(job);
  auto worker = make_worker();
  worker->start();
  ASSERT_TRUE(eventually([&] { return queue_.job_state(job) == "done"; }));
  worker->stop();

  EXPECT_EQ(attempts(), 2);
  EXPECT_EQ(handler_.objects().size(), 1U) << "the dead attempt's object is gone";
  EXPECT_FALSE(handler_.objects().contains(dead.object_name));
}

TEST_F(WorkerTest, GivesUpAJobWhoseWorkersKeepDying) {
  const auto job = queue_.add_job("anna");
  for (int i = 0; i < 3; ++i) {
    static_cast<void>(queue_.claim());
    queue_.expire_lease(job);
  }
  auto worker = make_worker();
  worker->start();

  EXPECT_TRUE(eventually([&] { return queue_.job_state(job) == "failed"; }));
  worker->stop();
  EXPECT_EQ(cause(), "lease_lost");
}

}  // namespace
}  // namespace rightful::queue
