/// @file
/// What differs between databases behind ODBC: how errors are numbered, and which words must stand
/// in the connection string so that a driver neither makes a database nor keeps a whole result.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "rightful/core/failure.hpp"

namespace rightful::sources {

/// Databases that need something of their own. Everything else is read by standard SQL.
enum class OdbcDialect : std::uint8_t {
  MySql,   ///< MariaDB and MySQL: drivers keep the whole result, so it is read in pages
  Sqlite,  ///< a type per value, not per column
  Other
};

/// @param product  SQL_DBMS_NAME
[[nodiscard]] OdbcDialect dialect_of(std::string_view product) noexcept;

/// What an error means for the export.
struct OdbcCause {
  Retry retry;
  std::string_view cause;  ///< the words of store/database_failure.hpp

  friend bool operator==(const OdbcCause&, const OdbcCause&) = default;
};

/// @param number  the driver's own (SQLGetDiagRec's NativeError).
[[nodiscard]] OdbcCause cause_of(OdbcDialect dialect, std::string_view sqlstate, int number);

/// Why a connection could not be made, for an operator; empty when trying later may help.
[[nodiscard]] std::string_view cure_of_connecting(std::string_view sqlstate, int number);

/// `text` with the words that this layer needs, in front: the first of two equal keywords counts.
/// Drivers pass over those that they do not know.
[[nodiscard]] std::string with_needed_keywords(const std::string& text);

}  // namespace rightful::sources
