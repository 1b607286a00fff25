/// @file
/// How a row of a dataset leads to the account that it belongs to: a column, or a path of keys.
#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <vector>

#include "rightful/core/result.hpp"

namespace rightful::catalog {

/// A table's exact name, letter case included; `schema` is filled in from the source when the
/// catalog does not name one, and stays empty for sources that know none.
struct TableName {
  std::string schema;
  std::string table;

  friend auto operator<=>(const TableName&, const TableName&) = default;
};

/// `schema.table` or `table`, with double quotes where a part is not plain
/// `[A-Za-z_][A-Za-z0-9_$]*`.
[[nodiscard]] std::string to_string(const TableName& name);

/// One link: the columns `from` of the table reached so far equal the columns `to` of `table`.
/// Both lists have the same size, at least 1.
struct KeyStep {
  std::vector<std::string> from;
  TableName table;
  std::vector<std::string> to;

  friend bool operator==(const KeyStep&, const KeyStep&) = default;
};

/// `order_id -> orders.id . customer_id -> customer.id . account_id`: two steps, then the column
/// that holds the account ID. Without a step the column is the dataset's own.
///
/// Format  docs/catalog.md, "Owner"
struct OwnerPath {
  std::vector<KeyStep> steps;
  std::string column;

  [[nodiscard]] bool is_direct() const noexcept { return steps.empty(); }

  friend bool operator==(const OwnerPath&, const OwnerPath&) = default;
};

/// @param default_schema  for tables that name none.
/// @return InvalidArgument with cause and cure.
[[nodiscard]] Result<OwnerPath> parse_owner_path(std::string_view text,
                                                 std::string_view default_schema);

/// The path as the catalog writes it; parse ∘ to_string = identity.
[[nodiscard]] std::string to_string(const OwnerPath& path);

/// `table`, `schema.table`, parts in double quotes where they are not plain. @return
/// InvalidArgument
[[nodiscard]] Result<TableName> parse_table_name(std::string_view text,
                                                 std::string_view default_schema);

}  // namespace rightful::catalog
