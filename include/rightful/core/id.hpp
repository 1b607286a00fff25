/// @file
/// Identities that Rightful itself makes: 16 bytes each, one type per thing, so that one cannot
/// stand for another. Not the identity of a person (account_id.hpp).
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "rightful/core/result.hpp"

namespace rightful {

class Random;

/// A UUID (RFC 4122). Made at random (version 4) or parsed; there is no empty value.
template <class Tag>
class Id {
 public:
  static constexpr std::size_t kSizeBytes = 16;

  /// @param text  the 36-character form, upper or lower case.
  /// @return InvalidArgument for anything else; the error does not repeat the text.
  [[nodiscard]] static Result<Id> parse(std::string_view text);
  [[nodiscard]] static Id random(Random& random);
  [[nodiscard]] static Id from_bytes(std::span<const std::byte, kSizeBytes> bytes);

  [[nodiscard]] const std::array<std::byte, kSizeBytes>& bytes() const noexcept { return bytes_; }

  /// The canonical form: 36 characters, lower case.
  [[nodiscard]] std::string to_string() const;

  friend auto operator<=>(const Id&, const Id&) = default;

 private:
  explicit Id(const std::array<std::byte, kSizeBytes>& bytes) : bytes_(bytes) {}

  std::array<std::byte, kSizeBytes> bytes_{};
};

using RequestId = Id<struct RequestTag>;
using JobId = Id<struct JobTag>;
using PackageId = Id<struct PackageTag>;
using IncidentId = Id<struct IncidentTag>;
using SessionId = Id<struct SessionTag>;
using TraceId = Id<struct TraceTag>;

extern template class Id<RequestTag>;
extern template class Id<JobTag>;
extern template class Id<PackageTag>;
extern template class Id<IncidentTag>;
extern template class Id<SessionTag>;
extern template class Id<TraceTag>;

}  // namespace rightful
