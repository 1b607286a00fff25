#include "sources/odbc_connection.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "rightful/core/check.hpp"
#include "rightful/core/failure.hpp"
#include "rightful/core/result.hpp"

#include "sources/odbc_text.hpp"

namespace rightful::sources {
namespace {

constexpr SQLULEN kLoginSeconds = 15;
// As for PostgreSQL: a child's own limit (postgres_source.cpp). Drivers that know none say so.
constexpr SQLULEN kStatementSeconds = 6UL * 3600;
constexpr std::size_t kFirstRead = 4096;
constexpr SQLULEN kDecimalDigits = 38;

struct Diagnosis {
  std::string sqlstate;
  int number = 0;
};

bool succeeded(SQLRETURN outcome) {
  return outcome == SQL_SUCCESS || outcome == SQL_SUCCESS_WITH_INFO;
}

/// State and number only: the message may hold a value or a password.
Diagnosis diagnose(SQLSMALLINT type, SQLHANDLE handle) {
  std::array<SQLCHAR, 6> state{};
  SQLINTEGER number = 0;
  const SQLRETURN outcome =
      SQLGetDiagRec(type, handle, 1, state.data(), &number, nullptr, 0, nullptr);
  if (!succeeded(outcome)) return {"HY000", 0};
  Diagnosis diagnosis{"", static_cast<int>(number)};
  for (const SQLCHAR c : state) {
    if (c != 0) diagnosis.sqlstate += static_cast<char>(c);
  }
  return diagnosis;
}

/// ODBC takes its numbers in the place of a pointer.
SQLPOINTER as_pointer(SQLULEN value) {
  // NOLINTNEXTLINE(performance-no-int-to-ptr): the interface demands it
  return reinterpret_cast<SQLPOINTER>(value);
}

/// ODBC takes texts as pointers to what it does not change.
SQLCHAR* as_sql(const std::string& text) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): the interface knows no const
  return reinterpret_cast<SQLCHAR*>(const_cast<char*>(text.data()));
}

SQLSMALLINT short_size(const std::string& text) {
  RIGHTFUL_CHECK(text.size() < 32768);
  return static_cast<SQLSMALLINT>(text.size());
}

/// Digits that were checked before, or that this database wrote.
template <class T>
T number_from(const std::string& digits) {
  T value{};
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  RIGHTFUL_CHECK(error == std::errc() && end == digits.data() + digits.size());
  return value;
}

struct NameArgument {
  SQLCHAR* text;
  SQLSMALLINT size;
};

/// An absent name is a null pointer.
NameArgument argument(const std::string& name) {
  if (name.empty()) return {nullptr, 0};
  return {as_sql(name), short_size(name)};
}

/// psqlODBC converts text by the locale that the environment names, and an export child has no
/// environment. C.UTF-8 is part of every glibc.
void use_utf8() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): before a driver is loaded, and the same value each time
  RIGHTFUL_CHECK(::setenv("LC_ALL", "C.UTF-8", 1) == 0);
}

}  // namespace

/// What a driver reads while the statement runs.
struct OdbcStatement::BoundValue {
  std::string text;
  std::int64_t integer = 0;
  std::uint64_t unsigned_integer = 0;
  SQLLEN length = 0;
};

OdbcStatement::OdbcStatement(const OdbcConnection& connection, std::string name)
    : connection_(connection), name_(std::move(name)) {
  if (!succeeded(SQLAllocHandle(SQL_HANDLE_STMT, connection.handle(), &handle_))) {
    const Diagnosis found = diagnose(SQL_HANDLE_DBC, connection.handle());
    const OdbcCause cause = cause_of(connection.dialect(), found.sqlstate, found.number);
    throw Failure(cause.retry,
                  std::string(cause.cause),
                  fmt::format("source {}: no statement, SQLSTATE {} ({})",
                              connection.source(),
                              found.sqlstate,
                              found.number));
  }
  SQLSetStmtAttr(handle_, SQL_ATTR_QUERY_TIMEOUT, as_pointer(kStatementSeconds), 0);
}

OdbcStatement::~OdbcStatement() {
  if (handle_ != SQL_NULL_HSTMT) SQLFreeHandle(SQL_HANDLE_STMT, handle_);
}

