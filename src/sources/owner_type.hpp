/// @file
/// The types that an owner's column may have, and which account IDs can stand in them exactly.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "rightful/core/account_id.hpp"
#include "rightful/core/result.hpp"

namespace rightful::sources {

enum class OwnerType : std::uint8_t {
  Text,
  PaddedText,
  Int2,
  Int4,
  Int8,
  Uuid,
  UnsignedInt8,  ///< not in PostgreSQL
  WholeNumber    ///< a decimal without a fraction, up to 38 digits; not an owner in PostgreSQL
};

/// @param type  PostgreSQL's name of the base type: `text`, `int8` … Empty for any other.
[[nodiscard]] std::optional<OwnerType> owner_type_of(std::string_view type);

/// What the account ID is cast to in a statement: `text`, `bigint` …
[[nodiscard]] std::string_view cast_of(OwnerType type) noexcept;

/// Whether the account ID comes back from the type as the same bytes: `0042` does not come back
/// from a number, upper case not from a uuid, a blank at the end not from a char(n).
/// @return InvalidArgument, naming the rule and not the value.
[[nodiscard]] Result<void> check_round_trip(const AccountId& account, OwnerType type);

}  // namespace rightful::sources
