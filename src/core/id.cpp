#include "rightful/core/id.hpp"

#include <algorithm>

#include "rightful/core/bytes.hpp"
#include "rightful/core/random.hpp"

namespace rightful {
namespace {

constexpr std::size_t kTextSize = 36;
constexpr std::array<std::size_t, 4> kHyphens{8, 13, 18, 23};

bool is_hyphen_position(std::size_t index) {
  return std::find(kHyphens.begin(), kHyphens.end(), index) != kHyphens.end();
}

}  // namespace

template <class Tag>
Result<Id<Tag>> Id<Tag>::parse(std::string_view text) {
  const auto refuse = [] {
    return fail(ErrorCode::InvalidArgument, "an id is a UUID of 36 characters");
  };
  if (text.size() != kTextSize) return refuse();
  std::string digits;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_hyphen_position(i)) {
      if (text[i] != '-') return refuse();
    } else {
      digits += text[i];
    }
  }
  const auto bytes = from_hex(digits);
  if (!bytes) return refuse();
  return from_bytes(std::span<const std::byte, kSizeBytes>(*bytes));
}

template <class Tag>
Id<Tag> Id<Tag>::random(Random& random) {
  std::array<std::byte, kSizeBytes> bytes{};
  random.fill(bytes);
  // RFC 4122 section 4.4: version 4, variant 10.
  bytes[6] = (bytes[6] & std::byte{0x0f}) | std::byte{0x40};
  bytes[8] = (bytes[8] & std::byte{0x3f}) | std::byte{0x80};
  return Id(bytes);
}

template <class Tag>
Id<Tag> Id<Tag>::from_bytes(std::span<const std::byte, kSizeBytes> bytes) {
  std::array<std::byte, kSizeBytes> copy{};
  std::copy(bytes.begin(), bytes.end(), copy.begin());
  return Id(copy);
}

template <class Tag>
std::string Id<Tag>::to_string() const {
  std::string text = to_hex(bytes_);
  for (const std::size_t position : kHyphens)
    text.insert(position, 1, '-');
  return text;
}

template class Id<RequestTag>;
template class Id<JobTag>;
template class Id<PackageTag>;
template class Id<IncidentTag>;
template class Id<SessionTag>;
template class Id<TraceTag>;

}  // namespace rightful
