/// @file
/// Pages of records on a thread of their own, while the caller is at the next records.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "rightful/sources/record_sink.hpp"

#include "export/record_batch.hpp"
#include "export/record_pages.hpp"

namespace rightful::exporting {

/// From the first record to finish() the pages are this object's; they get what they would have
/// got from the caller, in the same order.
///
/// Owns     a thread, from the first full batch on; ended by the destructor, which throws away what
///          is queued.
/// Threads  one caller; `mutex_` guards free_, queue_, batches_, is_ending_, failure_.
/// Errors   what the pages throw is thrown again by every later call.
/// Cost     a copy of the records in at most kBatches + 1 batches; a record larger than a batch is
///          not copied, the caller makes its part of the page itself.
class PageLane {
 public:
  /// @param pages  must outlive the lane.
  explicit PageLane(RecordPages& pages) : pages_(pages) {}

  PageLane(const PageLane&) = delete;
  PageLane& operator=(const PageLane&) = delete;
  ~PageLane();

  void record(const sources::Record& record);
  /// What the record given last names.
  void object(std::size_t column, PageObject object);
  /// Waits until everything is in the pages, which are the caller's again.
  void finish();

 private:
  static constexpr std::size_t kBatches = 3;
  static constexpr std::size_t kLargeBytes = 64U << 10U;

  void hand_over();
  void drain();
  void rethrow_failure() const;
  void run();
  void work();

  RecordPages& pages_;
  RecordBatch filling_;
  bool is_direct_ = false;  ///< the record given last has gone into the pages already

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<RecordBatch> free_;
  std::deque<RecordBatch> queue_;
  std::size_t batches_ = 0;  ///< queued or at hand
  bool is_ending_ = false;
  std::exception_ptr failure_;
  std::thread thread_;
};

}  // namespace rightful::exporting
