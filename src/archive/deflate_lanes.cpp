#include "archive/deflate_lanes.hpp"

#include <algorithm>
#include <utility>

#include "rightful/core/check.hpp"

namespace rightful::archive {

ByteView Segment::fill(ByteView bytes) {
  const ByteView part = bytes.first(std::min(bytes.size(), kSegmentBytes - content.size()));
  content.insert(content.end(), part.begin(), part.end());
  return bytes.subspan(part.size());
}

void Segment::clear() {
  start.reset();
  content.clear();
  packed.clear();
  is_packed = false;
  meter = nullptr;
  end.reset();
}

void pack_segment(Deflater& deflater, Segment& segment) {
  const auto take = [&packed = segment.packed](ByteView bytes) {
    packed.insert(packed.end(), bytes.begin(), bytes.end());
  };
  deflater.begin();
  ByteView rest = segment.content;
  while (!rest.empty()) {
    const ByteView piece = rest.first(std::min(rest.size(), kPieceBytes));
    deflater.write(piece, take);
    rest = rest.subspan(piece.size());
  }
  if (segment.end) {
    deflater.finish(take);
  } else {
    deflater.flush(take);
  }
}

DeflateLanes::~DeflateLanes() {
  {
    const std::scoped_lock lock(mutex_);
    is_ending_ = true;
  }
  queued_.notify_all();
  for (std::thread& thread : threads_)
    if (thread.joinable()) thread.join();
}

void DeflateLanes::submit(std::unique_ptr<Segment> segment) {
  RIGHTFUL_CHECK(!is_full());
  order_.push_back(std::move(segment));
  Segment* const added = order_.back().get();
  if (added->is_packed && added->meter == nullptr) return;
  {
    const std::scoped_lock lock(mutex_);
    rethrow_failure();
    if (!added->is_packed) to_pack_.push_back(added);
    if (added->meter != nullptr) to_measure_.push_back(added);
  }
  queued_.notify_all();
  start_threads();
}

void DeflateLanes::start_threads() {
  for (std::thread& thread : threads_)
    if (!thread.joinable()) thread = std::thread(&DeflateLanes::run, this);
}

bool DeflateLanes::is_next_done() {
  const std::scoped_lock lock(mutex_);
  return !is_empty() && is_front_done();
}

std::unique_ptr<Segment> DeflateLanes::collect() {
  RIGHTFUL_CHECK(!is_empty());
  {
    std::unique_lock lock(mutex_);
    done_.wait(lock, [this] { return failure_ || is_front_done(); });
    rethrow_failure();
  }
  std::unique_ptr<Segment> segment = std::move(order_.front());
  order_.pop_front();
  return segment;
}

void DeflateLanes::wait_for_meters() {
  std::unique_lock lock(mutex_);
  done_.wait(lock, [this] { return failure_ || (to_measure_.empty() && !is_measuring_); });
  rethrow_failure();
}

void DeflateLanes::rethrow_failure() const {
  if (failure_) std::rethrow_exception(failure_);
}

void DeflateLanes::run() noexcept {
  try {
    work();
  } catch (const std::exception&) {  // keeps the exception's own type for the caller's thread
    const std::scoped_lock lock(mutex_);
    failure_ = std::current_exception();
  }
  queued_.notify_all();
  done_.notify_all();
}

/// Measuring comes first: it is what end_entry() waits for.
void DeflateLanes::work() {
  Deflater deflater;
  std::unique_lock lock(mutex_);
  while (true) {
    queued_.wait(lock,
                 [this] { return is_ending_ || failure_ || may_measure() || !to_pack_.empty(); });
    if (is_ending_ || failure_) return;
    if (may_measure()) {
      measure_next(lock);
    } else {
      pack_next(lock, deflater);
    }
    done_.notify_all();
  }
}

void DeflateLanes::measure_next(std::unique_lock<std::mutex>& lock) {
  Segment& segment = *to_measure_.front();
  to_measure_.pop_front();
  is_measuring_ = true;
  lock.unlock();
  segment.meter->update(segment.content);
  lock.lock();
  is_measuring_ = false;
  segment.meter = nullptr;
}

void DeflateLanes::pack_next(std::unique_lock<std::mutex>& lock, Deflater& deflater) {
  Segment& segment = *to_pack_.front();
  to_pack_.pop_front();
  lock.unlock();
  pack_(deflater, segment);
  lock.lock();
  segment.is_packed = true;
}

}  // namespace rightful::archive
