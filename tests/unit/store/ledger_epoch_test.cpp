// Who waits for whom when an epoch ends.
#include "store/ledger_epoch.hpp"

#include <future>
#include <latch>
#include <optional>
#include <stdexcept>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rightful::store {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::Optional;

class LedgerEpochTest : public ::testing::Test {
 protected:
  /// Numbers 2 to 4 are committed, 1 was rolled back: two more do not fit before 1 is filled.
  LedgerEpochTest() {
    const auto first = epoch_.take(1, 1s, nullptr);
    const auto rest = epoch_.take(3, 1s, nullptr);
    epoch_.settle(*rest, CommitFate::Committed);
    epoch_.settle(*first, CommitFate::RolledBack);
  }

  /// Returns once another thread is inside close(). @return false when none comes.
  [[nodiscard]] bool wait_until_closing() {
    for (int look = 0; look < 5000 && !epoch_.is_closing(); ++look)
      SystemClock().wait_for({}, 1ms);
    return epoch_.is_closing();
  }

  LedgerEpoch epoch_{
      1,
      ledger::Writer(crypto::SigningKey::from_seed(Bytes(32, std::byte{0x11})).value(),
                     ledger::Origin::parse("audit.example.test/dsar/2026").value()),
      4,
      {}};
};

TEST_F(LedgerEpochTest, EndsOnlyOnceItsHolesAreFilled) {
  std::latch is_filling(1);
  std::latch may_go_on(1);
  const std::jthread waiting([&] {
    const auto taken = epoch_.take(2, 10s, [&] {
      const auto hole = epoch_.try_take(1);
      is_filling.count_down();
      may_go_on.wait();
      if (hole) epoch_.settle(*hole, CommitFate::Committed);
    });
    EXPECT_FALSE(taken.has_value()) << "it is over by then";
  });
  is_filling.wait();
  auto ending = std::async(std::launch::async, [&] { return epoch_.close(10s); });
  EXPECT_TRUE(wait_until_closing());
  EXPECT_FALSE(epoch_.is_over());
  may_go_on.count_down();
  auto end = ending.get();

  ASSERT_TRUE(end.has_value()) << "it has waited for the leaf that fills the hole";
  EXPECT_EQ(epoch_.free_count(), 0U);
  EXPECT_THAT(end->try_take(1), Optional(ElementsAre(5))) << "for writer.stop";
}

// The hole's leaf has not taken its number yet: nothing is in flight, and it is not over.
TEST_F(LedgerEpochTest, WaitsForAFillingThatHasNoNumberYet) {
  std::latch is_filling(1);
  std::latch may_go_on(1);
  const std::jthread waiting([&] {
    static_cast<void>(epoch_.take(2, 10s, [&] {
      is_filling.count_down();
      may_go_on.wait();
    }));
  });
  is_filling.wait();

  auto ending = std::async(std::launch::async, [&] { return epoch_.close(10s); });
  EXPECT_TRUE(wait_until_closing());
  EXPECT_FALSE(epoch_.is_over());
  may_go_on.count_down();
  const auto end = ending.get();
  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(epoch_.free_count(), 1U) << "whoever ends the epoch fills it";
}

TEST_F(LedgerEpochTest, OnlyItsEndTakesNumbersOnceItIsClosed) {
  auto end = epoch_.close(0ms);

  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(epoch_.try_take(1), std::nullopt) << "it would follow writer.stop";
  EXPECT_EQ(epoch_.take(1, 1s, nullptr), std::nullopt);
  EXPECT_FALSE(epoch_.close(0ms).has_value()) << "one end";
  EXPECT_THAT(end->try_take(1), Optional(ElementsAre(1)));
}

TEST_F(LedgerEpochTest, IsClosedForAllWhenItCannotEnd) {
  const auto held = epoch_.take(1, 1s, nullptr);

  EXPECT_FALSE(epoch_.close(0ms).has_value());
  epoch_.settle(*held, CommitFate::RolledBack);

  EXPECT_EQ(epoch_.try_take(1), std::nullopt);
  EXPECT_FALSE(epoch_.close(0ms).has_value()) << "who ended it has gone";
}

// Was writer.stop committed? Nobody knows, so nothing may follow it.
TEST_F(LedgerEpochTest, HasNoLastWordOnceItsEndHasBegun) {
  auto end = epoch_.close(0ms);
  epoch_.settle(*end->try_take(1), CommitFate::Committed);
  epoch_.settle(*end->try_take(1), CommitFate::Unknown);

  EXPECT_TRUE(epoch_.is_abandoned());
  EXPECT_EQ(end->try_take(1), std::nullopt);
  EXPECT_FALSE(epoch_.last_word().has_value());
}

