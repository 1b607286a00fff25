#include "ledger/bucket.hpp"

#include <cstddef>
#include <cstdint>

#include "rightful/ledger/event_fields.hpp"

namespace rightful::ledger {

namespace {

// The first bucket whose limit (first, 10 · first, 100 · first …) lies above `value`.
template <std::size_t N>
std::string_view bucket_of(std::uint64_t value,
                           std::uint64_t first_limit,
                           const std::array<std::string_view, N>& buckets) noexcept {
  std::uint64_t limit = first_limit;
  for (std::size_t i = 0; i + 1 < N; ++i, limit *= 10) {
    if (value < limit) return buckets[i];
  }
  return buckets.back();
}

}  // namespace

RowsBucket RowsBucket::of(std::uint64_t count) noexcept {
  return RowsBucket(bucket_of(count, 10, kRowsBuckets));
}

SizeBucket SizeBucket::of(std::uint64_t size_bytes) noexcept {
  return SizeBucket(bucket_of(size_bytes, 1'000'000, kSizeBuckets));
}

TriesBucket TriesBucket::of(std::uint64_t count) {
  RIGHTFUL_CHECK(count > 0);
  if (count == 1) return TriesBucket(kTriesBuckets[0]);
  if (count < 10) return TriesBucket(kTriesBuckets[1]);
  return TriesBucket(kTriesBuckets[count < 100 ? 2 : 3]);
}

}  // namespace rightful::ledger
