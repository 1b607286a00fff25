#include "archive/deflate_lanes.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <latch>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "rightful/core/clock.hpp"
#include "rightful/core/failure.hpp"
#include "rightful/crypto/hash.hpp"

namespace rightful::archive {
namespace {

std::unique_ptr<Segment> segment_of(std::string_view content) {
  auto segment = std::make_unique<Segment>();
  segment->content = to_bytes(content);
  return segment;
}

/// Text of lines that are never the same.
std::string lines(std::size_t size, int seed) {
  std::string text;
  for (int i = 0; text.size() < size; ++i)
    text += "line " + std::to_string(seed * 7919 + i * i) + "\n";
  text.resize(size);
  return text;
}

/// A lane that copies, as slowly as it is told.
DeflateLanes::Pack copying(const std::function<void(const Segment&)>& before) {
  return [before](Deflater&, Segment& segment) {
    before(segment);
    segment.packed = segment.content;
  };
}

DeflateLanes::Pack failing() {
  return [](Deflater&, Segment&) { throw Failure(Retry::Later, "disk_full", "no room"); };
}

TEST(DeflateLanesTest, GivesBackInTheOrderOfSubmission) {
  DeflateLanes lanes(copying([](const Segment& segment) {
    // The first ones take longest, so that the later ones are ready before them.
    SystemClock().wait_for({}, std::chrono::milliseconds(8 - segment.content.size()));
  }));
  std::vector<std::string> expected;
  for (std::size_t i = 1; i <= DeflateLanes::kSegments; ++i) {
    expected.emplace_back(i, 'x');
    lanes.submit(segment_of(expected.back()));
  }
  EXPECT_TRUE(lanes.is_full());

  std::vector<std::string> packed;
  while (!lanes.is_empty())
    packed.emplace_back(as_text(lanes.collect()->packed));

  EXPECT_EQ(packed, expected);
}

TEST(DeflateLanesTest, PacksTheSameBytesAsOneThread) {
  DeflateLanes lanes;
  Deflater deflater;
  std::vector<Bytes> expected;
  for (int i = 0; i < static_cast<int>(DeflateLanes::kSegments); ++i) {
    auto segment = segment_of(lines(kSegmentBytes - static_cast<std::size_t>(i), i));
    if (i % 2 == 1) segment->end = EntryEnd{};
    Segment alone;
    alone.content = segment->content;
    alone.end = segment->end;
    pack_segment(deflater, alone);
    expected.push_back(std::move(alone.packed));
    lanes.submit(std::move(segment));
  }

  for (const Bytes& packed : expected)
    EXPECT_TRUE(lanes.collect()->packed == packed);
}

TEST(DeflateLanesTest, WhatIsPackedKeepsItsPlace) {
  std::latch may_go_on(1);
  DeflateLanes lanes(copying([&may_go_on](const Segment&) { may_go_on.wait(); }));
  auto stored = segment_of("");
  stored->packed = to_bytes("stored");
  stored->is_packed = true;

  lanes.submit(segment_of("first"));
  lanes.submit(std::move(stored));
  EXPECT_FALSE(lanes.is_next_done());
  may_go_on.count_down();

  EXPECT_EQ(as_text(lanes.collect()->packed), "first");
  EXPECT_TRUE(lanes.is_next_done());
  EXPECT_EQ(as_text(lanes.collect()->packed), "stored");
  EXPECT_TRUE(lanes.is_empty());
  EXPECT_FALSE(lanes.is_next_done());
}

TEST(DeflateLanesTest, MeasuresInOrder) {
  for (int round = 0; round < 20; ++round) {
    DeflateLanes lanes(copying([](const Segment&) {}));
    ContentMeter meter;
    std::string all;
    for (std::size_t i = 0; i < 100; ++i) {
      const std::string part = lines(1 + i * 37, static_cast<int>(i));
      all += part;
      if (lanes.is_full()) EXPECT_EQ(lanes.collect()->meter, nullptr);
      auto segment = segment_of(part);
      segment->meter = &meter;
      lanes.submit(std::move(segment));
    }
    lanes.wait_for_meters();
    const ContentMeter::Facts facts = meter.finish();
    EXPECT_EQ(facts.size, all.size());
    EXPECT_EQ(facts.crc, crc32_continue(0, as_bytes(all)));
    EXPECT_EQ(facts.sha256, crypto::sha256(as_bytes(all)));
  }
}

TEST(DeflateLanesTest, WaitingForNoMeterReturns) {
  DeflateLanes lanes;
  lanes.wait_for_meters();
  EXPECT_TRUE(lanes.is_empty());
}

TEST(DeflateLanesTest, AFailureIsThrownByEveryLaterCall) {
  DeflateLanes lanes(failing());
  lanes.submit(segment_of("a"));

  EXPECT_THROW(static_cast<void>(lanes.collect()), Failure);
  EXPECT_THROW(lanes.submit(segment_of("b")), Failure);
  EXPECT_THROW(static_cast<void>(lanes.collect()), Failure);
  EXPECT_THROW(lanes.wait_for_meters(), Failure);
}

TEST(DeflateLanesTest, EndsWithSegmentsInTheQueueAndWaitsForThoseInHand) {
  std::atomic<int> begun = 0;
  std::atomic<int> ended = 0;
  std::latch is_packing(1);
  std::latch may_go_on(1);
  auto lanes = std::make_unique<DeflateLanes>([&](Deflater&, Segment&) {
    if (++begun == 1) is_packing.count_down();
    may_go_on.wait();
    ++ended;
  });
  for (std::size_t i = 0; i < DeflateLanes::kSegments; ++i)
    lanes->submit(segment_of("content"));
  is_packing.wait();

  std::thread release([&may_go_on] { may_go_on.count_down(); });
  lanes.reset();

  EXPECT_GE(ended, 1);
  EXPECT_EQ(begun, ended);
  release.join();
}

TEST(DeflateLanesDeathTest, MisuseStopsTheProcess) {
  DeflateLanes lanes;
  EXPECT_DEATH(static_cast<void>(lanes.collect()), "");
}

}  // namespace
}  // namespace rightful::archive
