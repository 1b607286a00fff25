#include "archive/reader/content_inspector.hpp"

#include <utility>

#include "archive/reader/refuse.hpp"

namespace rightful::archive::reader {

ContentInspector::~ContentInspector() {
  {
    const std::scoped_lock lock(mutex_);
    is_ending_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

Result<void> ContentInspector::take(ByteView part) {
  Job job{.part = acquire_buffer(), .ends_entry = {}, .sha256_hex = {}};
  job.part.assign(part.begin(), part.end());
  return push(std::move(job));
}

Result<void> ContentInspector::end_entry(std::uint64_t index, std::string_view sha256_hex) {
  return push({.part = {}, .ends_entry = index, .sha256_hex = std::string(sha256_hex)});
}

Result<void> ContentInspector::finish() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return failure_ || !verdict_ || jobs_ == 0; });
  return verdict_so_far();
}

/// The caller holds the mutex.
Result<void> ContentInspector::verdict_so_far() const {
  if (failure_) std::rethrow_exception(failure_);
  return verdict_;
}

Bytes ContentInspector::acquire_buffer() {
  const std::scoped_lock lock(mutex_);
  if (free_.empty()) return {};
  Bytes buffer = std::move(free_.back());
  free_.pop_back();
  return buffer;
}

Result<void> ContentInspector::push(Job job) {
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return failure_ || !verdict_ || jobs_ < kMaxQueued; });
    RIGHTFUL_TRY(verdict_so_far());
    queue_.push_back(std::move(job));
    ++jobs_;
  }
  changed_.notify_all();
  if (!thread_.joinable()) thread_ = std::thread(&ContentInspector::run, this);
  return {};
}

void ContentInspector::run() {
  try {
    work();
  } catch (const std::exception&) {  // keeps the exception's own type for the caller's thread
    const std::scoped_lock lock(mutex_);
    failure_ = std::current_exception();
  }
  changed_.notify_all();
}

/// Ends with the first finding: nothing behind it counts.
void ContentInspector::work() {
  std::unique_lock lock(mutex_);
  while (verdict_) {
    changed_.wait(lock, [this] { return is_ending_ || !queue_.empty(); });
    if (is_ending_) return;
    Job job = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    Result<void> found = inspect(job);
    lock.lock();
    verdict_ = std::move(found);
    if (!job.ends_entry) free_.push_back(std::move(job.part));
    --jobs_;
    changed_.notify_all();
  }
}

Result<void> ContentInspector::inspect(const Job& job) {
  if (!job.ends_entry) {
    hash_.update(job.part);
    if (!canaries_.feed(job.part)) return {};
    return refuse(ErrorCode::Denied, "canary", "a canary of another account");
  }
  const crypto::Sha256Digest digest = std::exchange(hash_, crypto::Sha256()).finish();
  canaries_.reset();
  if (to_hex(digest.bytes()) == job.sha256_hex) return {};
  return refuse(ErrorCode::Conflict, "entry", "the SHA-256 is not the manifest's", *job.ends_entry);
}

}  // namespace rightful::archive::reader
