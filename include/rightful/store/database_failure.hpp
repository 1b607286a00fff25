/// @file
/// What PostgreSQL refused, told without a word that it said: SQLSTATE and the query's name only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "rightful/core/failure.hpp"

namespace rightful::store {

/// Causes, by SQLSTATE. Later: `database_lost` (08…, 57P0x, no connection), `serialization`
/// (40001), `deadlock` (40P01), `timeout` (57014, 25P03), `lock_timeout` (55P03), `disk_full`
/// (53100), `database_busy` (53…), `database_read_only` (25006: a standby answers),
/// `commit_in_doubt`, `pool_exhausted`. Never: `database_denied` (28…, 42501), `constraint` (23…),
/// `bad_parameter` (22…), `database_refused` (everything else).
///
/// Secrets  PostgreSQL's messages echo values ("Failing row contains (…)"); they are dropped where
/// they arrive.
class DatabaseFailure : public Failure {
 public:
  DatabaseFailure(Retry retry, std::string cause, const std::string& text, std::string sqlstate);

  /// Five characters, or empty when the server said nothing (a lost connection).
  [[nodiscard]] const std::string& sqlstate() const noexcept { return sqlstate_; }

 private:
  std::string sqlstate_;
};

enum class ConstraintKind : std::uint8_t { Unique, ForeignKey, Check, NotNull, Exclusion };

/// The schema said no. The transaction is over: catch it, roll back, decide.
class ConstraintViolation final : public DatabaseFailure {
 public:
  ConstraintViolation(ConstraintKind kind,
                      std::string constraint,
                      const std::string& text,
                      std::string sqlstate);

  [[nodiscard]] ConstraintKind kind() const noexcept { return kind_; }

  /// The constraint's name as in the migrations (`access_request_one_open`); for NotNull the
  /// column's.
  [[nodiscard]] const std::string& constraint() const noexcept { return constraint_; }

 private:
  ConstraintKind kind_;
  std::string constraint_;
};

}  // namespace rightful::store
