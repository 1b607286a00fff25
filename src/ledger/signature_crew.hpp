/// @file
/// Checks the signatures of many leaves at once, on several threads. What it answers does not
/// depend on how many there are.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "rightful/core/bytes.hpp"
#include "rightful/crypto/fixed_bytes.hpp"
#include "rightful/ledger/leaf.hpp"

namespace rightful::ledger {

struct SignatureJob {
  ByteView bytes;
  const Leaf* leaf = nullptr;  ///< what was parsed from `bytes`
  crypto::SignPublicKey key;
  bool holds = false;  ///< the answer
};

/// Owns     its threads, joined at the end; origin must outlive it.
/// Threads  one caller at a time.
class SignatureCrew {
 public:
  /// @param threads  the caller's counts: 1 checks everything in the call itself.
  SignatureCrew(const Origin& origin, unsigned threads);
  SignatureCrew(const SignatureCrew&) = delete;
  SignatureCrew& operator=(const SignatureCrew&) = delete;
  ~SignatureCrew();

  /// Returns when every job has its answer.
  void check(std::span<SignatureJob> jobs);

 private:
  void help();
  void work(std::span<SignatureJob> jobs);

  const Origin& origin_;
  std::mutex mutex_;  // guards the five below
  std::condition_variable changed_;
  std::span<SignatureJob> jobs_;
  std::uint64_t round_ = 0;
  std::size_t busy_ = 0;
  bool is_over_ = false;
  std::atomic<std::size_t> next_{0};
  std::vector<std::thread> helpers_;
};

}  // namespace rightful::ledger