void OdbcStatement::execute(const std::string& sql, std::span<const OdbcParameter> parameters) {
  if (parameters.empty()) {
    check(SQLExecDirect(handle_, as_sql(sql), static_cast<SQLINTEGER>(sql.size())));
    return;
  }
  check(SQLPrepare(handle_, as_sql(sql), static_cast<SQLINTEGER>(sql.size())));
  std::vector<BoundValue> bound(parameters.size());
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    bind(static_cast<SQLUSMALLINT>(i + 1), parameters[i], bound[i]);
  }
  check(SQLExecute(handle_));
  // What was bound ends with this call.
  check(SQLFreeStmt(handle_, SQL_RESET_PARAMS));
}

void OdbcStatement::bind(SQLUSMALLINT number, const OdbcParameter& parameter, BoundValue& bound) {
  const auto give = [&](SQLSMALLINT c_type, SQLSMALLINT sql_type, SQLULEN size, SQLPOINTER value) {
    check(SQLBindParameter(handle_,
                           number,
                           SQL_PARAM_INPUT,
                           c_type,
                           sql_type,
                           size,
                           0,
                           value,
                           bound.length,
                           &bound.length));
  };
  bound.text = parameter.value;
  bound.length = static_cast<SQLLEN>(bound.text.size());
  const SQLULEN size = bound.text.empty() ? 1 : bound.text.size();
  switch (parameter.type) {
    case OdbcParameter::Type::Integer:
      bound.integer = number_from<std::int64_t>(parameter.value);
      return give(SQL_C_SBIGINT, SQL_BIGINT, 20, &bound.integer);
    case OdbcParameter::Type::UnsignedInteger:
      bound.unsigned_integer = number_from<std::uint64_t>(parameter.value);
      return give(SQL_C_UBIGINT, SQL_BIGINT, 20, &bound.unsigned_integer);
    case OdbcParameter::Type::Decimal:
      return give(SQL_C_CHAR, SQL_DECIMAL, kDecimalDigits, bound.text.data());
    case OdbcParameter::Type::Binary:
      return give(SQL_C_BINARY, SQL_VARBINARY, size, bound.text.data());
    case OdbcParameter::Type::Text:
      break;
  }
  if (connection_.has_utf8_texts()) return give(SQL_C_CHAR, SQL_VARCHAR, size, bound.text.data());
  bound.text = utf16_from(parameter.value);
  bound.length = static_cast<SQLLEN>(bound.text.size());
  give(SQL_C_WCHAR, SQL_WVARCHAR, size, bound.text.data());
}

void OdbcStatement::list_tables(const std::string& catalog,
                                const std::string& schema,
                                const std::string& table) {
  const auto [c, c_size] = argument(catalog);
  const auto [s, s_size] = argument(schema);
  const auto [t, t_size] = argument(table);
  const std::string types = "TABLE,VIEW";
  check(SQLTables(handle_, c, c_size, s, s_size, t, t_size, as_sql(types), short_size(types)));
}

void OdbcStatement::list_columns(const std::string& catalog,
                                 const std::string& schema,
                                 const std::string& table) {
  const auto [c, c_size] = argument(catalog);
  const auto [s, s_size] = argument(schema);
  const auto [t, t_size] = argument(table);
  check(SQLColumns(handle_, c, c_size, s, s_size, t, t_size, nullptr, 0));
}

void OdbcStatement::list_primary_key(const std::string& catalog,
                                     const std::string& schema,
                                     const std::string& table) {
  const auto [c, c_size] = argument(catalog);
  const auto [s, s_size] = argument(schema);
  const auto [t, t_size] = argument(table);
  check(SQLPrimaryKeys(handle_, c, c_size, s, s_size, t, t_size));
}

void OdbcStatement::list_indexes(const std::string& catalog,
                                 const std::string& schema,
                                 const std::string& table) {
  const auto [c, c_size] = argument(catalog);
  const auto [s, s_size] = argument(schema);
  const auto [t, t_size] = argument(table);
  check(SQLStatistics(handle_, c, c_size, s, s_size, t, t_size, SQL_INDEX_ALL, SQL_QUICK));
}

bool OdbcStatement::fetch() {
  const SQLRETURN outcome = SQLFetch(handle_);
  if (outcome == SQL_NO_DATA) return false;
  check(outcome);
  return true;
}

bool OdbcStatement::has_columns() {
  SQLSMALLINT columns = 0;
  check(SQLNumResultCols(handle_, &columns));
  return columns > 0;
}

