#include "archive/piece_lane.hpp"

#include <atomic>
#include <latch>
#include <string>

#include <gtest/gtest.h>

#include "rightful/core/failure.hpp"

namespace rightful::archive {
namespace {

std::string text_of(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST(PieceLane, TakesAllPiecesInTheirOrder) {
  std::string taken;
  std::string expected;
  PieceLane lane([&taken](ByteView piece) { taken += text_of(piece); });

  for (int i = 0; i < 1000; ++i) {
    const std::string piece = std::to_string(i) + " ";
    lane.push(as_bytes(piece));
    expected += piece;
  }
  lane.drain();

  EXPECT_EQ(taken, expected);
}

TEST(PieceLane, CopiesWhatIsPushed) {
  std::latch is_changed(1);
  std::string taken;
  PieceLane lane([&](ByteView piece) {
    is_changed.wait();
    taken = text_of(piece);
  });
  std::string piece = "before";

  lane.push(as_bytes(piece));
  piece = "after!";
  is_changed.count_down();
  lane.drain();

  EXPECT_EQ(taken, "before");
}

TEST(PieceLane, GoesOnAfterADrain) {
  int taken = 0;
  PieceLane lane([&taken](ByteView) { ++taken; });

  lane.drain();
  lane.push({});
  lane.drain();
  EXPECT_EQ(taken, 1);
  lane.push({});
  lane.drain();

  EXPECT_EQ(taken, 2);
}

TEST(PieceLane, AFailureIsThrownByEveryLaterCall) {
  PieceLane lane([](ByteView) { throw Failure(Retry::Later, "disk_full", "no room"); });

  lane.push({});

  EXPECT_THROW(lane.drain(), Failure);
  EXPECT_THROW(lane.push({}), Failure);
  EXPECT_THROW(lane.drain(), Failure);
}

TEST(PieceLane, AFailureFreesWhoeverWaitsForRoom) {
  PieceLane lane([](ByteView) { throw Failure(Retry::Later, "disk_full", "no room"); });

  EXPECT_THROW(
      {
        for (int i = 0; i < 100; ++i)
          lane.push({});
      },
      Failure);
}

TEST(PieceLane, EndsWithPiecesInTheQueueAndWaitsForTheOneInHand) {
  std::atomic<int> begun = 0;
  std::atomic<int> ended = 0;
  std::latch is_taking(1);
  std::latch may_go_on(1);
  auto lane = std::make_unique<PieceLane>([&](ByteView) {
    if (++begun == 1) {
      is_taking.count_down();
      may_go_on.wait();
    }
    ++ended;
  });
  for (int i = 0; i < 4; ++i)
    lane->push({});
  is_taking.wait();

  std::thread release([&may_go_on] { may_go_on.count_down(); });
  lane.reset();

  EXPECT_GE(ended, 1);
  EXPECT_EQ(begun, ended);
  release.join();
}

}  // namespace
}  // namespace rightful::archive
