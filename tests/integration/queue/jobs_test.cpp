#include "rightful/store/jobs.hpp"

#include <barrier>
#include <set>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rightful/core/clock.hpp"
#include "rightful/crypto/hash.hpp"
#include "rightful/ledger/event.hpp"
#include "rightful/store/catalog_versions.hpp"
#include "rightful/store/transaction.hpp"

#include "tests/integration/queue/queue_fixture.hpp"

namespace rightful::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class JobsTest : public ::testing::Test {
 protected:
  [[nodiscard]] ledger::Event an_event(const ClaimedJob& job) const {
    return {ledger::System{},
            job.account,
            ledger::RequestRef::parse(job.request_ref).value(),
            ledger::events::JobFailed{
                .attempt = job.attempt, .final = false, .stage = "collecting", .why = "other"}};
  }

  /// Runs one write in a transaction of its own.
  template <class Write>
  auto in_transaction(Write write) {
    auto transaction = queue_.pool().begin();
    const auto result = write(transaction);
    transaction.commit();
    return result;
  }

  queue::testing::QueueDatabase queue_;
};

TEST_F(JobsTest, ClaimsByPriorityThenDueDate) {
  const auto late = queue_.add_job("a", 20);
  const auto early = queue_.add_job("b", 5);
  const auto urgent = queue_.add_job("c", 25, 1);

  std::vector<JobId> order;
  for (const auto& job : queue_.claim(3))
    order.push_back(job.lease.job);

  EXPECT_THAT(order, ElementsAre(urgent, early, late));
}

TEST_F(JobsTest, ClaimMakesAttemptAndMovesTheRequest) {
  const auto id = queue_.add_job("a");

  const auto jobs = queue_.claim();

  ASSERT_EQ(jobs.size(), 1U);
  EXPECT_EQ(jobs[0].attempt, 1);
  EXPECT_EQ(jobs[0].account.expose(), "a");
  EXPECT_EQ(jobs[0].object_name, jobs[0].package.to_string() + ".zip");
  EXPECT_EQ(queue_.job_state(id), "claimed");
  EXPECT_EQ(queue_.request_state(id), "running");
  EXPECT_EQ(queue_.count("job_attempt WHERE ended_at IS NULL"), 1);
  EXPECT_THAT(queue_.database().recorder().acts(), ElementsAre("job.claimed"));
}

TEST_F(JobsTest, ClaimLeavesOutWhatMustWait) {
  queue_.add_job("a");
  queue_.execute("UPDATE job SET not_before = now() + interval '1 minute'");

  EXPECT_THAT(queue_.claim(), IsEmpty());
}

TEST_F(JobsTest, ClaimFreezesTheCatalogThatIsActive) {
  queue_.execute(
      "INSERT INTO catalog_version (sha256, mac, content, activated_at) VALUES (sha256('1'), "
      "sha256('1'), '1', "
      "now())");
  queue_.add_job("a");
  EXPECT_EQ(queue_.claim().at(0).catalog_version, 1);

  queue_.execute(
      "INSERT INTO catalog_version (sha256, mac, content, activated_at) VALUES (sha256('2'), "
      "sha256('2'), '2', "
      "now())");
  queue_.add_job("b");
  EXPECT_EQ(queue_.claim().at(0).catalog_version, 2);
  EXPECT_EQ(queue_.count("access_request WHERE catalog_version = 1"), 1);
}

TEST_F(JobsTest, ACatalogIsTheNewestThoughTheClockWentBack) {
  const Instant now = SystemClock().now();
  const auto activate = [](Transaction& t, std::string_view content, Instant at) {
    const auto digest = crypto::sha256(as_bytes(content));
    return catalog_versions::activate(t, content, digest, digest, 1, at).version;
  };
  in_transaction([&](Transaction& t) { return activate(t, "one", now); });
  const auto two = in_transaction(
      [&](Transaction& t) { return activate(t, "two", now - std::chrono::hours(1)); });
  queue_.add_job("a");

  EXPECT_EQ(queue_.claim().at(0).catalog_version, two);
}

