/// @file
/// The identity of a person, as the company's own identity system gives it: the only key by which
/// data are found.
#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "rightful/core/result.hpp"

namespace rightful {

/// An opaque string of 1 to 128 bytes: valid UTF-8, no control characters (C0, DEL, C1), compared
/// byte for byte, never trimmed, case-folded or normalised.
///
/// Secrets  personal: has no formatter, no stream operator and no begin()/end(), so logging it does
/// not compile.
class AccountId {
 public:
  static constexpr std::size_t kMaxSizeBytes = 128;

  /// @return InvalidArgument, naming the rule and never the value.
  [[nodiscard]] static Result<AccountId> parse(std::string_view text);

  /// The characters; every call is a place where a person's identity leaves the type.
  [[nodiscard]] const std::string& expose() const noexcept { return value_; }

  friend auto operator<=>(const AccountId&, const AccountId&) = default;

 private:
  explicit AccountId(std::string value) : value_(std::move(value)) {}

  std::string value_;
};

}  // namespace rightful
