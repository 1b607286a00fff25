// Fewer commits at once while the sequencer is behind.
#include "store/commit_pace.hpp"

#include <gtest/gtest.h>

namespace rightful::store {
namespace {

using namespace std::chrono_literals;

/// A process that commits and a sequencer that does `rate` leaves a second, looked at each second.
class CommitPaceTest : public ::testing::Test {
 protected:
  /// @param waiting  leaves that are committed and not in the log.
  void look(std::uint64_t rate, std::uint64_t waiting) {
    now_ += 1s;
    sequenced_ += rate;
    pace_.look(sequenced_ + waiting, sequenced_, now_);
  }

  /// Until no fewer are allowed.
  void fall_behind() {
    for (int i = 0; i < 6; ++i)
      look(5000, 50'000);
    ASSERT_EQ(pace_.allowed(), 4U);
  }

  CommitPace pace_{32};
  std::uint64_t sequenced_ = 1;
  CommitPace::SteadyTime now_;
};

TEST_F(CommitPaceTest, NobodyIsHeldBackAtFirst) {
  EXPECT_EQ(pace_.allowed(), 32U);
  look(1, 100'000);
  EXPECT_EQ(pace_.allowed(), 32U) << "one look says nothing of the sequencer's speed";
}

TEST_F(CommitPaceTest, WhoWaitsLongMakesFewer) {
  look(5000, 5000);
  look(5000, 5000);
  EXPECT_EQ(pace_.allowed(), 16U) << "a second is five times too long; at most by half at once";
  look(5000, 5000);
  EXPECT_EQ(pace_.allowed(), 8U);
  look(5000, 5000);
  EXPECT_EQ(pace_.allowed(), 4U);
  look(5000, 500'000);
  EXPECT_EQ(pace_.allowed(), 4U) << "some are always under way";
}

TEST_F(CommitPaceTest, ALittleTooLongIsALittleLess) {
  look(5000, 2000);
  look(5000, 2000);
  EXPECT_EQ(pace_.allowed(), 22U) << "0.4 s where 0.2 s are good";
  look(5000, 1000);
  EXPECT_EQ(pace_.allowed(), 22U) << "as it should be: it stays";
}

TEST_F(CommitPaceTest, AllGoOnWhenNobodyWaits) {
  fall_behind();
  look(5000, 0);
  EXPECT_EQ(pace_.allowed(), 8U);
  look(0, 0);
  EXPECT_EQ(pace_.allowed(), 16U) << "nor is there anything to do";
  look(5000, 0);
  EXPECT_EQ(pace_.allowed(), 32U);
}

TEST_F(CommitPaceTest, WhatOneBatchTakesIsNoQueueHoweverSlowItIs) {
  for (int i = 0; i < 6; ++i)
    look(1, 512);
  EXPECT_EQ(pace_.allowed(), 32U);
}

// A batch of one second and a half: looks see nothing, everything, nothing.
TEST_F(CommitPaceTest, OneThatStumblesIsStillBehind) {
  fall_behind();
  look(0, 50'000);
  EXPECT_EQ(pace_.allowed(), 4U);
  look(1024, 50'000);
  EXPECT_EQ(pace_.allowed(), 4U);
}

TEST_F(CommitPaceTest, ItsSpeedIsThatOfTheWholeTime) {
  look(2000, 600);
  look(0, 600);
  look(2000, 600);
  EXPECT_EQ(pace_.allowed(), 18U) << "1,000 a second: 0.6 s";
}

// Whoever waits for it would wait for ever.
TEST_F(CommitPaceTest, OneThatStandsHoldsNobodyBack) {
  fall_behind();
  for (int i = 0; i < 4; ++i)
    look(0, 50'000);
  EXPECT_EQ(pace_.allowed(), 4U);
  look(0, 50'000);
  EXPECT_EQ(pace_.allowed(), 32U) << "five seconds";
  look(1024, 50'000);
  EXPECT_EQ(pace_.allowed(), 16U) << "it goes on";
}

// Whoever writes into the table that is looked at, or makes it anew.
TEST_F(CommitPaceTest, LessInTheLogThanBeforeHoldsNobodyBack) {
  fall_behind();
  pace_.look(100'000, 5, now_ + 1s);
  EXPECT_EQ(pace_.allowed(), 32U);
}

TEST_F(CommitPaceTest, MoreInTheLogThanThereIsHoldsNobodyBackForLong) {
  fall_behind();
  for (int i = 1; i <= 3; ++i)
    pace_.look(10, 2'000'000'000'000, now_ + std::chrono::seconds(i));
  EXPECT_EQ(pace_.allowed(), 32U);
}

TEST_F(CommitPaceTest, NoTimeSaysNothing) {
  fall_behind();
  pace_.look(sequenced_ + 50'000, sequenced_ + 5000, now_);
  EXPECT_EQ(pace_.allowed(), 4U);
}

TEST_F(CommitPaceTest, ForgetsWhatItSaw) {
  fall_behind();
  pace_.forget();
  EXPECT_EQ(pace_.allowed(), 32U);
  look(5000, 50'000);
  EXPECT_EQ(pace_.allowed(), 32U);
}

TEST(CommitPaces, OfANarrowWindowAllowOne) {
  CommitPace pace(1);
  pace.look(1000, 1, CommitPace::SteadyTime(1s));
  pace.look(100'000, 2, CommitPace::SteadyTime(2s));
  EXPECT_EQ(pace.allowed(), 1U);
}

}  // namespace
}  // namespace rightful::store
