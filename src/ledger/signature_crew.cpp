#include "ledger/signature_crew.hpp"

#include <algorithm>

namespace rightful::ledger {

namespace {

// A signature takes some 60 µs, handing one out far less; few at once, so that all end together.
constexpr std::size_t kJobsAtOnce = 2;

}  // namespace

SignatureCrew::SignatureCrew(const Origin& origin, unsigned threads) : origin_(origin) {
  for (unsigned helper = 1; helper < threads; ++helper)
    helpers_.emplace_back([this] { help(); });
}

SignatureCrew::~SignatureCrew() {
  {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
  }
  changed_.notify_all();
  for (std::thread& helper : helpers_)
    helper.join();
}

void SignatureCrew::check(std::span<SignatureJob> jobs) {
  next_ = 0;
  if (helpers_.empty() || jobs.size() <= kJobsAtOnce) {
    work(jobs);
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    jobs_ = jobs;
    busy_ = helpers_.size();
    ++round_;
  }
  changed_.notify_all();
  work(jobs);
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return busy_ == 0; });
}

void SignatureCrew::help() {
  std::uint64_t done = 0;
  while (true) {
    std::span<SignatureJob> jobs;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return is_over_ || round_ != done; });
      if (is_over_) return;
      done = round_;
      jobs = jobs_;
    }
    work(jobs);
    {
      const std::lock_guard lock(mutex_);
      --busy_;
    }
    changed_.notify_all();
  }
}

void SignatureCrew::work(std::span<SignatureJob> jobs) {
  while (true) {
    const std::size_t first = next_.fetch_add(kJobsAtOnce);
    if (first >= jobs.size()) return;
    for (SignatureJob& job : jobs.subspan(first, std::min(kJobsAtOnce, jobs.size() - first)))
      job.holds = check_signature(job.bytes, *job.leaf, origin_, job.key).has_value();
  }
}

}  // namespace rightful::ledger
