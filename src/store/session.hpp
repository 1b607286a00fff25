/// @file
/// One libpqxx connection and the transaction that is open on it. The only file pair that sees
/// libpqxx; what its exceptions say ends here.
#pragma once

#include <memory>
#include <span>
#include <stdexcept>
#include <string>

#include "rightful/store/connection_settings.hpp"
#include "rightful/store/rows.hpp"
#include "rightful/store/transaction.hpp"
#include "rightful/store/value.hpp"

namespace rightful::store {

/// The connection broke while COMMIT was on its way.
class CommitInDoubt final : public std::runtime_error {
 public:
  CommitInDoubt() : std::runtime_error("commit in doubt") {}
};

/// Never reconnects. Threads  one at a time.
class Session {
 public:
  /// Errors  DatabaseFailure `database_lost` with a constant reason.
  explicit Session(const ConnectionSettings& settings);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  Session(Session&&) = delete;
  Session& operator=(Session&&) = delete;
  ~Session();

  /// False after the connection broke, or when a transaction could not be ended: throw the session
  /// away.
  [[nodiscard]] bool is_usable() const noexcept;
  /// queries::kInstance when the session was opened.
  [[nodiscard]] const std::string& instance() const noexcept;

  void begin(Isolation isolation, const ConnectionSettings& settings);
  Rows run(const Sql& sql, std::span<const Value> values);
  /// Several statements without parameters, in the open transaction: for migrations.
  void run_script(const std::string& name, const std::string& text);
  /// One statement outside of a transaction: CREATE DATABASE and its like.
  void run_alone(const std::string& name, const std::string& text);
  /// Errors  CommitInDoubt, or as run(); then the transaction was rolled back.
  void commit();
  void rollback() noexcept;

 private:
  struct Impl;

  std::unique_ptr<Impl> impl_;
};

}  // namespace rightful::store
