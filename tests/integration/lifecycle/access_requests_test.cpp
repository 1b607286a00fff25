#include "rightful/lifecycle/access_requests.hpp"

#include <atomic>
#include <barrier>
#include <chrono>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "rightful/core/failure.hpp"
#include "rightful/store/incidents.hpp"
#include "rightful/store/jobs.hpp"
#include "rightful/store/sql.hpp"

#include "tests/integration/lifecycle/people.hpp"

namespace rightful::lifecycle {
namespace {

using testing::LifecycleHouse;
using testing::object_of;
using testing::Person;
using namespace std::chrono_literals;

constexpr store::Sql kRequests{"test_requests", "SELECT count(*) AS count FROM access_request"};
constexpr store::Sql kQueuedJobs{"test_queued_jobs",
                                 "SELECT count(*) AS count FROM job WHERE state = 'queued'"};
constexpr store::Sql kCancelledJobs{"test_cancelled_jobs",
                                    "SELECT count(*) AS count FROM job WHERE state = 'cancelled'"};
constexpr store::Sql kIncidents{"test_incidents", "SELECT count(*) AS count FROM incident"};

class AccessRequestsService : public ::testing::Test {
 protected:
  LifecycleHouse house_;
  Person anna_ = house_.enrolled("anna");
  Person twin_ = house_.enrolled("anna2");
  SignedIn anna_here_ = house_.signed_in(anna_);
  SignedIn twin_here_ = house_.signed_in(twin_);
};

template <class T>
void expect_refused(const Answer<T>& answer, RefusalKind kind, std::string_view field = {}) {
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(name_of(answer.error().kind), name_of(kind));
  EXPECT_EQ(answer.error().field, field);
}

TEST_F(AccessRequestsService, WritesRequestDeadlineJobAndLeaves) {
  const Submission submission = house_.a_submission(anna_);

  const auto request = house_.requests.submit(anna_here_.session, submission);

  ASSERT_TRUE(request.has_value());
  EXPECT_EQ(request->id, submission.request);
  EXPECT_EQ(request->state, RequestState::Queued);
  EXPECT_EQ(request->received_at, submission.received_at);
  // Received on Thursday 5 March 2026: due Sunday 5 April, in time until Monday.
  EXPECT_EQ(request->due_nominal, std::chrono::year(2026) / 4 / 5);
  EXPECT_EQ(request->due, std::chrono::year(2026) / 4 / 6);
  ASSERT_TRUE(request->progress.has_value());
  EXPECT_EQ(request->progress->attempt, 0);
  EXPECT_EQ(house_.count(kQueuedJobs), 1);
  EXPECT_EQ(house_.acts("request.received"), 1U);
  EXPECT_EQ(house_.acts("job.queued"), 1U);
}

TEST_F(AccessRequestsService, TakesTheLanguageOfTheAccountOrTheRequest) {
  Submission submission = house_.a_submission(anna_);
  submission.language = "de";
  EXPECT_EQ(house_.requests.submit(anna_here_.session, submission)->language, "de");
  EXPECT_EQ(house_.requests.submit(twin_here_.session, house_.a_submission(twin_))->language, "en");
  for (const std::string wrong : {"", "d", "deu", "DE", "d3", "de\n"}) {
    submission.language = wrong;
    expect_refused(house_.requests.submit(anna_here_.session, submission),
                   RefusalKind::InvalidField,
                   "language");
  }
}

TEST_F(AccessRequestsService, NeedsAFreshStepUp) {
  house_.fake_clock.advance(6min);
  expect_refused(house_.requests.submit(anna_here_.session, house_.a_submission(anna_)),
                 RefusalKind::StepUpNeeded);
}

TEST_F(AccessRequestsService, AcceptsTimesWithinFiveMinutes) {
  Submission submission = house_.a_submission(anna_);
  submission.stated_at = submission.received_at - 5min - 1ms;
  house_.sign(anna_, submission);
  expect_refused(house_.requests.submit(anna_here_.session, submission),
                 RefusalKind::StatementTime);
  submission.stated_at = submission.received_at + 5min + 1ms;
  house_.sign(anna_, submission);
  expect_refused(house_.requests.submit(anna_here_.session, submission),
                 RefusalKind::StatementTime);
  submission.stated_at = submission.received_at - 1us;
  house_.sign(anna_, submission);
  expect_refused(
      house_.requests.submit(anna_here_.session, submission), RefusalKind::InvalidField, "time");

  submission.stated_at = submission.received_at - 5min;
  house_.sign(anna_, submission);
  EXPECT_TRUE(house_.requests.submit(anna_here_.session, submission).has_value());
}

TEST_F(AccessRequestsService, RefusesAKeyThatWasNotEnrolled) {
  Submission submission = house_.a_submission(anna_);
  submission.unlock_key = twin_.root.unlock_keys().public_key();
  house_.sign(anna_, submission);

  expect_refused(house_.requests.submit(anna_here_.session, submission),
                 RefusalKind::InvalidField,
                 "unlock_key");
}

TEST_F(AccessRequestsService, RefusesAStatementOfSomebodyElse) {
  // The twin's own, valid statement, sent through Anna's session, and the reverse.
  Submission submission = house_.a_submission(anna_);
  house_.sign(twin_, submission);
  expect_refused(house_.requests.submit(anna_here_.session, submission),
                 RefusalKind::StatementNotAuthentic);
  submission = house_.a_submission(anna_);
  submission.nonce = house_.a_submission(anna_).nonce;
  expect_refused(house_.requests.submit(anna_here_.session, submission),
                 RefusalKind::StatementNotAuthentic);
  EXPECT_EQ(house_.count(kRequests), 0);
}

TEST_F(AccessRequestsService, NamesTheOpenRequest) {
  const Submission first = house_.a_submission(anna_);
  ASSERT_TRUE(house_.requests.submit(anna_here_.session, first).has_value());

  const auto second = house_.requests.submit(anna_here_.session, house_.a_submission(anna_));

  expect_refused(second, RefusalKind::RequestOpen);
  EXPECT_EQ(second.error().request, first.request);
  EXPECT_EQ(house_.acts("request.not_possible"), 1U);
  EXPECT_TRUE(house_.requests.submit(twin_here_.session, house_.a_submission(twin_)).has_value());
}

TEST_F(AccessRequestsService, UsesANonceOnce) {
  const Submission first = house_.a_submission(anna_);
  ASSERT_TRUE(house_.requests.submit(anna_here_.session, first).has_value());
  ASSERT_TRUE(house_.requests.withdraw(anna_here_.session, first.request).has_value());

  expect_refused(house_.requests.submit(anna_here_.session, first), RefusalKind::NonceUsed);
  Submission same_nonce = house_.a_submission(anna_);
  same_nonce.nonce = first.nonce;
  house_.sign(anna_, same_nonce);
  expect_refused(house_.requests.submit(anna_here_.session, same_nonce), RefusalKind::NonceUsed);
}

TEST_F(AccessRequestsService, WritesOneRequestWhenSentTwiceAtOnce) {
  const Submission submission = house_.a_submission(anna_);
  std::barrier start(2);
  std::atomic<int> accepted = 0;
  std::atomic<int> told = 0;
  const auto send = [&] {
    start.arrive_and_wait();
    const auto answer = house_.requests.submit(anna_here_.session, submission);
    if (answer) ++accepted;
    if (!answer && answer.error().kind == RefusalKind::RequestOpen &&
        answer.error().request == submission.request)
      ++told;
  };
  {
    const std::jthread one(send);
    const std::jthread two(send);
  }

  EXPECT_EQ(accepted, 1);
  EXPECT_EQ(told, 1);
  EXPECT_EQ(house_.count(kRequests), 1);
  EXPECT_EQ(house_.count(kQueuedJobs), 1);
}

TEST_F(AccessRequestsService, ShowsOnlyOwnRequests) {
  const RequestId request =
      house_.requests.submit(anna_here_.session, house_.a_submission(anna_))->id;

  EXPECT_EQ(house_.requests.list(anna_here_.session).size(), 1U);
  EXPECT_TRUE(house_.requests.list(twin_here_.session).empty());
  expect_refused(house_.requests.show(twin_here_.session, request), RefusalKind::NotFound);
  expect_refused(house_.requests.withdraw(twin_here_.session, request), RefusalKind::NotFound);
  expect_refused(house_.requests.disown(twin_here_.session, request), RefusalKind::NotFound);
  expect_refused(house_.requests.start_download(twin_here_.session, request),
                 RefusalKind::NotFound);
  expect_refused(house_.requests.envelope(twin_here_.session, request), RefusalKind::NotFound);
  EXPECT_EQ(house_.state_of(request), "queued");
}

TEST_F(AccessRequestsService, WithdrawsWhatIsQueued) {
  const RequestId request =
      house_.requests.submit(anna_here_.session, house_.a_submission(anna_))->id;

  const auto withdrawn = house_.requests.withdraw(anna_here_.session, request);

  ASSERT_TRUE(withdrawn.has_value());
  EXPECT_EQ(withdrawn->state, RequestState::Withdrawn);
  EXPECT_EQ(withdrawn->progress.has_value(), false);
  EXPECT_EQ(house_.count(kCancelledJobs), 1);
  EXPECT_EQ(house_.acts("request.withdrawn"), 1U);
  const auto again = house_.requests.withdraw(anna_here_.session, request);
  expect_refused(again, RefusalKind::NotPossible);
  EXPECT_EQ(again.error().state, RequestState::Withdrawn);
  EXPECT_EQ(again.error().possible, std::vector{RequestEvent::NotMine});
  EXPECT_EQ(house_.acts("request.not_possible"), 1U);
  EXPECT_TRUE(house_.requests.submit(anna_here_.session, house_.a_submission(anna_)).has_value());
}

TEST_F(AccessRequestsService, DestroysThePackageOfAWithdrawnRequest) {
  const RequestId request = house_.released(anna_, anna_here_.session, "package");

  const auto withdrawn = house_.requests.withdraw(anna_here_.session, request);

  ASSERT_TRUE(withdrawn.has_value());
  EXPECT_TRUE(withdrawn->package->destroyed);
  EXPECT_FALSE(house_.objects.has(object_of(request)));
  EXPECT_EQ(house_.acts("package.deleted"), 1U);
  expect_refused(house_.requests.start_download(anna_here_.session, request),
                 RefusalKind::PackageGone);
}

TEST_F(AccessRequestsService, TakesTheLeaseOfARunningJob) {
  const RequestId request =
      house_.requests.submit(anna_here_.session, house_.a_submission(anna_))->id;
  store::Transaction claim = house_.database.pool().begin();
  const auto jobs = store::jobs::claim(claim, "worker", 60s, 10);
  ASSERT_EQ(jobs.size(), 1U);
  claim.commit();
  ASSERT_EQ(house_.state_of(request), "running");

  ASSERT_TRUE(house_.requests.withdraw(anna_here_.session, request).has_value());

  store::Transaction renew = house_.database.pool().begin();
  EXPECT_FALSE(store::jobs::renew(renew, jobs[0].lease, 60s, {}));
  EXPECT_FALSE(
      store::jobs::release(renew,
                           jobs[0],
                           {.outcome = "released", .cause = "", .death = "", .peak_memory_kib = {}},
                           house_.clock.now()));
  EXPECT_EQ(house_.state_of(request), "withdrawn");
}

TEST_F(AccessRequestsService, SurvivesWithdrawAgainstClaim) {
  for (int round = 0; round < 20; ++round) {
    const RequestId request =
        house_.requests.submit(anna_here_.session, house_.a_submission(anna_))->id;
    std::barrier start(2);
    {
      const std::jthread worker([&] {
        start.arrive_and_wait();
        store::Transaction transaction = house_.database.pool().begin();
        static_cast<void>(store::jobs::claim(transaction, "worker", 60s, 10));
        transaction.commit();
      });
      const std::jthread owner([&] {
        start.arrive_and_wait();
        EXPECT_TRUE(house_.requests.withdraw(anna_here_.session, request).has_value());
      });
    }
    ASSERT_EQ(house_.state_of(request), "withdrawn") << round;
  }
  EXPECT_EQ(house_.count(kQueuedJobs), 0);
}

TEST_F(AccessRequestsService, OpensAnIncidentForNotMine) {
  const RequestId request = house_.released(anna_, anna_here_.session, "package");
  house_.fake_clock.advance(10min);  // a report needs no fresh credential

  const auto disowned = house_.requests.disown(anna_here_.session, request);

  ASSERT_TRUE(disowned.has_value());
  EXPECT_EQ(disowned->due_at, house_.clock.now() + 72h);
  EXPECT_EQ(disowned->request.state, RequestState::Quarantined);
  EXPECT_TRUE(disowned->request.package->frozen);
  EXPECT_TRUE(house_.objects.has(object_of(request)));  // evidence
  EXPECT_EQ(house_.acts("incident.opened"), 1U);
  EXPECT_EQ(house_.acts("package.disowned"), 1U);
  EXPECT_EQ(house_.acts("package.frozen"), 1U);
  const SignedIn again = house_.signed_in(anna_);
  expect_refused(house_.requests.start_download(again.session, request),
                 RefusalKind::PackageFrozen);
  expect_refused(house_.requests.envelope(again.session, request), RefusalKind::PackageFrozen);
}

TEST_F(AccessRequestsService, KeepsOneIncidentWhenSaidTwice) {
  const RequestId request = house_.released(anna_, anna_here_.session, "package");

  const auto first = house_.requests.disown(anna_here_.session, request);
  house_.fake_clock.advance(1h);
  const auto second = house_.requests.disown(anna_here_.session, request);

  ASSERT_TRUE(first.has_value() && second.has_value());
  EXPECT_EQ(first->incident, second->incident);
  EXPECT_EQ(first->due_at, second->due_at);
  EXPECT_EQ(house_.count(kIncidents), 1);
  EXPECT_EQ(house_.acts("package.disowned"), 2U);
}

TEST_F(AccessRequestsService, StopsTheJobOfADisownedRequest) {
  const RequestId request =
      house_.requests.submit(anna_here_.session, house_.a_submission(anna_))->id;

  const auto disowned = house_.requests.disown(anna_here_.session, request);

  ASSERT_TRUE(disowned.has_value());
  EXPECT_EQ(disowned->request.state, RequestState::Quarantined);
  EXPECT_EQ(house_.count(kCancelledJobs), 1);
  EXPECT_EQ(house_.acts("job.quarantined"), 1U);
  // Withdrawing is recorded and changes nothing while the incident is open.
  EXPECT_EQ(house_.requests.withdraw(anna_here_.session, request)->state,
            RequestState::Quarantined);
}

TEST_F(AccessRequestsService, AcceptsNotMineAfterTheEnd) {
  const RequestId request =
      house_.requests.submit(anna_here_.session, house_.a_submission(anna_))->id;
  ASSERT_TRUE(house_.requests.withdraw(anna_here_.session, request).has_value());

  const auto disowned = house_.requests.disown(anna_here_.session, request);

  ASSERT_TRUE(disowned.has_value());
  EXPECT_EQ(disowned->request.state, RequestState::Withdrawn);
  EXPECT_EQ(house_.count(kIncidents), 1);
}

TEST_F(AccessRequestsService, BecomesDownloadedWhenWhole) {
  const RequestId request = house_.released(anna_, anna_here_.session, "0123456789");

  auto download = house_.requests.start_download(anna_here_.session, request);
  ASSERT_TRUE(download.has_value());
  EXPECT_EQ(house_.acts("package.download_started"), 1U);
  std::array<std::byte, 4> bytes{};
  EXPECT_EQ(download->bytes->read(8, bytes), 2U);
  house_.requests.finish_download(*download, 0, 10);

  EXPECT_EQ(house_.state_of(request), "downloaded");
  const auto event = house_.database.recorder().events().back();
  EXPECT_EQ(event.act(), "package.downloaded");
  EXPECT_NE(event.fields().find(R"("from_pm":0)"), std::string::npos) << event.fields();
  EXPECT_NE(event.fields().find(R"("to_pm":1000,"whole":1)"), std::string::npos) << event.fields();
}

TEST_F(AccessRequestsService, BecomesDownloadedByParts) {
  const RequestId request = house_.released(anna_, anna_here_.session, "0123456789");
  const auto fetch = [&](std::uint64_t from, std::uint64_t to) {
    house_.requests.finish_download(
        *house_.requests.start_download(anna_here_.session, request), from, to);
  };

  fetch(5, 10);
  EXPECT_EQ(house_.state_of(request), "ready");
  fetch(3, 3);
  fetch(0, 4);
  EXPECT_EQ(house_.state_of(request), "ready");
  fetch(4, 5);

  EXPECT_EQ(house_.state_of(request), "downloaded");
  EXPECT_EQ(house_.acts("package.downloaded"), 3U);
}

TEST_F(AccessRequestsService, RefusesDownloadsAndSaysWhy) {
  const RequestId queued =
      house_.requests.submit(anna_here_.session, house_.a_submission(anna_))->id;
  expect_refused(house_.requests.start_download(anna_here_.session, queued),
                 RefusalKind::PackageNotReady);
  const RequestId ready = house_.released(twin_, twin_here_.session, "package");
  house_.fake_clock.advance(5min + 1us);
  expect_refused(house_.requests.start_download(twin_here_.session, ready),
                 RefusalKind::StepUpNeeded);
  expect_refused(house_.requests.envelope(twin_here_.session, ready), RefusalKind::StepUpNeeded);

  EXPECT_EQ(house_.acts("package.download_refused"), 3U);
  EXPECT_EQ(house_.acts("package.download_started"), 0U);
}

TEST_F(AccessRequestsService, HandsOutNothingWhileTheLogIsFrozen) {
  const RequestId request = house_.released(anna_, anna_here_.session, "package");
  house_.set_log_state("frozen");

  const auto download = house_.requests.start_download(anna_here_.session, request);

  expect_refused(download, RefusalKind::LedgerUnavailable);
  EXPECT_GT(download.error().retry_after, 0s);
  expect_refused(house_.requests.peek_download(anna_here_.session, request),
                 RefusalKind::LedgerUnavailable);
  expect_refused(house_.requests.envelope(anna_here_.session, request),
                 RefusalKind::LedgerUnavailable);
  EXPECT_EQ(house_.acts("package.download_refused"), 3U);
  EXPECT_EQ(house_.acts("package.download_started"), 0U);
  expect_refused(house_.requests.start_download(twin_here_.session, request),
                 RefusalKind::NotFound);
}

TEST_F(AccessRequestsService, HandsOutNothingWhileTheOutboxIsFull) {
  const RequestId request = house_.released(anna_, anna_here_.session, "package");
  house_.database.execute(
      "INSERT INTO ledger.outbox (log_id, leaf) "
      "SELECT 1, decode(repeat('00', 200), 'hex') FROM generate_series(1, 100001)");

  expect_refused(house_.requests.start_download(anna_here_.session, request),
                 RefusalKind::LedgerUnavailable);
}

TEST_F(AccessRequestsService, IsNeverRefusedTheRestBecauseOfTheLedger) {
  const RequestId request = house_.released(anna_, anna_here_.session, "package");
  house_.set_log_state("frozen");

  EXPECT_TRUE(house_.requests.submit(twin_here_.session, house_.a_submission(twin_)).has_value());
  EXPECT_TRUE(house_.requests.disown(anna_here_.session, request).has_value());
  EXPECT_TRUE(house_.requests.show(anna_here_.session, request).has_value());
  EXPECT_EQ(house_.acts("incident.opened"), 1U);
}

TEST_F(AccessRequestsService, StopsARunningDownloadWhenFrozen) {
  const RequestId request = house_.released(anna_, anna_here_.session, "0123456789");
  const auto download = house_.requests.start_download(anna_here_.session, request);
  ASSERT_TRUE(download.has_value());
  EXPECT_TRUE(house_.requests.may_continue(*download));

  ASSERT_TRUE(house_.requests.disown(anna_here_.session, request).has_value());

  EXPECT_FALSE(house_.requests.may_continue(*download));
  house_.requests.finish_download(
      *download, 0, 10);  // the bytes that left are on record all the same
  EXPECT_EQ(house_.acts("package.downloaded"), 1U);
  EXPECT_EQ(house_.state_of(request), "quarantined");
}

TEST_F(AccessRequestsService, PeeksWithoutALeaf) {
  const RequestId request = house_.released(anna_, anna_here_.session, "0123456789");

  EXPECT_EQ(house_.requests.peek_download(anna_here_.session, request)->size_bytes, 10U);

  EXPECT_EQ(house_.acts("package.download_started"), 0U);
}

TEST_F(AccessRequestsService, HandsOutTheEnvelope) {
  const RequestId request = house_.released(anna_, anna_here_.session, "package");

  const auto envelope = house_.requests.envelope(anna_here_.session, request);

  ASSERT_TRUE(envelope.has_value());
  EXPECT_EQ(as_text(*envelope), R"({"envelope":1})");
  EXPECT_EQ(house_.acts("package.envelope_fetched"), 1U);
}

TEST_F(AccessRequestsService, ExpiresAndDestroysPackages) {
  const RequestId request = house_.released(anna_, anna_here_.session, "package");
  house_.fake_clock.advance(std::chrono::days(30) - 1us);
  EXPECT_EQ(house_.requests.expire(), 0U);
  EXPECT_EQ(house_.state_of(request), "ready");
  house_.fake_clock.advance(1us);

  EXPECT_EQ(house_.requests.expire(), 1U);

  EXPECT_EQ(house_.state_of(request), "expired");
  EXPECT_FALSE(house_.objects.has(object_of(request)));
  EXPECT_EQ(house_.acts("package.expired"), 1U);
  EXPECT_EQ(house_.acts("package.deleted"), 1U);
  EXPECT_EQ(house_.requests.expire(), 0U);
}

TEST_F(AccessRequestsService, DestroysButNeverReleasesWhatIsQuarantined) {
  const RequestId request = house_.released(anna_, anna_here_.session, "package");
  ASSERT_TRUE(house_.requests.disown(anna_here_.session, request).has_value());
  house_.fake_clock.advance(std::chrono::days(30));

  EXPECT_EQ(house_.requests.expire(), 1U);

  EXPECT_EQ(house_.state_of(request), "quarantined");
  EXPECT_FALSE(house_.objects.has(object_of(request)));
}

TEST_F(AccessRequestsService, TriesAgainWhenTheStoreDidNotAnswer) {
  const RequestId first = house_.released(anna_, anna_here_.session, "package");
  house_.fake_clock.advance(std::chrono::days(30));
  house_.objects.break_destroy(true);
  EXPECT_EQ(house_.requests.expire(), 0U);
  EXPECT_EQ(house_.state_of(first), "expired");

  house_.objects.break_destroy(false);

  EXPECT_EQ(house_.requests.expire(), 1U);
  EXPECT_FALSE(house_.objects.has(object_of(first)));
}

TEST_F(AccessRequestsService, DoesNotStartWithAnUnknownZone) {
  EXPECT_THROW(AccessRequests(house_.database.pool(),
                              house_.pressure,
                              house_.objects,
                              house_.clock,
                              house_.random,
                              {.timezone = "Mars/Base"}),
               Failure);
}

}  // namespace
}  // namespace rightful::lifecycle