TEST_F(LedgerEpochTest, HasNoLastWordWhileItGoesOnOrWhenItIsFull) {
  EXPECT_FALSE(epoch_.last_word().has_value());
  const auto doubtful = epoch_.take(1, 1s, nullptr);
  ASSERT_THAT(doubtful, Optional(ElementsAre(1)));

  epoch_.settle(*doubtful, CommitFate::Unknown);

  EXPECT_TRUE(epoch_.is_abandoned());
  EXPECT_FALSE(epoch_.last_word().has_value()) << "5 lies a span above 1, which may be missing";
}

/// Of an empty epoch with a span of 4: what several threads that wait were given, and when.
class LedgerEpochQueue : public ::testing::Test {
 protected:
  explicit LedgerEpochQueue(std::uint32_t span = 4)
      : epoch_(1,
               ledger::Writer(crypto::SigningKey::from_seed(Bytes(32, std::byte{0x11})).value(),
                              ledger::Origin::parse("audit.example.test/dsar/2026").value()),
               span,
               {}) {}

  /// Returns once the thread waits, or has been given something. It fills a hole if it must.
  std::future<std::optional<LeafNumbers>> take_later(std::size_t count,
                                                     std::chrono::milliseconds limit = 10s) {
    const std::size_t before = epoch_.waiting_count();
    auto taken = std::async(std::launch::async, [this, count, limit] {
      return epoch_.take(count, limit, [this] { commit(*epoch_.try_take(1)); });
    });
    while (epoch_.waiting_count() == before)
      if (taken.wait_for(1ms) == std::future_status::ready) break;
    return taken;
  }

  void commit(const LeafNumbers& numbers) { epoch_.settle(numbers, CommitFate::Committed); }

  LedgerEpoch epoch_;
};

TEST_F(LedgerEpochQueue, AllForWhomThereIsRoomGoOn) {
  const auto slow = epoch_.take(1, 1s, nullptr);
  commit(*epoch_.take(3, 1s, nullptr));
  auto first = take_later(1);
  auto second = take_later(2);
  auto third = take_later(2);

  commit(*slow);

  const auto one = first.get();
  const auto two = second.get();
  EXPECT_EQ(epoch_.waiting_count(), 1U) << "there is one of the two that the third wants";
  commit(*one);
  commit(*two);
  EXPECT_THAT(third.get(), Optional(ElementsAre(8, 9)));
}

// One who wants much would else wait for ever while others take what comes free.
TEST_F(LedgerEpochQueue, WhoWantsMuchIsNotOvertaken) {
  const auto one = epoch_.take(1, 1s, nullptr);
  const auto rest = epoch_.take(3, 1s, nullptr);
  auto much = take_later(4);
  commit(*one);
  auto little = take_later(1);  // 5 is kept for who came first

  commit(*rest);

  const auto all = much.get();
  EXPECT_THAT(all, Optional(ElementsAre(5, 6, 7, 8)));
  EXPECT_EQ(epoch_.waiting_count(), 1U);
  commit(*all);
  EXPECT_THAT(little.get(), Optional(ElementsAre(9)));
}

TEST_F(LedgerEpochQueue, WhoGivesUpMakesWay) {
  const auto one = epoch_.take(1, 1s, nullptr);
  const auto rest = epoch_.take(3, 1s, nullptr);
  auto much = take_later(4, 2s);
  auto little = take_later(1);
  ASSERT_EQ(epoch_.waiting_count(), 2U) << "both wait before there is room for one of them";
  commit(*one);

  EXPECT_EQ(much.get(), std::nullopt);

  EXPECT_THAT(little.get(), Optional(ElementsAre(5))) << "nothing else has changed";
}

/// A sequencer that is far behind: while four leaves or more are in flight, no commit begins.
class PacedEpoch : public LedgerEpochQueue {
 protected:
  PacedEpoch() : LedgerEpochQueue(64) {
    for (int i = 0; i < 10; ++i)
      commit(*epoch_.take(64, 1s, nullptr));
    for (std::uint64_t next = 1; next <= 6; ++next)
      epoch_.follow_sequencer(next, SteadyTime(std::chrono::seconds(next)));
  }

  using SteadyTime = std::chrono::steady_clock::time_point;
};

TEST_F(PacedEpoch, HasFewInFlight) {
  const auto first = epoch_.take(1, 0ms, nullptr);
  const auto rest = epoch_.take(3, 0ms, nullptr);
  ASSERT_TRUE(first && rest);
  EXPECT_EQ(epoch_.take(1, 0ms, nullptr), std::nullopt);
  auto waiting = take_later(1);
  EXPECT_EQ(epoch_.waiting_count(), 1U);

  commit(*first);

  EXPECT_TRUE(waiting.get().has_value()) << "whoever ends makes room for one";
}

TEST_F(PacedEpoch, TakesALargeCommitInOne) {
  const auto large = epoch_.take(40, 0ms, nullptr);
  ASSERT_TRUE(large);
  EXPECT_EQ(epoch_.take(1, 0ms, nullptr), std::nullopt);
}

