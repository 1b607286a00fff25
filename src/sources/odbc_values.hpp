/// @file
/// What drivers give for the types of databases, as exact typed values.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "rightful/sources/record_sink.hpp"

#include "sources/odbc_connection.hpp"
#include "sources/schema_facts.hpp"

namespace rightful::sources {

/// The text of a value as `kind`. @param text  in UTF-8, as the database writes it.
/// @param scratch  memory for texts that differ; the Value may point into it.
/// @return Text where the form has no room for it: `0000-00-00`, `838:59:59`, a number in a column
///         that says date. A date and time without a zone is taken for UTC when `kind` is Instant.
[[nodiscard]] Value value_from_text(ValueKind kind, std::string_view text, std::string& scratch);

/// A value of SQLite, written by compose_rows(): a letter for its type, then `i` digits, `r` 17
/// digits of a real, `t` a text, `n` a text with a NUL in hex, `b` bytes in hex.
/// Errors  Failure(Never, "bad_row") for bytes that are no text where a text is expected.
[[nodiscard]] Value value_from_tagged(ValueKind kind,
                                      std::string_view tagged,
                                      std::string& scratch);

/// Reads one column of the current row as the plan wants it. @param column  from 1.
/// @param buffer, scratch  memory; the Value may point into both.
[[nodiscard]] Value read_value(OdbcStatement& statement,
                               int column,
                               const ColumnFacts& facts,
                               ValueKind kind,
                               OdbcDialect dialect,
                               std::string& buffer,
                               std::string& scratch);

}  // namespace rightful::sources
