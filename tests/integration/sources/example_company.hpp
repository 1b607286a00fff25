/// @file
/// The example service of docs/sources with a database of its own, and a proxy that can fail.
#pragma once

#include <string>

#include "tests/support/helper_program.hpp"
#include "tests/support/test_database.hpp"

namespace rightful::sources::testing {

inline constexpr const char* kToken = "token-of-the-events";

/// Threads  one.
class ExampleCompany {
 public:
  ExampleCompany();

  /// `http://127.0.0.1:PORT/v1` of the proxy.
  [[nodiscard]] std::string base() const;
  /// Statements in SQLite's own words.
  void execute(const std::string& script);

  /// tests/support/faulty_proxy.py
  std::string fail(const std::string& order) { return proxy_.ask(order); }

  void kill() { proxy_.kill(); }

 private:
  rightful::testing::TestFolder folder_;
  rightful::testing::HelperProgram database_;
  rightful::testing::HelperProgram service_;
  rightful::testing::HelperProgram proxy_;
};

}  // namespace rightful::sources::testing