// One who had to wait until nothing is in flight might wait for ever.
TEST_F(PacedEpoch, DoesNotLetALargeCommitBeOvertaken) {
  const auto three = epoch_.take(3, 0ms, nullptr);
  const auto last = epoch_.take(1, 0ms, nullptr);
  auto large = take_later(8);
  auto small = take_later(1);
  ASSERT_EQ(epoch_.waiting_count(), 2U);

  commit(*last);

  const auto eight = large.get();
  ASSERT_TRUE(eight.has_value());
  EXPECT_EQ(epoch_.take(1, 0ms, nullptr), std::nullopt);
  commit(*three);
  EXPECT_EQ(epoch_.waiting_count(), 1U) << "eight are in flight";
  commit(*eight);
  EXPECT_TRUE(small.get().has_value());
}

// What it says of itself is what shows that it is alive.
TEST_F(PacedEpoch, SaysItsOwnWordsAtOnce) {
  ASSERT_TRUE(epoch_.take(4, 0ms, nullptr));
  EXPECT_TRUE(epoch_.try_take(1));
}

TEST_F(PacedEpoch, LetsAllGoOnOnceTheSequencerHasCaughtUp) {
  ASSERT_TRUE(epoch_.take(4, 0ms, nullptr));
  auto waiting = take_later(4);
  ASSERT_EQ(epoch_.waiting_count(), 1U);

  EXPECT_THAT(epoch_.follow_sequencer(641, SteadyTime(7s)), Optional(8U));

  EXPECT_TRUE(waiting.get().has_value());
}

TEST_F(PacedEpoch, LetsAllGoOnWhenNobodyKnowsHowFarTheSequencerIs) {
  ASSERT_TRUE(epoch_.take(4, 0ms, nullptr));
  auto waiting = take_later(4);
  ASSERT_EQ(epoch_.waiting_count(), 1U);

  epoch_.lose_sequencer();

  EXPECT_TRUE(waiting.get().has_value());
}

TEST_F(LedgerEpochQueue, WhoWaitsIsWokenToFillAHole) {
  const auto slow = epoch_.take(1, 1s, nullptr);
  commit(*epoch_.take(3, 1s, nullptr));
  auto taken = take_later(2);

  epoch_.settle(*slow, CommitFate::RolledBack);

  EXPECT_EQ(taken.wait_for(5s), std::future_status::ready) << "before its limit";
  EXPECT_THAT(taken.get(), Optional(ElementsAre(5, 6)));
}

TEST_F(LedgerEpochQueue, AnEndIsToldToAll) {
  const auto numbers = epoch_.take(4, 1s, nullptr);
  auto much = take_later(4);
  auto little = take_later(1);

  epoch_.settle(*numbers, CommitFate::Unknown);

  EXPECT_EQ(much.get(), std::nullopt);
  EXPECT_EQ(little.get(), std::nullopt);
}

// The database fails whoever fills the holes; the next one tries.
TEST_F(LedgerEpochTest, WhoCannotFillHolesLeavesThemToTheNext) {
  std::latch is_filling(1);
  std::latch may_go_on(1);
  auto failing = std::async(std::launch::async, [&] {
    return epoch_.take(2, 10s, [&] {
      is_filling.count_down();
      may_go_on.wait();
      throw std::runtime_error("the database is gone");
    });
  });
  is_filling.wait();
  auto next = std::async(std::launch::async, [&] {
    return epoch_.take(2, 10s, [&] { epoch_.settle(*epoch_.try_take(1), CommitFate::Committed); });
  });
  for (int look = 0; look < 5000 && epoch_.waiting_count() < 2; ++look)
    SystemClock().wait_for({}, 1ms);
  EXPECT_EQ(epoch_.waiting_count(), 2U);

  may_go_on.count_down();

  EXPECT_THROW(failing.get(), std::runtime_error);
  EXPECT_THAT(next.get(), Optional(ElementsAre(5, 6)));
}

TEST(LedgerEpochs, SayTheSameLastWordUntilItIsSpent) {
  LedgerEpoch epoch(
      1,
      ledger::Writer(crypto::SigningKey::from_seed(Bytes(32, std::byte{0x11})).value(),
                     ledger::Origin::parse("audit.example.test/dsar/2026").value()),
      4,
      {});
  epoch.settle(*epoch.take(3, 1s, nullptr), CommitFate::Committed);
  epoch.settle(*epoch.take(1, 1s, nullptr), CommitFate::Unknown);

  for (const std::uint64_t n : {5U, 6U, 7U}) {
    EXPECT_EQ(epoch.last_word()->n, n);
    EXPECT_EQ(epoch.last_word()->n, n);
    EXPECT_EQ(epoch.last_word()->upto, 4U);
    epoch.spend_last_word();
  }
  EXPECT_FALSE(epoch.last_word().has_value()) << "the span is used up";
}

}  // namespace
}  // namespace rightful::store
