/// @file
/// A connection over ODBC and its statements: handles, parameters, values of columns, and what an
/// error means. Knows no catalog, no account and no SQL.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <sql.h>
#include <sqlext.h>

#include "rightful/sources/source_error.hpp"

#include "sources/odbc_dialect.hpp"

namespace rightful::sources {

/// One bound parameter, typed as the column that it is compared with.
struct OdbcParameter {
  enum class Type : std::uint8_t { Text, Integer, UnsignedInteger, Decimal, Binary };

  Type type = Type::Text;
  std::string value;  ///< digits for numbers (canonical, checked), UTF-8, or raw bytes
};

class OdbcConnection;

/// One statement and its result, read front to back, each row's columns from left to right.
///
/// Owns     its handle; the connection outlives it.
/// Errors   Failure, by SQLSTATE and the driver's number (odbc_dialect.hpp); a driver's message is
///          never read, it may hold a row.
/// Threads  one.
class OdbcStatement {
 public:
  /// @param name  what errors call it: a dataset or a step.
  OdbcStatement(const OdbcConnection& connection, std::string name);
  ~OdbcStatement();
  OdbcStatement(const OdbcStatement&) = delete;
  OdbcStatement& operator=(const OdbcStatement&) = delete;

  void execute(const std::string& sql, std::span<const OdbcParameter> parameters = {});
  /// ODBC's own questions about the schema. Names are exact, not patterns; empty = any.
  void list_tables(const std::string& catalog, const std::string& schema, const std::string& table);
  void list_columns(const std::string& catalog,
                    const std::string& schema,
                    const std::string& table);
  void list_primary_key(const std::string& catalog,
                        const std::string& schema,
                        const std::string& table);
  void list_indexes(const std::string& catalog,
                    const std::string& schema,
                    const std::string& table);

  /// Whether the statement gives rows at all.
  [[nodiscard]] bool has_columns();
  /// @return false after the last row.
  [[nodiscard]] bool fetch();

  // Values of the current row; `column` counts from 1. The view is into `buffer`. Empty = NULL.
  /// Texts in UTF-8. @return bytes that are no text are refused: Failure(Never, "bad_row").
  [[nodiscard]] std::optional<std::string_view> text(int column, std::string& buffer);
  /// What has only ASCII letters: numbers, dates.
  [[nodiscard]] std::optional<std::string_view> plain(int column, std::string& buffer);
  [[nodiscard]] std::optional<std::string_view> bytes(int column, std::string& buffer);
  [[nodiscard]] std::optional<double> real(int column);
  [[nodiscard]] std::optional<float> single(int column);
  [[nodiscard]] std::optional<bool> bit(int column);

 private:
  std::optional<std::string_view> long_value(int column,
                                             SQLSMALLINT type,
                                             std::size_t terminator,
                                             std::string& buffer);
  template <class T>
  std::optional<T> fixed_value(int column, SQLSMALLINT type);
  struct BoundValue;
  void bind(SQLUSMALLINT number, const OdbcParameter& parameter, BoundValue& bound);
  void check(SQLRETURN outcome);
  [[noreturn]] void refuse();

  const OdbcConnection& connection_;
  std::string name_;
  SQLHSTMT handle_ = SQL_NULL_HSTMT;
  std::string wide_;
};

/// Threads  one.
class OdbcConnection {
 public:
  /// @param text  a connection string; may hold a password, which no error repeats.
  /// @return NotConfigured when the driver, the name or the login is wrong.
  /// Errors  Failure(Later, "source_lost") when the database cannot be reached.
  [[nodiscard]] static SourceResult<std::unique_ptr<OdbcConnection>> open(const std::string& source,
                                                                          const std::string& text);

  ~OdbcConnection();
  OdbcConnection(const OdbcConnection&) = delete;
  OdbcConnection& operator=(const OdbcConnection&) = delete;

  [[nodiscard]] OdbcDialect dialect() const noexcept { return dialect_; }

  /// `MariaDB 10.11.019`: what the driver says.
  [[nodiscard]] const std::string& product() const noexcept { return product_; }

  /// What stands around an identifier; empty = the driver has none.
  [[nodiscard]] const std::string& quote() const noexcept { return quote_; }

  /// Which of ODBC's isolation levels is in force: SQL_TXN_SERIALIZABLE …, 0 = unknown.
  [[nodiscard]] SQLUINTEGER isolation() const noexcept { return isolation_; }

  [[nodiscard]] const std::string& source() const noexcept { return source_; }

  /// The database of tables that name none; may be empty.
  [[nodiscard]] const std::string& database() const noexcept { return database_; }

  /// Who reads, as the database calls it; may be empty.
  [[nodiscard]] const std::string& user() const noexcept { return user_; }

  /// Texts come as UTF-8 by SQL_C_CHAR; else by SQL_C_WCHAR.
  [[nodiscard]] bool has_utf8_texts() const noexcept { return dialect_ != OdbcDialect::Other; }

  /// Runs one statement to its end; its rows are dropped.
  void execute(const std::string& name, const std::string& sql);

  /// Every following statement is in one transaction of the strictest isolation that there is.
  void begin_by_attributes();

  [[nodiscard]] SQLHDBC handle() const noexcept { return handle_; }

 private:
  OdbcConnection() = default;

  SourceResult<void> connect(const std::string& text);
  [[nodiscard]] std::string information(SQLUSMALLINT what) const;

  std::string source_;
  SQLHENV environment_ = SQL_NULL_HENV;
  SQLHDBC handle_ = SQL_NULL_HDBC;
  bool is_connected_ = false;
  OdbcDialect dialect_ = OdbcDialect::Other;
  std::string product_;
  std::string quote_;
  SQLUINTEGER isolation_ = 0;
  std::string database_;
  std::string user_;
};

}  // namespace rightful::sources