std::optional<std::string_view> OdbcStatement::text(int column, std::string& buffer) {
  if (connection_.has_utf8_texts()) {
    const auto value = long_value(column, SQL_C_CHAR, 1, buffer);
    if (value && !is_utf8(*value)) {
      throw Failure(
          Retry::Never,
          "bad_row",
          fmt::format("source {}, {}: a text is not in UTF-8", connection_.source(), name_));
    }
    return value;
  }
  const auto wide = long_value(column, SQL_C_WCHAR, 2, wide_);
  if (!wide) return std::nullopt;
  if (!utf8_from(*wide, buffer)) {
    throw Failure(
        Retry::Never,
        "bad_row",
        fmt::format("source {}, {}: a text is not in UTF-16", connection_.source(), name_));
  }
  return buffer;
}

std::optional<std::string_view> OdbcStatement::plain(int column, std::string& buffer) {
  return long_value(column, SQL_C_CHAR, 1, buffer);
}

std::optional<std::string_view> OdbcStatement::bytes(int column, std::string& buffer) {
  return long_value(column, SQL_C_BINARY, 0, buffer);
}

/// In as few pieces as the driver lets us: some convert a text anew for every piece.
std::optional<std::string_view> OdbcStatement::long_value(int column,
                                                          SQLSMALLINT type,
                                                          std::size_t terminator,
                                                          std::string& buffer) {
  if (buffer.size() < kFirstRead) buffer.resize(kFirstRead);
  std::size_t got = 0;
  for (;;) {
    const std::size_t room = buffer.size() - got;
    SQLLEN length = 0;
    const SQLRETURN outcome = SQLGetData(handle_,
                                         static_cast<SQLUSMALLINT>(column),
                                         type,
                                         buffer.data() + got,
                                         static_cast<SQLLEN>(room),
                                         &length);
    if (outcome == SQL_NO_DATA) break;
    check(outcome);
    if (length == SQL_NULL_DATA) return std::nullopt;
    const std::size_t piece = room - terminator;
    const bool is_cut = length == SQL_NO_TOTAL || static_cast<std::size_t>(length) > piece;
    if (!is_cut) {
      got += static_cast<std::size_t>(length);
      break;
    }
    got += terminator == 2 ? piece / 2 * 2 : piece;
    const std::size_t rest = length == SQL_NO_TOTAL
                                 ? buffer.size()
                                 : static_cast<std::size_t>(length) - piece + terminator + 2;
    buffer.resize(got + rest + terminator);
  }
  return std::string_view(buffer).substr(0, got);
}

template <class T>
std::optional<T> OdbcStatement::fixed_value(int column, SQLSMALLINT type) {
  T value{};
  SQLLEN length = 0;
  check(
      SQLGetData(handle_, static_cast<SQLUSMALLINT>(column), type, &value, sizeof value, &length));
  if (length == SQL_NULL_DATA) return std::nullopt;
  return value;
}

std::optional<double> OdbcStatement::real(int column) {
  return fixed_value<double>(column, SQL_C_DOUBLE);
}

std::optional<float> OdbcStatement::single(int column) {
  return fixed_value<float>(column, SQL_C_FLOAT);
}

std::optional<bool> OdbcStatement::bit(int column) {
  const auto value = fixed_value<unsigned char>(column, SQL_C_BIT);
  if (!value) return std::nullopt;
  return *value != 0;
}

void OdbcStatement::check(SQLRETURN outcome) {
  if (!succeeded(outcome) && outcome != SQL_NO_DATA) refuse();
}

void OdbcStatement::refuse() {
  const Diagnosis found = diagnose(SQL_HANDLE_STMT, handle_);
  const OdbcCause cause = cause_of(connection_.dialect(), found.sqlstate, found.number);
  throw Failure(cause.retry,
                std::string(cause.cause),
                fmt::format("source {}, {}: SQLSTATE {} ({})",
                            connection_.source(),
                            name_,
                            found.sqlstate,
                            found.number));
}