TEST_F(JobsTest, NeverTwoJobsOfOneAccount) {
  const auto first = queue_.add_job("a");
  EXPECT_EQ(queue_.claim().size(), 1U);
  queue_.execute(
      "UPDATE access_request SET state = 'ready'");  // makes room for a second open request
  const auto second = queue_.add_job("a");

  EXPECT_THAT(queue_.claim(), IsEmpty()) << "the account's first job is still claimed";

  queue_.expire_lease(first);
  EXPECT_THAT(queue_.claim(), IsEmpty()) << "the first job's request has ended";
  EXPECT_EQ(queue_.job_state(first), "cancelled");
  EXPECT_EQ(queue_.claim().at(0).lease.job, second);
}

TEST_F(JobsTest, TwoWorkersNeverTakeTheSameJob) {
  constexpr int kJobs = 40;
  for (int i = 0; i < kJobs; ++i)
    queue_.add_job("account-" + std::to_string(i));
  std::barrier start(2);
  std::vector<std::vector<ClaimedJob>> taken(2);
  const auto work = [&](std::size_t me) {
    start.arrive_and_wait();
    for (int round = 0; round < kJobs; ++round) {
      for (auto& job : queue_.claim(1, "w" + std::to_string(me)))
        taken[me].push_back(std::move(job));
    }
  };
  std::thread other(work, 0);
  work(1);
  other.join();

  std::set<JobId> distinct;
  for (const auto& jobs : taken) {
    for (const auto& job : jobs)
      distinct.insert(job.lease.job);
  }
  EXPECT_EQ(taken[0].size() + taken[1].size(), static_cast<std::size_t>(kJobs));
  EXPECT_EQ(distinct.size(), static_cast<std::size_t>(kJobs));
}

TEST_F(JobsTest, ReclaimsAnExpiredLeaseAndFencesTheOldOne) {
  const auto id = queue_.add_job("a");
  const auto old = queue_.claim().at(0);
  queue_.expire_lease(id);

  const auto next = queue_.claim(10, "w2");

  ASSERT_EQ(next.size(), 1U);
  EXPECT_TRUE(next[0].was_reclaimed);
  EXPECT_EQ(next[0].attempt, 2);
  EXPECT_EQ(next[0].failure_cause, "lease_lost");
  EXPECT_EQ(next[0].failure_streak, 1);
  EXPECT_NE(next[0].object_name, old.object_name);
  EXPECT_FALSE(in_transaction(
      [&](Transaction& t) { return jobs::renew(t, old.lease, std::chrono::seconds(60), {}); }));
  EXPECT_FALSE(
      in_transaction([&](Transaction& t) { return jobs::set_stage(t, old.lease, "packaging"); }));
  EXPECT_FALSE(in_transaction([&](Transaction& t) { return jobs::hold(t, old.lease); }));
  EXPECT_FALSE(
      in_transaction([&](Transaction& t) { return jobs::release(t, old, {}, Instant{}); }));
  EXPECT_FALSE(in_transaction([&](Transaction& t) {
    return jobs::requeue(t, old, {}, {}, std::chrono::milliseconds(0), 1, an_event(old));
  }));
  EXPECT_FALSE(in_transaction([&](Transaction& t) {
    return jobs::fail_finally(t, old, {}, {}, 1, Instant{}, an_event(old));
  }));
  EXPECT_FALSE(in_transaction(
      [&](Transaction& t) { return jobs::quarantine(t, old, {}, {}, Instant{}, an_event(old)); }));
  EXPECT_EQ(queue_.job_state(id), "claimed");
  EXPECT_EQ(queue_.count("job_attempt WHERE attempt = 1 AND outcome = 'lease_lost'"), 1);
  EXPECT_THAT(queue_.database().recorder().acts(),
              ElementsAre("job.claimed", "job.rescued", "job.claimed"));
}

