/// @file
/// Statements that go to the server in one message and come back in one: a round trip for all of
/// them. Of libpq; libpqxx 6 has no pipeline.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "rightful/store/sql.hpp"
#include "rightful/store/value.hpp"

#include "store/libpq_handles.hpp"

namespace rightful::store {

/// Run once.
///
///   Pipeline pipeline;
///   pipeline.add("begin", "BEGIN");
///   pipeline.add(kFindJob, values);
///   const auto results = pipeline.run(connection);
///
/// Threads  one.
class Pipeline {
 public:
  /// One statement without parameters. @param name  for errors; static.
  void add(const char* name, std::string text);
  /// @param values  copied.
  void add(const Sql& sql, std::span<const Value> values);
  /// The server sends what it has so far before it goes on: what came before is then known even
  /// when the connection breaks at the next statement.
  void flush();

  /// @return a result a statement, in order; empty from where the connection broke. After one that
  /// failed the others were not executed.
  [[nodiscard]] std::vector<ResultHandle> run(PGconn* connection) const;
  /// Throws what the first failure of `results` is. Errors  DatabaseFailure, `database_lost` for an
  /// empty one.
  void demand_success(const std::vector<ResultHandle>& results) const;

 private:
  struct Step {
    const char* name;
    std::string text;
    std::vector<Value> values;
    bool is_flushed = false;
  };

  [[nodiscard]] bool send(PGconn* connection) const;

  std::vector<Step> steps_;
};

}  // namespace rightful::store
