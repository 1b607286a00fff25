#include "sources/odbc_dialect.hpp"

#include <algorithm>
#include <array>

namespace rightful::sources {
namespace {

struct StateRule {
  std::string_view prefix;
  OdbcCause cause;
};

/// ODBC 3.8, appendix A. The first whose prefix fits decides.
constexpr std::array kStates{
    StateRule{"08", {Retry::Later, "database_lost"}},
    StateRule{"HYT", {Retry::Later, "timeout"}},
    StateRule{"40001", {Retry::Later, "serialization"}},
    StateRule{"40P01", {Retry::Later, "deadlock"}},
    StateRule{"40", {Retry::Later, "serialization"}},
    StateRule{"57P", {Retry::Later, "database_lost"}},
    StateRule{"57014", {Retry::Later, "timeout"}},
    StateRule{"HY001", {Retry::Never, "memory_limit"}},
    StateRule{"28", {Retry::Never, "database_denied"}},
    StateRule{"42501", {Retry::Never, "database_denied"}},
    StateRule{"22", {Retry::Never, "bad_parameter"}},
    StateRule{"", {Retry::Never, "database_refused"}},
};

struct NumberRule {
  int number = 0;
  OdbcCause cause;
};

/// MariaDB and MySQL give most of these the general state HY000.
constexpr std::array kMySqlNumbers{
    NumberRule{1040, {Retry::Later, "database_busy"}},  // too many connections
    NumberRule{1203, {Retry::Later, "database_busy"}},  // too many of this user
    NumberRule{1226, {Retry::Later, "database_busy"}},  // a resource of this user is used up
    NumberRule{1021, {Retry::Later, "disk_full"}},
    NumberRule{1053, {Retry::Later, "database_lost"}},  // shutting down
    NumberRule{1927, {Retry::Later, "database_lost"}},  // the connection was killed
    NumberRule{2002, {Retry::Later, "database_lost"}},
    NumberRule{2003, {Retry::Later, "database_lost"}},
    NumberRule{2006, {Retry::Later, "database_lost"}},
    NumberRule{2013, {Retry::Later, "database_lost"}},
    NumberRule{2055, {Retry::Later, "database_lost"}},
    NumberRule{1205, {Retry::Later, "lock_timeout"}},
    NumberRule{1213, {Retry::Later, "deadlock"}},
    NumberRule{1317, {Retry::Later, "timeout"}},        // the statement was stopped
    NumberRule{1412, {Retry::Later, "serialization"}},  // a table was changed after the snapshot
    NumberRule{1969, {Retry::Later, "timeout"}},
    NumberRule{3024, {Retry::Later, "timeout"}},
    NumberRule{1142, {Retry::Never, "database_denied"}},
    NumberRule{1143, {Retry::Never, "database_denied"}},
    NumberRule{1044, {Retry::Never, "database_denied"}},
};

/// sqlite.org/rescode.html; the driver gives all of them HY000.
constexpr std::array kSqliteNumbers{
    NumberRule{5, {Retry::Later, "database_busy"}},
    NumberRule{6, {Retry::Later, "database_busy"}},
    NumberRule{7, {Retry::Never, "memory_limit"}},
    NumberRule{9, {Retry::Later, "timeout"}},
    NumberRule{10, {Retry::Later, "io_error"}},
    NumberRule{13, {Retry::Later, "disk_full"}},
    NumberRule{17, {Retry::Later, "serialization"}},  // the schema was changed
};

template <std::size_t kSize>
const NumberRule* find(const std::array<NumberRule, kSize>& rules, int number) {
  const auto found = std::find_if(
      rules.begin(), rules.end(), [&](const NumberRule& rule) { return rule.number == number; });
  return found == rules.end() ? nullptr : &*found;
}

// CONN_TIMEOUT and READ_TIMEOUT (seconds) are MariaDB's: its driver knows no statement's time-out.
// NoCreat, StepAPI and BigInt are SQLite's: open nothing that does not exist, keep one row, do not
// cut integers to 32 bits.
constexpr std::string_view kNeededKeywords =
    "CHARSET=utf8mb4;CONN_TIMEOUT=15;READ_TIMEOUT=1800;NoCreat=1;StepAPI=1;BigInt=1;";

}  // namespace

OdbcDialect dialect_of(std::string_view product) noexcept {
  if (product == "MariaDB" || product == "MySQL") return OdbcDialect::MySql;
  if (product == "SQLite") return OdbcDialect::Sqlite;
  return OdbcDialect::Other;
}

OdbcCause cause_of(OdbcDialect dialect, std::string_view sqlstate, int number) {
  const NumberRule* rule = nullptr;
  if (dialect == OdbcDialect::MySql) rule = find(kMySqlNumbers, number);
  // The low byte of an extended code is the plain one.
  if (dialect == OdbcDialect::Sqlite && number > 0) rule = find(kSqliteNumbers, number & 0xFF);
  if (rule != nullptr) return rule->cause;
  return std::find_if(kStates.begin(),
                      kStates.end(),
                      [&](const StateRule& state) { return sqlstate.starts_with(state.prefix); })
      ->cause;
}

std::string_view cure_of_connecting(std::string_view sqlstate, int number) {
  if (sqlstate == "IM002") return "no data source of this name is in odbc.ini, or no driver in it";
  if (sqlstate == "IM003" || sqlstate == "01000") {
    return "the driver cannot be loaded: is its package installed, and its name in odbcinst.ini?";
  }
  if (sqlstate == "28000") return "user or password were refused";
  if (sqlstate == "42000") return "the database does not exist, or the user may not enter it";
  if (sqlstate == "HY000" && number == 14) return "the database's file cannot be opened";
  if (sqlstate.starts_with("IM") || sqlstate == "HY024" || sqlstate == "HY090") {
    return "the connection string is not one";
  }
  return "";
}

std::string with_needed_keywords(const std::string& text) {
  return std::string(kNeededKeywords) + text;
}

}  // namespace rightful::sources
