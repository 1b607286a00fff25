#include "rightful/lifecycle/request_state.hpp"

#include <map>
#include <set>
#include <utility>

#include <gtest/gtest.h>

#include "tests/support/result_matchers.hpp"

namespace rightful::lifecycle {
namespace {

using testing::IsError;
using E = RequestEvent;
using S = RequestState;

constexpr std::array kStates{S::Received,
                             S::Queued,
                             S::Running,
                             S::Verifying,
                             S::Ready,
                             S::Downloaded,
                             S::Expired,
                             S::Withdrawn,
                             S::Failed,
                             S::Quarantined};
constexpr std::array kEvents{E::Enqueue,
                             E::Claim,
                             E::Collected,
                             E::Verified,
                             E::Fault,
                             E::GiveUp,
                             E::Guard,
                             E::Withdraw,
                             E::NotMine,
                             E::Freeze,
                             E::Fetched,
                             E::Expire,
                             E::Retry,
                             E::LiftHold};

/// Every allowed move, one by one as the design's two tables list them; what is not here must be
/// refused.
const std::map<std::pair<S, E>, S> kAllowed{
    {{S::Received, E::Enqueue}, S::Queued},
    {{S::Received, E::Withdraw}, S::Withdrawn},
    {{S::Received, E::NotMine}, S::Quarantined},
    {{S::Received, E::Freeze}, S::Quarantined},
    {{S::Queued, E::Claim}, S::Running},
    {{S::Queued, E::Withdraw}, S::Withdrawn},
    {{S::Queued, E::NotMine}, S::Quarantined},
    {{S::Queued, E::Freeze}, S::Quarantined},
    {{S::Running, E::Collected}, S::Verifying},
    {{S::Running, E::Fault}, S::Queued},
    {{S::Running, E::GiveUp}, S::Failed},
    {{S::Running, E::Guard}, S::Quarantined},
    {{S::Running, E::Withdraw}, S::Withdrawn},
    {{S::Running, E::NotMine}, S::Quarantined},
    {{S::Running, E::Freeze}, S::Quarantined},
    {{S::Verifying, E::Verified}, S::Ready},
    {{S::Verifying, E::Fault}, S::Queued},
    {{S::Verifying, E::GiveUp}, S::Failed},
    {{S::Verifying, E::Guard}, S::Quarantined},
    {{S::Verifying, E::Withdraw}, S::Withdrawn},
    {{S::Verifying, E::NotMine}, S::Quarantined},
    {{S::Verifying, E::Freeze}, S::Quarantined},
    {{S::Ready, E::Fetched}, S::Downloaded},
    {{S::Ready, E::Expire}, S::Expired},
    {{S::Ready, E::Withdraw}, S::Withdrawn},
    {{S::Ready, E::NotMine}, S::Quarantined},
    {{S::Ready, E::Freeze}, S::Quarantined},
    {{S::Downloaded, E::Fetched}, S::Downloaded},
    {{S::Downloaded, E::Expire}, S::Expired},
    {{S::Downloaded, E::NotMine}, S::Quarantined},
    {{S::Downloaded, E::Freeze}, S::Quarantined},
    {{S::Expired, E::NotMine}, S::Expired},
    {{S::Withdrawn, E::NotMine}, S::Withdrawn},
    {{S::Failed, E::Withdraw}, S::Withdrawn},
    {{S::Failed, E::NotMine}, S::Quarantined},
    {{S::Failed, E::Freeze}, S::Quarantined},
    {{S::Failed, E::Retry}, S::Queued},
    {{S::Quarantined, E::Withdraw}, S::Quarantined},
    {{S::Quarantined, E::NotMine}, S::Quarantined},
    {{S::Quarantined, E::Freeze}, S::Quarantined},
    {{S::Quarantined, E::Expire}, S::Quarantined},
    {{S::Quarantined, E::LiftHold}, S::Queued},
};

TEST(RequestStateTable, AllowsExactlyTheListedMoves) {
  static_assert(kStates.size() == kRequestStateCount && kEvents.size() == kRequestEventCount);
  for (const S state : kStates) {
    for (const E event : kEvents) {
      const auto listed = kAllowed.find({state, event});
      const auto next = next_state(state, event);

      ASSERT_EQ(next.has_value(), listed != kAllowed.end())
          << name_of(state) << " " << name_of(event);
      if (next) EXPECT_EQ(*next, listed->second) << name_of(state) << " " << name_of(event);
    }
  }
}

TEST(RequestStateTable, AcceptsNotMineInEveryState) {
  for (const S state : kStates)
    EXPECT_TRUE(next_state(state, E::NotMine)) << name_of(state);
}

TEST(RequestStateTable, NeverReleasesWhatIsQuarantined) {
  for (const E event : kEvents) {
    const auto next = next_state(S::Quarantined, event);
    EXPECT_FALSE(next == S::Ready || next == S::Downloaded) << name_of(event);
  }
}

TEST(RequestStateTable, TellsTheRequesterWhatIsPossible) {
  EXPECT_EQ(possible_for_requester(S::Ready), (std::vector{E::Withdraw, E::NotMine, E::Fetched}));
  EXPECT_EQ(possible_for_requester(S::Downloaded), (std::vector{E::NotMine, E::Fetched}));
  EXPECT_EQ(possible_for_requester(S::Withdrawn), (std::vector{E::NotMine}));
}

TEST(RequestStateTable, NamesAndParsesEveryState) {
  std::set<std::string_view> names;
  for (const S state : kStates) {
    EXPECT_EQ(parse_request_state(name_of(state)), state);
    names.insert(name_of(state));
  }
  EXPECT_EQ(names.size(), kRequestStateCount);
  EXPECT_THAT(parse_request_state("Ready"), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(parse_request_state(""), IsError(ErrorCode::InvalidArgument));
}

TEST(RequestStateTable, KnowsWhichClocksRun) {
  EXPECT_TRUE(is_open(S::Failed));
  EXPECT_TRUE(is_open(S::Quarantined));
  EXPECT_FALSE(is_open(S::Ready));
  EXPECT_FALSE(is_open(S::Withdrawn));
}

}  // namespace
}  // namespace rightful::lifecycle
