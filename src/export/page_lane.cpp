#include "export/page_lane.hpp"

#include <utility>

namespace rightful::exporting {
namespace {

std::size_t bytes_of(const sources::Record& record) {
  std::size_t bytes = 0;
  for (const sources::Value& value : record.values)
    bytes += value.text.size();
  return bytes;
}

void give(const sources::Record& record, RecordPages& pages) {
  pages.begin_record(record.number);
  for (std::size_t column = 0; column < record.values.size(); ++column)
    pages.cell(column, record.values[column]);
}

}  // namespace

PageLane::~PageLane() {
  {
    const std::scoped_lock lock(mutex_);
    is_ending_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void PageLane::record(const sources::Record& record) {
  // Only now: the objects of the record before are known.
  if (filling_.is_full()) hand_over();
  is_direct_ = bytes_of(record) > kLargeBytes;
  if (!is_direct_) return filling_.add(record);
  finish();
  give(record, pages_);
}

void PageLane::object(std::size_t column, PageObject object) {
  if (is_direct_) return pages_.object(column, object);
  filling_.add_object(column, std::move(object));
}

void PageLane::finish() {
  if (thread_.joinable()) {
    hand_over();
    drain();
  } else {
    filling_.give_to(pages_);
  }
}

void PageLane::hand_over() {
  if (filling_.is_empty()) return;
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return failure_ || batches_ < kBatches; });
    rethrow_failure();
    queue_.push_back(std::exchange(filling_, {}));
    ++batches_;
    if (!free_.empty()) {
      filling_ = std::move(free_.back());
      free_.pop_back();
    }
  }
  changed_.notify_all();
  if (!thread_.joinable()) thread_ = std::thread(&PageLane::run, this);
}

void PageLane::drain() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return failure_ || batches_ == 0; });
  rethrow_failure();
}

/// The caller holds the mutex.
void PageLane::rethrow_failure() const {
  if (failure_) std::rethrow_exception(failure_);
}

void PageLane::run() {
  try {
    work();
  } catch (const std::exception&) {  // keeps the exception's own type for the caller's thread
    const std::scoped_lock lock(mutex_);
    failure_ = std::current_exception();
  }
  changed_.notify_all();
}

void PageLane::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return is_ending_ || !queue_.empty(); });
    if (is_ending_) return;
    RecordBatch batch = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    batch.give_to(pages_);
    lock.lock();
    free_.push_back(std::move(batch));
    --batches_;
    changed_.notify_all();
  }
}

}  // namespace rightful::exporting
