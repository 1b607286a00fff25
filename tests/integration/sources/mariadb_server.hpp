/// @file
/// A throw-away MariaDB server for tests, reached over ODBC only, as Rightful reaches it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "rightful/core/subprocess.hpp"

#include "tests/support/test_database.hpp"

namespace rightful::sources::testing {

/// Stopped and removed by the destructor.
class MariadbServer {
 public:
  /// About 2 s. Aborts the test binary when the server does not start.
  MariadbServer();

  /// The binary's own, started when the first test asks.
  static MariadbServer& shared();

  /// Drops and makes a database, and a user `reader` that may only SELECT from it.
  void make_database(const std::string& name);
  /// Statements, divided by lines that end in `;`, as root in `database`.
  void execute(const std::string& database, const std::string& script);
  /// A connection string. @param user  `reader` or `root`.
  [[nodiscard]] std::string connection(const std::string& database,
                                       const std::string& user = "reader") const;
  /// SIGKILL, as a machine that loses its power.
  void kill();

 private:
  void start();

  rightful::testing::TestFolder folder_;
  std::unique_ptr<Subprocess> server_;
};

/// Runs each statement of `script` (as above) over any connection string.
void execute_over_odbc(const std::string& connection, const std::string& script);

}  // namespace rightful::sources::testing
