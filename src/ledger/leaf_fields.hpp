/// @file
/// The members of `d` by name.
#pragma once

#include <cstdint>
#include <string_view>

#include "rightful/core/bytes.hpp"
#include "rightful/core/result.hpp"
#include "rightful/ledger/leaf.hpp"

namespace rightful::ledger {

/// Empty when there is none.
[[nodiscard]] std::string_view field_of(const Leaf& leaf, std::string_view name);
/// 0 when there is none, or it is text.
[[nodiscard]] std::uint64_t integer_of(const Leaf& leaf, std::string_view name);

/// A fixed-size value in base64url. @return InvalidArgument
template <class T>
[[nodiscard]] Result<T> decode_field(const Leaf& leaf, std::string_view name) {
  RIGHTFUL_TRY(const Bytes bytes, from_base64url(field_of(leaf, name)));
  return T::parse(bytes);
}

}  // namespace rightful::ledger
