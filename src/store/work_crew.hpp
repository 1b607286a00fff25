/// @file
/// A few threads that work through numbered pieces while their owner does something else.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

namespace rightful::store {

/// Threads  one owner. `work` is called from several threads at once, each number once; it must not
///          throw.
class WorkCrew {
 public:
  explicit WorkCrew(unsigned threads);
  WorkCrew(const WorkCrew&) = delete;
  WorkCrew& operator=(const WorkCrew&) = delete;
  WorkCrew(WorkCrew&&) = delete;
  WorkCrew& operator=(WorkCrew&&) = delete;
  ~WorkCrew();

  /// Begins work(0) … work(count − 1). The work before has been waited for.
  void start(std::size_t count, std::function<void(std::size_t)> work);
  /// Returns when all of it is done.
  void wait();
  /// start() and wait(); a handful is done by the caller itself.
  void run(std::size_t count, const std::function<void(std::size_t)>& work);

 private:
  void serve(const std::stop_token& stop);

  std::mutex mutex_;  // guards all below it but the threads
  std::condition_variable_any wake_;
  std::condition_variable done_;
  std::function<void(std::size_t)> work_;
  std::size_t next_ = 0;
  std::size_t count_ = 0;
  std::size_t in_work_ = 0;
  std::vector<std::jthread> threads_;
};

}  // namespace rightful::store
