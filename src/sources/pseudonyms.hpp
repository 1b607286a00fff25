/// @file
/// Numbers for other people's values: the same value gets the same number everywhere in one
/// package, in the order in which they are met, so that a number says nothing about the value.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "rightful/core/account_scope.hpp"

namespace rightful::sources {

/// Cost     one entry per distinct value. Threads  one. Secrets  holds the values; never written
/// out.
class Pseudonyms {
 public:
  explicit Pseudonyms(const AccountScope& scope) : account_(scope.account()) {}

  /// The requester's own ID is not a third party's.
  [[nodiscard]] bool is_own(std::string_view value) const { return value == account_.expose(); }

  /// `1`, `2` … Valid as long as this object.
  [[nodiscard]] std::string_view number_of(std::string_view value);

 private:
  AccountId account_;
  std::unordered_map<std::string, std::string> numbers_;
};

}  // namespace rightful::sources
