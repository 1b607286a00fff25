#include "archive/piece_lane.hpp"

#include <utility>

namespace rightful::archive {

PieceLane::~PieceLane() {
  {
    const std::scoped_lock lock(mutex_);
    is_ending_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void PieceLane::push(ByteView piece) {
  Bytes copy;
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return failure_ || pieces_ < kPieces; });
    rethrow_failure();
    if (!free_.empty()) {
      copy = std::move(free_.back());
      free_.pop_back();
    }
  }
  copy.assign(piece.begin(), piece.end());
  {
    const std::scoped_lock lock(mutex_);
    queue_.push_back(std::move(copy));
    ++pieces_;
  }
  changed_.notify_all();
  if (!thread_.joinable()) thread_ = std::thread(&PieceLane::run, this);
}

void PieceLane::drain() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return failure_ || pieces_ == 0; });
  rethrow_failure();
}

void PieceLane::rethrow_failure() const {
  if (failure_) std::rethrow_exception(failure_);
}

void PieceLane::run() {
  try {
    work();
  } catch (const std::exception&) {  // keeps the exception's own type for the caller's thread
    const std::scoped_lock lock(mutex_);
    failure_ = std::current_exception();
  }
  changed_.notify_all();
}

void PieceLane::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return is_ending_ || !queue_.empty(); });
    if (is_ending_) return;
    Bytes piece = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    take_(piece);
    lock.lock();
    free_.push_back(std::move(piece));
    --pieces_;
    changed_.notify_all();
  }
}

}  // namespace rightful::archive