TEST_F(JobsTest, CountsLostLeasesInARow) {
  const auto id = queue_.add_job("a");
  for (int i = 0; i < 3; ++i) {
    static_cast<void>(queue_.claim());
    queue_.expire_lease(id);
  }

  EXPECT_EQ(queue_.claim().at(0).failure_streak, 3);
}

TEST_F(JobsTest, RenewMovesTheLeaseByTheDatabasesClock) {
  const auto id = queue_.add_job("a");
  const auto job = queue_.claim().at(0);
  queue_.execute("UPDATE job SET lease_until = now() + interval '1 second'");

  EXPECT_TRUE(in_transaction([&](Transaction& t) {
    return jobs::renew(t, job.lease, std::chrono::seconds(60), {.rows = 12});
  }));

  EXPECT_EQ(
      queue_.count(
          "job WHERE lease_until > now() + interval '50 seconds' AND progress->>'rows' = '12'"),
      1);
  EXPECT_EQ(queue_.job_state(id), "claimed");
}

TEST_F(JobsTest, RequeueWaitsAndForgetsTheLease) {
  const auto id = queue_.add_job("a");
  const auto job = queue_.claim().at(0);

  EXPECT_TRUE(in_transaction([&](Transaction& t) {
    return jobs::requeue(
        t,
        job,
        {.outcome = "retry", .cause = "disk_full", .death = "exit 1", .peak_memory_kib = 5},
        {"retry", "disk_full", "full"},
        std::chrono::minutes(5),
        2,
        an_event(job));
  }));

  EXPECT_EQ(queue_.job_state(id), "queued");
  EXPECT_EQ(queue_.request_state(id), "queued");
  EXPECT_THAT(queue_.claim(), IsEmpty());
  queue_.make_due_now(id);
  const auto again = queue_.claim();
  ASSERT_EQ(again.size(), 1U);
  EXPECT_FALSE(again[0].was_reclaimed);
  EXPECT_EQ(again[0].failure_cause, "disk_full");
  EXPECT_EQ(again[0].failure_streak, 2);
  EXPECT_EQ(queue_.count(
                "job_attempt WHERE outcome = 'retry' AND death = 'exit 1' AND peak_memory_kib = 5"),
            1);
}

TEST_F(JobsTest, ReleaseIsPossibleOnce) {
  const auto id = queue_.add_job("a");
  const auto job = queue_.claim().at(0);
  const auto release = [&](Transaction& t) {
    return jobs::release(t, job, {.outcome = "released"}, Instant{});
  };

  EXPECT_TRUE(in_transaction(release));
  EXPECT_FALSE(in_transaction(release));

  EXPECT_EQ(queue_.job_state(id), "done");
  EXPECT_EQ(queue_.request_state(id), "ready");
  EXPECT_THAT(queue_.claim(), IsEmpty());
}

TEST_F(JobsTest, AWithdrawnRequestTakesItsJobAway) {
  const auto id = queue_.add_job("a");
  const auto job = queue_.claim().at(0);

  EXPECT_EQ(
      in_transaction([&](Transaction& t) { return jobs::cancel(t, job.request, job.account); }), 1);
  EXPECT_EQ(
      in_transaction([&](Transaction& t) { return jobs::cancel(t, job.request, job.account); }), 0);

  EXPECT_EQ(queue_.job_state(id), "cancelled");
  EXPECT_FALSE(
      in_transaction([&](Transaction& t) { return jobs::release(t, job, {}, Instant{}); }));
}

TEST_F(JobsTest, DoesNotReleaseForARequestThatEndedMeanwhile) {
  queue_.add_job("a");
  const auto job = queue_.claim().at(0);
  queue_.execute("UPDATE access_request SET state = 'quarantined'");

  {
    auto transaction = queue_.pool().begin();
    EXPECT_FALSE(jobs::release(transaction, job, {}, Instant{}));
  }
  EXPECT_FALSE(
      in_transaction([&](Transaction& t) { return jobs::set_stage(t, job.lease, "packaging"); }));
}

