/// @file
/// The middle of the package's pipeline: a thread that takes pieces of a content in their order,
/// while the caller is at the next ones.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "rightful/core/bytes.hpp"

namespace rightful::archive {

/// Between push() and drain() the lane's thread runs `take`; after drain() nothing runs, and what
/// `take` has done is seen by the caller.
///
/// Owns     a thread, from the first push() on; ended by the destructor, which throws away what is
///          queued.
/// Threads  one caller; `mutex_` guards all that changes.
/// Errors   what `take` throws is thrown again by every later push() and drain().
/// Cost     kPieces × the size of a piece.
class PieceLane {
 public:
  using Take = std::function<void(ByteView)>;

  explicit PieceLane(Take take) : take_(std::move(take)) {}

  PieceLane(const PieceLane&) = delete;
  PieceLane& operator=(const PieceLane&) = delete;
  ~PieceLane();

  /// Copies the piece; waits while the queue is full.
  void push(ByteView piece);
  /// Waits until every piece has been taken.
  void drain();

 private:
  static constexpr std::size_t kPieces = 6;

  void run();
  void work();
  void rethrow_failure() const;

  Take take_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Bytes> free_;
  std::deque<Bytes> queue_;
  std::size_t pieces_ = 0;  ///< queued or being taken
  bool is_ending_ = false;
  std::exception_ptr failure_;
  std::thread thread_;
};

}  // namespace rightful::archive
