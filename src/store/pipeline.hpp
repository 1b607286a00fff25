/// @file
/// Statements that go to the server in one message and come back in one: a round trip for all of
/// them. Of libpq; libpqxx 6 has no pipeline.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "rightful/store/sql.hpp"
#include "rightful/store/value.hpp"

#include "store/libpq_handles.hpp"

namespace rightful::store {

/// The statements that a session has prepared.
using PreparedNames = std::set<std::string, std::less<>>;

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
  /// The same under its name, planned once a session: for one whose backend is ours alone.
  /// @param prepared  of that session; wrong when the pipeline fails: throw the session away then.
  void add_prepared(const Sql& sql, std::span<const Value> values, PreparedNames& prepared);
  /// The server sends what it has so far before it goes on: what came before is then known even
  /// when the connection breaks at the next statement.
  void flush();

  /// Preparing is a statement too.
  [[nodiscard]] std::size_t size() const noexcept { return steps_.size(); }

  [[nodiscard]] bool prepares() const noexcept;

  /// @return a result a statement (preparing is one), in order, and one for the end, which commits
  /// what no BEGIN preceded; empty from where the connection broke. After one that failed the
  /// others were not executed.
  [[nodiscard]] std::vector<ResultHandle> run(PGconn* connection) const;
  /// Throws what the first failure of `results` is, the end's too: until that has come, nothing is
  /// committed. Errors  DatabaseFailure, `database_lost` for an empty one.
  void demand_success(const std::vector<ResultHandle>& results) const;

 private:
  enum class Kind : std::uint8_t { Unnamed, Prepare, Prepared };

  struct Step {
    const char* name;
    std::string text;
    std::vector<Value> values;
    Kind kind = Kind::Unnamed;
    bool is_flushed = false;
  };

  [[nodiscard]] static bool send_step(PGconn* connection, const Step& step);

  [[nodiscard]] bool send(PGconn* connection) const;

  std::vector<Step> steps_;
};

}  // namespace rightful::store
