/// @file
/// Rows of the outbox as the server sent them, in binary form.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

#include "rightful/core/bytes.hpp"

#include "store/binary_copy.hpp"
#include "store/libpq_handles.hpp"

namespace rightful::store {

inline std::string_view binary_field(const PGresult* result, int row, int column) {
  return {PQgetvalue(result, row, column),
          static_cast<std::size_t>(PQgetlength(result, row, column))};
}

/// Owns  the bytes that its views point to. A move keeps them valid.
struct OutboxRows {
  struct Row {
    std::int64_t id;
    ByteView leaf;
    bool was_sealed;  ///< of queries::kTakeStrayRows
  };

  OutboxRows() = default;

  /// @param answer  id, leaf and perhaps was_sealed, in any order of rows.
  explicit OutboxRows(ResultHandle answer) : result(std::move(answer)) {
    const int count = PQntuples(result.get());
    rows.reserve(static_cast<std::size_t>(count));
    const bool has_flag = PQnfields(result.get()) > 2;
    for (int i = 0; i < count; ++i) {
      rows.push_back({.id = bigint_of(binary_field(result.get(), i, 0)),
                      .leaf = as_bytes(binary_field(result.get(), i, 1)),
                      .was_sealed = has_flag && binary_field(result.get(), i, 2) == "\1"});
    }
    std::ranges::sort(rows, {}, &Row::id);
  }

  ResultHandle result;
  std::vector<Row> rows;  ///< by id
};

}  // namespace rightful::store
