#include "rightful/lifecycle/retry_request.hpp"

#include <string>

#include <gtest/gtest.h>

#include "rightful/store/sql.hpp"

#include "tests/integration/lifecycle/people.hpp"

namespace rightful::lifecycle {
namespace {

using testing::LifecycleHouse;
using testing::Person;

constexpr store::Sql kFail{"test_fail", R"(
WITH ended AS (UPDATE job SET state = 'failed', finalized_at = now() WHERE request_id = $1)
UPDATE access_request SET state = $2, failure_note = 'why' WHERE id = $1)"};
constexpr store::Sql kWaiting{"test_waiting", R"(
SELECT count(*) AS count FROM job JOIN access_request AS request ON request.id = job.request_id
WHERE job.state = 'queued' AND request.state = 'queued' AND request.catalog_version IS NULL
  AND request.failure_note IS NULL AND job.due_at = request.due_at)"};

class RetryRequest : public ::testing::Test {
 protected:
  RequestId asked() {
    return house_.requests.submit(here_.session, house_.a_submission(anna_))->id;
  }

  void end(const RequestId& request, const std::string& state) {
    auto transaction = house_.database.pool().begin();
    transaction.run(kFail, {request, state});
    transaction.commit();
  }

  Answer<void> retry(const RequestId& request) {
    return retry_failed(house_.database.pool(), request, house_.fake_clock, house_.random);
  }

  LifecycleHouse house_;
  Person anna_ = house_.enrolled("anna");
  SignedIn here_ = house_.signed_in(anna_);
};

TEST_F(RetryRequest, PutsAFailedRequestBack) {
  const RequestId request = asked();
  end(request, "failed");

  EXPECT_TRUE(retry(request).has_value());

  EXPECT_EQ(house_.count(kWaiting), 1);
  EXPECT_EQ(house_.acts("job.queued"), 2U);
}

TEST_F(RetryRequest, LeavesAQuarantinedOneToTheOfficers) {
  const RequestId request = asked();
  end(request, "quarantined");

  const auto answer = retry(request);

  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().kind, RefusalKind::NotPossible);
  EXPECT_NE(answer.error().detail.find("quarantined"), std::string::npos);
  EXPECT_EQ(house_.count(kWaiting), 0);
}

TEST_F(RetryRequest, RefusesOneThatWaitsAlready) {
  const auto answer = retry(asked());

  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().kind, RefusalKind::NotPossible);
  EXPECT_EQ(house_.count(kWaiting), 1);
}

TEST_F(RetryRequest, RefusesAnUnknownId) {
  const auto answer = retry(RequestId::random(house_.random));

  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().kind, RefusalKind::NotFound);
}

}  // namespace
}  // namespace rightful::lifecycle