SourceResult<std::unique_ptr<OdbcConnection>> OdbcConnection::open(const std::string& source,
                                                                   const std::string& text) {
  auto connection = std::unique_ptr<OdbcConnection>(new OdbcConnection());
  connection->source_ = source;
  use_utf8();
  RIGHTFUL_CHECK(
      succeeded(SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &connection->environment_)));
  SQLSetEnvAttr(connection->environment_, SQL_ATTR_ODBC_VERSION, as_pointer(SQL_OV_ODBC3), 0);
  RIGHTFUL_CHECK(
      succeeded(SQLAllocHandle(SQL_HANDLE_DBC, connection->environment_, &connection->handle_)));
  RIGHTFUL_TRY(connection->connect(text));
  return connection;
}

OdbcConnection::~OdbcConnection() {
  if (is_connected_) {
    SQLEndTran(SQL_HANDLE_DBC, handle_, SQL_ROLLBACK);
    SQLDisconnect(handle_);
  }
  if (handle_ != SQL_NULL_HDBC) SQLFreeHandle(SQL_HANDLE_DBC, handle_);
  if (environment_ != SQL_NULL_HENV) SQLFreeHandle(SQL_HANDLE_ENV, environment_);
}

SourceResult<void> OdbcConnection::connect(const std::string& text) {
  SQLSetConnectAttr(handle_, SQL_ATTR_LOGIN_TIMEOUT, as_pointer(kLoginSeconds), 0);
  SQLSetConnectAttr(handle_, SQL_ATTR_ACCESS_MODE, as_pointer(SQL_MODE_READ_ONLY), 0);
  const std::string complete = with_needed_keywords(text);
  const SQLRETURN outcome = SQLDriverConnect(handle_,
                                             nullptr,
                                             as_sql(complete),
                                             short_size(complete),
                                             nullptr,
                                             0,
                                             nullptr,
                                             SQL_DRIVER_NOPROMPT);
  if (!succeeded(outcome)) {
    const Diagnosis found = diagnose(SQL_HANDLE_DBC, handle_);
    const std::string_view cure = cure_of_connecting(found.sqlstate, found.number);
    const std::string said = fmt::format(
        "SQLSTATE {} ({}){}{}", found.sqlstate, found.number, cure.empty() ? "" : ": ", cure);
    if (cure.empty()) throw Failure(Retry::Later, "source_lost", "source " + source_ + ": " + said);
    return std::unexpected(SourceError{SourceErrorKind::NotConfigured, source_, "", said});
  }
  is_connected_ = true;
  const std::string product = information(SQL_DBMS_NAME);
  dialect_ = dialect_of(product);
  product_ = product + " " + information(SQL_DBMS_VER);
  quote_ = information(SQL_IDENTIFIER_QUOTE_CHAR);
  database_ = information(SQL_DATABASE_NAME);
  user_ = information(SQL_USER_NAME);
  if (quote_ == " ") quote_.clear();  // the driver's word for "none"
  return {};
}

std::string OdbcConnection::information(SQLUSMALLINT what) const {
  std::array<char, 256> buffer{};
  SQLSMALLINT length = 0;
  const SQLRETURN outcome =
      SQLGetInfo(handle_, what, buffer.data(), static_cast<SQLSMALLINT>(buffer.size()), &length);
  if (!succeeded(outcome) || length < 0) return "";
  return {buffer.data(), std::min(static_cast<std::size_t>(length), buffer.size() - 1)};
}

void OdbcConnection::execute(const std::string& name, const std::string& sql) {
  OdbcStatement statement(*this, name);
  statement.execute(sql);
  // Some drivers do nothing before the first row is asked for.
  while (statement.has_columns() && statement.fetch()) {
  }
}

void OdbcConnection::begin_by_attributes() {
  SQLUINTEGER offered = 0;
  SQLGetInfo(handle_, SQL_TXN_ISOLATION_OPTION, &offered, sizeof offered, nullptr);
  constexpr std::array<SQLUINTEGER, 2> kLevels{SQL_TXN_SERIALIZABLE, SQL_TXN_REPEATABLE_READ};
  for (const SQLUINTEGER level : kLevels) {
    const bool is_set =
        (offered & level) != 0 &&
        succeeded(SQLSetConnectAttr(handle_, SQL_ATTR_TXN_ISOLATION, as_pointer(level), 0));
    if (!is_set) continue;
    isolation_ = level;
    break;
  }
  if (!succeeded(
          SQLSetConnectAttr(handle_, SQL_ATTR_AUTOCOMMIT, as_pointer(SQL_AUTOCOMMIT_OFF), 0))) {
    isolation_ = 0;
  }
}

}  // namespace rightful::sources
