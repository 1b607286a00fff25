/// @file
/// Columns that hold a value of a fixed size, such as a digest or a key.
#pragma once

#include <string>
#include <string_view>

#include "rightful/core/failure.hpp"
#include "rightful/store/rows.hpp"

namespace rightful::store {

/// Errors  Failure(Never, "bad_row") when the column has another size: the schema forbids it.
template <class Fixed>
[[nodiscard]] Fixed fixed_column(const Row& row, std::string_view column) {
  auto value = Fixed::parse(row.bytes(column));
  if (!value) {
    throw Failure(Retry::Never, "bad_row", "column " + std::string(column) + " has a wrong size");
  }
  return *value;
}

}  // namespace rightful::store
