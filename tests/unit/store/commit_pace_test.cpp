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
  for (int i = 0; i < 6; ++i)
    look(5000, 50'000);
  ASSERT_EQ(pace_.allowed(), 4U);
  look(5000, 0);
  EXPECT_EQ(pace_.allowed(), 8U);
  look(5000, 32);
  EXPECT_EQ(pace_.allowed(), 16U);
  look(5000, 0);
  look(5000, 0);
  EXPECT_EQ(pace_.allowed(), 32U);
}

// Its standing still is another matter; who waits for it would wait for ever.
TEST_F(CommitPaceTest, ASequencerThatStandsHoldsNobodyBack) {
  for (int i = 0; i < 6; ++i)
    look(5000, 50'000);
  ASSERT_EQ(pace_.allowed(), 4U);
  look(0, 60'000);
  EXPECT_EQ(pace_.allowed(), 32U);
}

TEST_F(CommitPaceTest, FewLeavesAreNoQueueHoweverSlowTheyAreTaken) {
  for (int i = 0; i < 6; ++i)
    look(1, 32);
  EXPECT_EQ(pace_.allowed(), 32U);
}

// The sequencer's row is what a superuser can write, and a clock's second may be none.
TEST_F(CommitPaceTest, NonsenseHoldsNobodyBack) {
  look(5000, 50'000);
  pace_.look(10, 2'000'000'000'000, now_ + 1s);
  EXPECT_EQ(pace_.allowed(), 32U) << "more in the log than there is";
  pace_.look(50'000, 5, now_ + 2s);
  EXPECT_EQ(pace_.allowed(), 32U) << "less in the log than there was";
  pace_.look(100'000, 50, now_ + 2s);
  EXPECT_EQ(pace_.allowed(), 32U) << "in no time";
}

TEST(CommitPaces, OfANarrowWindowAllowOne) {
  CommitPace pace(1);
  pace.look(100, 1, CommitPace::SteadyTime(1s));
  pace.look(100'000, 2, CommitPace::SteadyTime(2s));
  EXPECT_EQ(pace.allowed(), 1U);
}

}  // namespace
}  // namespace rightful::store
