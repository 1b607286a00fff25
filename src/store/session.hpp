/// @file
/// One libpqxx connection and the transaction that is open on it. The only file pair that sees
/// libpqxx; what its exceptions say ends here.
#pragma once

#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

#include "rightful/store/connection_settings.hpp"
#include "rightful/store/rows.hpp"
#include "rightful/store/transaction.hpp"
#include "rightful/store/value.hpp"

namespace rightful::store {

/// The connection broke while COMMIT was on its way.
class CommitInDoubt final : public std::runtime_error {
 public:
  explicit CommitInDoubt(std::string transaction_id = {})
      : std::runtime_error("commit in doubt"), transaction_id_(std::move(transaction_id)) {}

  /// What the server can be asked about; empty when nobody knows it.
  [[nodiscard]] const std::string& transaction_id() const noexcept { return transaction_id_; }

 private:
  std::string transaction_id_;
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
  /// False when the server has closed the connection while it lay idle, as far as can be seen
  /// without asking it.
  [[nodiscard]] bool is_connected() noexcept;
  /// queries::kInstance when the session was opened.
  [[nodiscard]] const std::string& instance() const noexcept;

  /// Sends nothing: BEGIN goes with the first statement, in one round trip.
  void begin(Isolation isolation, const ConnectionSettings& settings);
  Rows run(const Sql& sql, std::span<const Value> values);
  /// The same, planned once a session: for what nearly every transaction asks.
  Rows run_prepared(const Sql& sql, std::span<const Value> values);
  /// Several statements without parameters, in the open transaction: for migrations.
  void run_script(const std::string& name, const std::string& text);
  /// One statement outside of a transaction: CREATE DATABASE and its like.
  void run_alone(const std::string& name, const std::string& text);
  /// Does nothing when no statement was run.
  /// Errors  CommitInDoubt, or as run(); then the transaction was rolled back.
  void commit();
  /// A last statement and COMMIT in one round trip. Errors  as commit().
  /// @param last  gives one row with the column `transaction_id`.
  void commit_with(const Sql& last, std::span<const Value> values);
  void rollback() noexcept;

 private:
  struct Impl;

  std::unique_ptr<Impl> impl_;
};

}  // namespace rightful::store