TEST_F(JobsTest, ClaimCancelsTheJobOfAnEndedRequest) {
  const auto id = queue_.add_job("a");
  queue_.execute("UPDATE access_request SET state = 'withdrawn'");

  EXPECT_THAT(queue_.claim(), IsEmpty());
  EXPECT_EQ(queue_.job_state(id), "cancelled");
}

TEST_F(JobsTest, ClaimTellsAJobWhoseAccountWasSwapped) {
  const auto id = queue_.add_job("a");
  queue_.add_job("b", 90);
  queue_.execute(
      "ALTER TABLE job DROP CONSTRAINT job_request_id_account_id_fkey;"
      "DELETE FROM job WHERE account_id = 'b'; UPDATE job SET account_id = 'b'");

  const auto claimed = queue_.claim();

  ASSERT_EQ(claimed.size(), 1U);
  EXPECT_TRUE(claimed[0].is_account_swapped);
  EXPECT_EQ(claimed[0].account, AccountId::parse("a").value());
  EXPECT_EQ(queue_.job_state(id), "claimed") << "not cancelled: the request would be lost";
}

TEST_F(JobsTest, EndsAnAttemptThatItsDeadWorkerCannotEnd) {
  // Withdrawn while it ran, and the worker was killed before it noticed.
  const auto withdrawn = queue_.add_job("a");
  const auto running = queue_.add_job("b");
  ASSERT_EQ(queue_.claim(2).size(), 2U);
  queue_.expire_lease(running);
  queue_.execute(
      "UPDATE access_request SET state = 'withdrawn' WHERE account_id = 'a';"
      "UPDATE job SET state = 'cancelled', lease_token = NULL, lease_until = NULL, worker = NULL, "
      "stage = NULL, finalized_at = now() WHERE account_id = 'a'");

  const auto left = in_transaction([&](Transaction& t) {
    jobs::end_abandoned_attempts(t);
    return jobs::left_objects(t);
  });

  ASSERT_EQ(left.size(), 1U);
  EXPECT_EQ(left[0].job, withdrawn);
  EXPECT_EQ(queue_.count("job_attempt WHERE ended_at IS NULL AND account_id = 'b'"), 1)
      << "a lease that only ran out may still release";
}

TEST_F(JobsTest, FindsARequestThatLostItsJob) {
  queue_.add_job("a");
  queue_.add_job("b");
  queue_.add_job("c");
  ASSERT_EQ(queue_.claim(1).size(), 1U);
  EXPECT_THAT(in_transaction([](Transaction& t) { return jobs::requests_without_job(t); }),
              IsEmpty());

  queue_.execute("DELETE FROM job WHERE account_id = 'c'");

  EXPECT_THAT(in_transaction([](Transaction& t) { return jobs::requests_without_job(t); }),
              ::testing::SizeIs(1));
}

TEST_F(JobsTest, NamesObjectsThatMustBeDestroyed) {
  const auto id = queue_.add_job("a");
  const auto first = queue_.claim().at(0);
  queue_.expire_lease(id);
  const auto second = queue_.claim().at(0);

  const auto left =
      in_transaction([&](Transaction& t) { return jobs::left_objects(t, id, second.attempt); });
  ASSERT_EQ(left.size(), 1U);
  EXPECT_EQ(left[0].object_name, first.object_name);
  in_transaction([&](Transaction& t) {
    jobs::mark_object_destroyed(t, id, left[0].attempt, "rescued");
    return 0;
  });

  EXPECT_THAT(
      in_transaction([&](Transaction& t) { return jobs::left_objects(t, id, second.attempt); }),
      IsEmpty());
  const auto known = in_transaction([&](Transaction& t) {
    return jobs::known_objects(t, {first.object_name, second.object_name, "unknown"});
  });
  ASSERT_EQ(known.size(), 2U);
  for (const auto& object : known) {
    EXPECT_EQ(object.is_running, object.object_name == second.object_name);
    EXPECT_EQ(object.is_destroyed, object.object_name == first.object_name);
    EXPECT_FALSE(object.is_released);
  }
}

}  // namespace
}  // namespace rightful::store
