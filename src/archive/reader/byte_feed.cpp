#include "archive/reader/byte_feed.hpp"

#include <algorithm>

namespace rightful::archive::reader {
namespace {

constexpr std::size_t kRangeBytes = 64 * std::size_t{1024};

}  // namespace

Result<bool> ByteFeed::take(std::span<std::byte> into) {
  while (!into.empty()) {
    RIGHTFUL_TRY(const ByteView part, view(into.size()));
    if (part.empty()) return false;
    std::copy(part.begin(), part.end(), into.begin());
    into = into.subspan(part.size());
  }
  return true;
}

Result<ByteView> ByteFeed::view(std::uint64_t limit) {
  if (rest_.empty() && !has_ended_ && limit > 0) {
    RIGHTFUL_TRY(rest_, source_.next());
    has_ended_ = rest_.empty();
  }
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(limit, rest_.size()));
  const ByteView part = rest_.first(count);
  rest_ = rest_.subspan(count);
  position_ += count;
  return part;
}

Result<ByteView> RangeSource::next() {
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(kRangeBytes, end_ - at_));
  buffer_.resize(count);
  file_.read_at(at_, buffer_);
  at_ += count;
  return ByteView(buffer_);
}

}  // namespace rightful::archive::reader
