/// @file
/// SHA-256 and canaries of all contents, on a thread of its own, while the caller unpacks and reads
/// what comes next.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "rightful/archive/canary.hpp"
#include "rightful/core/account_id.hpp"
#include "rightful/core/result.hpp"
#include "rightful/crypto/hash.hpp"

namespace rightful::archive::reader {

/// take() for every part of an entry, end_entry() behind the last one, finish() behind all entries.
/// A finding is about a part that was taken before: whoever stops for another reason asks finish()
/// first, and gets the same answer as if everything had been looked at one after the other.
///
/// Owns     a thread from the first take() on, ended by the destructor; copies of what is queued.
/// Threads  one caller; `mutex_` guards free_, queue_, jobs_, is_ending_, verdict_, failure_.
/// Errors   what the thread throws is thrown again by every later call.
/// Cost     kMaxQueued parts.
class ContentInspector {
 public:
  /// @param account  whose canaries are no finding.
  explicit ContentInspector(const AccountId& account) : canaries_(account) {}

  ContentInspector(const ContentInspector&) = delete;
  ContentInspector& operator=(const ContentInspector&) = delete;
  ~ContentInspector();

  /// Copies the part; waits while the queue is full.
  /// @return the finding, if there is one already.
  [[nodiscard]] Result<void> take(ByteView part);
  /// @param index  the entry's, for the words of a finding. @param sha256_hex  what its content has
  /// to hash to.
  [[nodiscard]] Result<void> end_entry(std::uint64_t index, std::string_view sha256_hex);
  /// Waits until all that was taken was looked at.
  /// @return the first finding: Denied "canary: …" for a canary of another account, Conflict
  /// "entry: …" for another hash.
  [[nodiscard]] Result<void> finish();

 private:
  static constexpr std::size_t kMaxQueued = 8;

  /// A part, or the end of an entry.
  struct Job {
    Bytes part;
    std::optional<std::uint64_t> ends_entry;
    std::string sha256_hex;
  };

  [[nodiscard]] Result<void> push(Job job);
  [[nodiscard]] Bytes acquire_buffer();
  [[nodiscard]] Result<void> verdict_so_far() const;
  void run();
  void work();
  [[nodiscard]] Result<void> inspect(const Job& job);

  CanaryScanner canaries_;  ///< with hash_: the thread's
  crypto::Sha256 hash_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Bytes> free_;
  std::deque<Job> queue_;
  std::size_t jobs_ = 0;  ///< queued or being looked at
  bool is_ending_ = false;
  Result<void> verdict_;
  std::exception_ptr failure_;
  std::thread thread_;
};

}  // namespace rightful::archive::reader
