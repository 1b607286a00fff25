#include "rightful/ledger/window.hpp"

#include <algorithm>
#include <random>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rightful::ledger {
namespace {

using ::testing::ElementsAre;
using Numbers = std::vector<std::uint64_t>;

TEST(WriterWindow, HandsOutNumbersFromZero) {
  WriterWindow window(32);

  EXPECT_THAT(window.take(3), ElementsAre(0, 1, 2));
  EXPECT_EQ(window.next(), 3U);
  EXPECT_EQ(window.lowest_unresolved(), 0U);
  EXPECT_EQ(window.in_flight_count(), 3U);
}

TEST(WriterWindow, UsesFreeNumbersFirst) {
  WriterWindow window(32);
  const Numbers first = window.take(2);
  const Numbers second = window.take(1);

  window.release(first);

  EXPECT_EQ(window.free_count(), 2U);
  EXPECT_THAT(window.take(3), ElementsAre(0, 1, 3));
  window.resolve(second);
}

TEST(WriterWindow, WaitsAtTheSpan) {
  WriterWindow window(4);
  const Numbers first = window.take(1);
  const Numbers rest = window.take(3);

  window.resolve(rest);

  EXPECT_FALSE(window.can_take(1));
  window.resolve(first);
  EXPECT_TRUE(window.can_take(4));
  EXPECT_EQ(window.lowest_unresolved(), 4U);
}

TEST(WriterWindow, NeverTakesMoreThanTheSpan) {
  const WriterWindow window(4);

  EXPECT_TRUE(window.can_take(4));
  EXPECT_FALSE(window.can_take(5));
  EXPECT_FALSE(window.can_take(SIZE_MAX));
}

// Free numbers count as unresolved: only as many as the hole is wide can be taken, which is why the
// store fills holes with writer.void when nothing else is in flight.
TEST(WriterWindow, AFreeNumberHoldsTheLimit) {
  WriterWindow window(4);
  const Numbers hole = window.take(1);
  window.resolve(window.take(3));
  window.release(hole);

  EXPECT_TRUE(window.can_take(1));
  EXPECT_FALSE(window.can_take(2));
}

TEST(WriterWindowDeathTest, RefusesABadSpan) {
  EXPECT_DEATH(WriterWindow(0), "span");
  EXPECT_DEATH(WriterWindow(65), "span");
}

TEST(WriterWindowDeathTest, RefusesANumberThatIsNotInFlight) {
  WriterWindow window(4);
  EXPECT_DEATH(window.resolve({0}), "in_flight_");
}

TEST(ReaderWindow, AcceptsDisorderInsideTheSpan) {
  ReaderWindow window(4);

  EXPECT_EQ(window.meet(3), NumberFinding::Fits);
  EXPECT_EQ(window.base(), 0U);
  EXPECT_EQ(window.meet(0), NumberFinding::Fits);
  EXPECT_EQ(window.meet(2), NumberFinding::Fits);
  EXPECT_EQ(window.base(), 1U);
  EXPECT_EQ(window.meet(1), NumberFinding::Fits);
  EXPECT_EQ(window.base(), 4U);
  EXPECT_TRUE(window.is_complete_below(4));
}

TEST(ReaderWindow, FindsAReplay) {
  ReaderWindow window(4);
  window.meet(0);
  window.meet(2);

  EXPECT_EQ(window.meet(0), NumberFinding::Replay);
  EXPECT_EQ(window.meet(2), NumberFinding::Replay);
  EXPECT_EQ(window.meet(1), NumberFinding::Fits);
}

TEST(ReaderWindow, FindsAGapAtTheSpan) {
  ReaderWindow window(4);
  window.meet(1);

  EXPECT_EQ(window.meet(4), NumberFinding::Gap);
  EXPECT_EQ(window.base(), 2U);
  EXPECT_EQ(window.meet(2), NumberFinding::Fits);
  EXPECT_EQ(window.meet(3), NumberFinding::Fits);
  EXPECT_EQ(window.base(), 5U);
}

TEST(ReaderWindow, GapFarAwayForgetsWhatLiesBelow) {
  ReaderWindow window(64);
  window.meet(1);

  EXPECT_EQ(window.meet(1'000'000), NumberFinding::Gap);
  EXPECT_EQ(window.base(), 1'000'000U - 63);
  EXPECT_EQ(window.meet(5), NumberFinding::Replay);
}

TEST(ReaderWindow, WhatIsGivenUpIsExpectedNoMore) {
  ReaderWindow window(8);
  window.meet(0);
  window.meet(3);
  window.meet(5);

  window.give_up_below(3);

  EXPECT_EQ(window.base(), 4U);
  EXPECT_EQ(window.meet(2), NumberFinding::Replay);
  EXPECT_EQ(window.meet(4), NumberFinding::Fits);
  EXPECT_EQ(window.base(), 6U);
  window.give_up_below(2);
  EXPECT_EQ(window.base(), 6U);
  window.give_up_below(1'000);
  EXPECT_TRUE(window.is_complete_below(1'000));
}

TEST(ReaderWindow, FullBitmapAdvancesByTheSpan) {
  ReaderWindow window(64);
  for (std::uint64_t n = 63; n > 0; --n)
    window.meet(n);

  window.meet(0);

  EXPECT_EQ(window.base(), 64U);
  EXPECT_EQ(window.seen(), 0U);
}

TEST(ReaderWindow, ComparesWithWriterAlive) {
  ReaderWindow window(4);
  window.meet(0);
  window.meet(2);

  EXPECT_TRUE(window.agrees_with_alive(1));
  EXPECT_FALSE(window.agrees_with_alive(2));
}

// The simulation of ledger.md section 4: clients insert and commit in any order, some roll back;
// rows get ascending ids when they are inserted, the sequencer reads committed rows, lowest id
// first.
class Simulation {
 public:
  Simulation(std::uint32_t span, std::uint32_t seed) : window_(span), random_(seed) {}

  void step(std::size_t clients) {
    if (open_.size() < clients && pick(2) == 0) {
      insert();
    } else if (!open_.empty()) {
      end();
    }
    // The sequencer runs now and then and takes all that is committed.
    if (pick(8) == 0) drain();
  }

  void finish() {
    while (!open_.empty())
      end();
    drain();
  }

  const std::vector<std::uint64_t>& log() const { return log_; }

  const WriterWindow& window() const { return window_; }

 private:
  struct Row {
    std::uint64_t id;
    std::uint64_t n;
  };

  std::uint32_t pick(std::uint32_t below) { return static_cast<std::uint32_t>(random_() % below); }

  void insert() {
    const std::size_t count = 1 + pick(3);
    if (!window_.can_take(count)) return;
    std::vector<Row>& rows = open_.emplace_back();
    for (const std::uint64_t n : window_.take(count))
      rows.push_back({next_id_++, n});
  }

  void end() {
    const auto chosen = open_.begin() + pick(static_cast<std::uint32_t>(open_.size()));
    Numbers numbers;
    for (const Row& row : *chosen)
      numbers.push_back(row.n);
    if (pick(5) == 0) {
      window_.release(numbers);
    } else {
      // The row is visible before the writer knows that it is committed; the worst case is that the
      // sequencer runs in between.
      outbox_.insert(outbox_.end(), chosen->begin(), chosen->end());
      if (pick(2) == 0) drain();
      window_.resolve(numbers);
    }
    open_.erase(chosen);
  }

  void drain() {
    std::ranges::sort(outbox_, {}, &Row::id);
    for (const Row& row : outbox_)
      log_.push_back(row.n);
    outbox_.clear();
  }

  WriterWindow window_;
  std::mt19937 random_;
  std::vector<std::vector<Row>> open_;
  std::vector<Row> outbox_;
  std::vector<std::uint64_t> log_;
  std::uint64_t next_id_ = 1;
};

struct SimulationCase {
  std::uint32_t span;
  std::size_t clients;
  int steps;
};

std::vector<std::uint64_t> simulate(const SimulationCase& parameters, std::uint32_t seed) {
  Simulation simulation(parameters.span, seed);
  for (int i = 0; i < parameters.steps; ++i)
    simulation.step(parameters.clients);
  simulation.finish();
  return simulation.log();
}

constexpr SimulationCase kCases[] = {
    {.span = 32, .clients = 8, .steps = 40'000},
    {.span = 32, .clients = 64, .steps = 40'000},
    {.span = 64, .clients = 32, .steps = 40'000},
    {.span = 4, .clients = 16, .steps = 20'000},
    {.span = 3, .clients = 1, .steps = 5'000},
};

TEST(WindowSimulation, RaisesNoFalseAlarm) {
  std::size_t leaves = 0;
  for (const SimulationCase& parameters : kCases) {
    for (std::uint32_t seed = 1; seed <= 5; ++seed) {
      ReaderWindow reader(parameters.span);
      for (const std::uint64_t n : simulate(parameters, seed)) {
        ASSERT_EQ(reader.meet(n), NumberFinding::Fits)
            << "span " << parameters.span << " seed " << seed << " n " << n;
        ++leaves;
      }
    }
  }
  EXPECT_GT(leaves, 300'000U);
}

// Deletes one row; the reader must notice, at the latest at the next `alive`.
TEST(WindowSimulation, FindsEachDeletedRow) {
  std::mt19937 random(4711);
  for (const SimulationCase& parameters : kCases) {
    const std::vector<std::uint64_t> log =
        simulate({parameters.span, parameters.clients, 3'000}, 9);
    const std::uint64_t upto = *std::ranges::max_element(log) + 1;
    for (int round = 0; round < 200; ++round) {
      std::vector<std::uint64_t> cut = log;
      const auto victim = static_cast<std::ptrdiff_t>(random() % cut.size());
      cut.erase(cut.begin() + victim);
      ReaderWindow reader(parameters.span);
      bool found = false;
      for (const std::uint64_t n : cut)
        found = found || reader.meet(n) == NumberFinding::Gap;
      found = found || !reader.agrees_with_alive(upto);
      ASSERT_TRUE(found) << "span " << parameters.span << " n "
                         << log[static_cast<std::size_t>(victim)];
    }
  }
}

// Whatever happened, the window is usable again when everything has ended.
TEST(WindowSimulation, EndsWithAWindowThatCanBeFilled) {
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    Simulation simulation(32, seed);
    for (int i = 0; i < 2'000; ++i)
      simulation.step(32);
    simulation.finish();

    EXPECT_EQ(simulation.window().in_flight_count(), 0U);
    EXPECT_TRUE(simulation.window().can_take(1));
    EXPECT_LE(simulation.window().free_count(), 32U);
  }
}

}  // namespace
}  // namespace rightful::ledger
