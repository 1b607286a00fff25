#include <gtest/gtest.h>

#include "rightful/queue/lease_keeper.hpp"

namespace rightful::queue {
namespace {

using std::chrono::seconds;
using TimePoint = std::chrono::steady_clock::time_point;

const TimePoint kStart{};

store::Lease a_lease() {
  return {*JobId::parse("11111111-2222-4333-8444-555555555555"), "token"};
}

TEST(HeldLease, IsBelievedForTwoThirdsOfItsTime) {
  const HeldLease lease(a_lease(), seconds(60), kStart);

  EXPECT_FALSE(lease.is_lost(kStart + seconds(39)));
  EXPECT_TRUE(lease.is_lost(kStart + seconds(40)));
}

TEST(HeldLease, LivesOnWithEachRenewal) {
  HeldLease lease(a_lease(), seconds(60), kStart);

  lease.renewed(kStart + seconds(15), {});

  EXPECT_FALSE(lease.is_lost(kStart + seconds(54)));
  EXPECT_TRUE(lease.is_lost(kStart + seconds(55)));
}

TEST(HeldLease, IsLostForGoodWhenTheDatabaseSaysSo) {
  HeldLease lease(a_lease(), seconds(60), kStart);

  lease.mark_lost();
  lease.renewed(kStart + seconds(1), {});

  EXPECT_TRUE(lease.is_lost(kStart + seconds(2)));
}

TEST(HeldLease, KeepsTheNewestProgress) {
  HeldLease lease(a_lease(), seconds(60), kStart);

  lease.set_progress(
      {.datasets_total = 3, .datasets_done = 1, .rows = 7, .objects = 0, .bytes = 9});

  EXPECT_EQ(lease.progress().rows, 7);
}

TEST(HeldLease, IsDueAfterItsTime) {
  HeldLease lease(a_lease(), seconds(60), kStart);

  EXPECT_FALSE(lease.is_due(kStart + seconds(14), seconds(15)));
  EXPECT_TRUE(lease.is_due(kStart + seconds(15), seconds(15)));
}

TEST(HeldLease, IsDueAtOnceWithNewCounts) {
  HeldLease lease(a_lease(), seconds(60), kStart);
  lease.set_progress({.datasets_total = 1, .rows = 1});
  EXPECT_TRUE(lease.is_due(kStart + seconds(1), seconds(15)));

  const auto written = lease.begin_renewal(kStart + seconds(1));
  lease.renewed(kStart + seconds(1), written);

  EXPECT_FALSE(lease.is_due(kStart + seconds(2), seconds(15)));
}

TEST(HeldLease, WaitsAfterATryThatFailed) {
  HeldLease lease(a_lease(), seconds(60), kStart);
  lease.set_progress({.datasets_total = 1, .rows = 1});
  static_cast<void>(lease.begin_renewal(kStart + seconds(1)));
  lease.set_progress({.datasets_total = 1, .rows = 2});

  EXPECT_FALSE(lease.is_due(kStart + seconds(2), seconds(15)));
  EXPECT_TRUE(lease.is_due(kStart + seconds(16), seconds(15)));
}

TEST(HeldLease, IsNeverDueOnceItIsLost) {
  HeldLease lease(a_lease(), seconds(60), kStart);
  lease.mark_lost();

  EXPECT_FALSE(lease.is_due(kStart + seconds(60), seconds(15)));
}

}  // namespace
}  // namespace rightful::queue
