#include "store/work_crew.hpp"

#include <algorithm>
#include <utility>

#include "rightful/core/check.hpp"

namespace rightful::store {
namespace {

constexpr std::size_t kPiece = 16;
/// To wake threads costs more than so few signatures.
constexpr std::size_t kHandful = 3;

}  // namespace

WorkCrew::WorkCrew(unsigned threads) {
  RIGHTFUL_CHECK(threads >= 1);
  for (unsigned i = 0; i < threads; ++i) {
    threads_.emplace_back([this](const std::stop_token& stop) { serve(stop); });
  }
}

WorkCrew::~WorkCrew() {
  for (std::jthread& thread : threads_)
    thread.request_stop();
}

void WorkCrew::start(std::size_t count, std::function<void(std::size_t)> work) {
  {
    const std::lock_guard lock(mutex_);
    RIGHTFUL_CHECK(next_ == count_ && in_work_ == 0);
    work_ = std::move(work);
    next_ = 0;
    count_ = count;
  }
  wake_.notify_all();
}

void WorkCrew::wait() {
  std::unique_lock lock(mutex_);
  done_.wait(lock, [this] { return next_ == count_ && in_work_ == 0; });
}

void WorkCrew::run(std::size_t count, const std::function<void(std::size_t)>& work) {
  if (count <= kHandful) {
    for (std::size_t i = 0; i < count; ++i)
      work(i);
    return;
  }
  start(count, work);
  wait();
}

void WorkCrew::serve(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (wake_.wait(lock, stop, [this] { return next_ < count_; })) {
    const std::size_t first = next_;
    const std::size_t end = std::min(count_, first + kPiece);
    next_ = end;
    ++in_work_;
    lock.unlock();
    for (std::size_t i = first; i < end; ++i)
      work_(i);
    lock.lock();
    --in_work_;
    if (next_ == count_ && in_work_ == 0) done_.notify_all();
  }
}

}  // namespace rightful::store
