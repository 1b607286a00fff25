/// @file
/// What the names of tables and columns suggest: proposals for a person, never a decision about
/// whose a row is.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sources/schema_facts.hpp"

namespace rightful::sources {

/// The words of a name in lower case: `billingAddress_2` → billing, address, 2.
[[nodiscard]] std::vector<std::string> words_of(std::string_view name);

/// Whether `column` is named after the table `target` that it points at, as `customer_id` after
/// `customer`; `support_rep_id` plays a role instead.
/// @param target_column  what it points at there, such as `id`.
[[nodiscard]] bool is_named_after(std::string_view column,
                                  std::string_view target,
                                  std::string_view target_column);

/// Whether a column that points at the accounts is named as an owner of rows is: `user_id`,
/// `owner`.
[[nodiscard]] bool is_owner_word(std::string_view column);

/// DPV terms for the data of a table, in a fixed order, none twice.
[[nodiscard]] std::vector<std::string> categories_of(const TableFacts& table);

/// First name, e-mail address, date of birth …: rows are about people.
[[nodiscard]] bool is_about_people(const TableFacts& table);
/// The same, or a postal address, a place, a number of a device …: rows may be about people.
[[nodiscard]] bool looks_personal(const TableFacts& table);

/// Passwords, tokens, hashes of credentials.
[[nodiscard]] bool is_secret(const ColumnFacts& column);
/// A text that may name a file or an object.
[[nodiscard]] bool may_name_object(const ColumnFacts& column);

}  // namespace rightful::sources
