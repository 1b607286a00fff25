#include "lifecycle/download_coverage.hpp"

#include <algorithm>
#include <iterator>

namespace rightful::lifecycle {
namespace {

void merge(std::map<std::uint64_t, std::uint64_t>& ranges, std::uint64_t from, std::uint64_t to) {
  auto next = ranges.upper_bound(from);
  if (next != ranges.begin() && std::prev(next)->second >= from) --next;
  while (next != ranges.end() && next->first <= to) {
    from = std::min(from, next->first);
    to = std::max(to, next->second);
    next = ranges.erase(next);
  }
  ranges.emplace(from, to);
}

}  // namespace

bool DownloadCoverage::add(const RequestId& request,
                           std::uint64_t from,
                           std::uint64_t to,
                           std::uint64_t size) {
  const std::scoped_lock lock(mutex_);
  auto entry = std::ranges::find(packages_, request, &std::pair<RequestId, Ranges>::first);
  if (entry == packages_.end()) {
    packages_.emplace_front(request, Ranges{});
    entry = packages_.begin();
    if (packages_.size() > kMaxPackages) packages_.pop_back();
  }
  Ranges& ranges = entry->second;
  merge(ranges, from, to);
  if (ranges.size() > kMaxRanges) ranges.erase(ranges.begin());
  const bool whole = ranges.begin()->first == 0 && ranges.begin()->second >= size;
  if (whole) packages_.erase(entry);
  return whole;
}

}  // namespace rightful::lifecycle
