/// @file
/// One transaction on the state database. The only way to reach it.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "rightful/store/database_failure.hpp"
#include "rightful/store/event_recorder.hpp"
#include "rightful/store/rows.hpp"
#include "rightful/store/sql.hpp"
#include "rightful/store/value.hpp"

namespace rightful::store {

enum class Isolation : std::uint8_t { ReadCommitted, RepeatableRead, Serializable };

/// Begun by Pool::begin(). Without commit() the destructor rolls back.
///
/// Owns     its connection until it ends; a broken one never returns to the pool.
/// Threads  one at a time.
/// Errors   DatabaseFailure and ConstraintViolation as in database_failure.hpp. After the first one
///          the transaction is over: each further call is a DatabaseFailure(Never,
///          "transaction_over").
/// Cost     keep it short: no network call, no file, no waiting for a person inside (decision 13:
///          one step, one transaction).
class Transaction {
 public:
  Transaction(Transaction&&) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();

  Rows run(const Sql& sql, std::initializer_list<Value> values = {});
  Rows run(const Sql& sql, const std::vector<Value>& values);

  /// The same, planned once a connection: for what nearly every transaction asks.
  Rows run_prepared(const Sql& sql, std::initializer_list<Value> values);

  /// Collects one fact; commit() writes its leaf in this transaction.
  /// The pool has a recorder (checked, RIGHTFUL_CHECK): a fact is never dropped.
  void record(ledger::Event event);

  /// Stages the collected events and commits with `synchronous_commit = on`. Legal once.
  /// When the connection breaks during COMMIT, the server is asked on a new connection what became
  /// of it: returns if committed; else Failure Later `database_lost` (rolled back) or
  /// `commit_in_doubt` (nobody knows: read the state again before you repeat anything).
  /// @return where the leaves of the collected events are found; nothing when there were none.
  std::optional<CommittedLeaves> commit();

 private:
  friend class Pool;
  struct Impl;

  explicit Transaction(std::unique_ptr<Impl> impl);

  Rows run_span(const Sql& sql, std::span<const Value> values);
  void demand_open() const;
  void end_by_rollback() noexcept;

  std::unique_ptr<Impl> impl_;
};

}  // namespace rightful::store
