#include "lifecycle/refusal_counter.hpp"

#include <array>
#include <atomic>
#include <limits>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace rightful::lifecycle {
namespace {

constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();

AccountId account(std::string_view text) {
  return AccountId::parse(text).value();
}

std::uint64_t tries_in(const RefusalCounter::Counts& counts) {
  std::uint64_t tries = 0;
  for (const auto& [key, counted] : counts)
    tries += counted;
  return tries;
}

TEST(RefusalCounter, CountsEachAccountAndTroubleApart) {
  RefusalCounter counter;
  counter.count(account("anna"), SignInTrouble::WrongCredential);
  counter.count(account("anna"), SignInTrouble::WrongCredential);
  counter.count(account("anna"), SignInTrouble::Throttled);
  counter.count(account("bert"), SignInTrouble::WrongCredential);

  const RefusalCounter::Counts taken = counter.take(kAll);

  const RefusalCounter::Counts expected{{{account("anna"), SignInTrouble::WrongCredential}, 2},
                                        {{account("anna"), SignInTrouble::Throttled}, 1},
                                        {{account("bert"), SignInTrouble::WrongCredential}, 1}};
  EXPECT_EQ(taken, expected);
}

TEST(RefusalCounter, StrangersShareOneEntry) {
  RefusalCounter counter;
  for (int tries = 0; tries < 1000; ++tries)
    counter.count(std::nullopt, SignInTrouble::UnknownAccount);

  const RefusalCounter::Counts taken = counter.take(kAll);

  const RefusalCounter::Counts expected{{{std::nullopt, SignInTrouble::UnknownAccount}, 1000}};
  EXPECT_EQ(taken, expected);
}

TEST(RefusalCounter, TakesNoMoreThanAskedForAndLeavesTheRest) {
  RefusalCounter counter;
  counter.count(account("anna"), SignInTrouble::WrongCredential);
  counter.count(account("bert"), SignInTrouble::WrongCredential);
  counter.count(account("carl"), SignInTrouble::WrongCredential);

  EXPECT_EQ(counter.take(0).size(), 0U);
  EXPECT_EQ(counter.take(2).size(), 2U);
  EXPECT_EQ(counter.take(2).size(), 1U);
  EXPECT_EQ(counter.take(2).size(), 0U);
}

TEST(RefusalCounter, WhatComesBackIsAddedToWhatCameMeanwhile) {
  RefusalCounter counter;
  counter.count(account("anna"), SignInTrouble::WrongCredential);
  counter.count(account("anna"), SignInTrouble::WrongCredential);
  const RefusalCounter::Counts unwritten = counter.take(kAll);
  counter.count(account("anna"), SignInTrouble::WrongCredential);

  counter.put_back(unwritten);

  EXPECT_EQ(tries_in(counter.take(kAll)), 3U);
}

// Every refusal of every thread is written once, also those whose commit failed and came back.
TEST(RefusalCounter, LosesNoneWhileManyCount) {
  constexpr std::uint64_t kThreads = 4;
  constexpr std::uint64_t kTriesEach = 5000;
  RefusalCounter counter;
  std::atomic<std::uint64_t> still_counting = kThreads;
  std::uint64_t written = 0;
  {
    std::vector<std::jthread> threads;
    threads.reserve(kThreads);
    for (std::uint64_t thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&counter, &still_counting] {
        const std::array accounts{account("anna"), account("bert"), account("carl")};
        for (std::uint64_t tries = 0; tries < kTriesEach; ++tries)
          counter.count(accounts.at(tries % accounts.size()), SignInTrouble::WrongCredential);
        --still_counting;
      });
    }
    for (std::uint64_t round = 0; still_counting > 0; ++round) {
      const RefusalCounter::Counts taken = counter.take(2);
      if (round % 2 == 0) {
        counter.put_back(taken);
      } else {
        written += tries_in(taken);
      }
    }
  }
  written += tries_in(counter.take(kAll));

  EXPECT_EQ(written, kThreads * kTriesEach);
}

}  // namespace
}  // namespace rightful::lifecycle
