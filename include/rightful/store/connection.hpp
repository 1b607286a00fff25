/// @file
/// A read-only connection to a company's PostgreSQL database: what `sources` sees of the store, and
/// all it sees. Not for Rightful's own state (pool.hpp).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rightful/core/account_scope.hpp"
#include "rightful/core/bytes.hpp"
#include "rightful/core/result.hpp"
#include "rightful/store/database_failure.hpp"
#include "rightful/store/rows.hpp"
#include "rightful/store/value.hpp"

namespace rightful::store {

/// Secrets  `url` may hold a password: it is never logged.
struct SourceSettings {
  std::string url;
  std::string application_name = "rightful";  ///< `rightful:<request ref>`, nothing personal
  std::chrono::seconds connect_timeout{10};
  std::chrono::milliseconds statement_timeout{std::chrono::hours{1}};
  std::chrono::milliseconds lock_timeout{30'000};
  std::chrono::milliseconds idle_in_transaction_timeout{std::chrono::minutes{10}};
};

/// What the role of the connection may do; a connector refuses what it should not have.
struct SourceRole {
  std::string name;
  bool is_superuser = false;
  bool bypasses_row_security = false;
  /// Has INSERT, UPDATE, DELETE or TRUNCATE on some table of the database, or owns one.
  bool can_write = false;
  std::string writable_table;  ///< the first such table, `schema.table`; empty if none
};

/// Every transaction is REPEATABLE READ READ ONLY.
///
/// Owns     one libpq connection; never reconnects.
/// Threads  one at a time.
/// Errors   DatabaseFailure with causes as in database_failure.hpp; the texts name SQLSTATE and
///          `what`, never a value. After `database_lost` the object is useless.
/// Secrets  rows go to the callback and are not kept.
class SourceConnection {
 public:
  /// @return Unavailable (not reachable, starting up, too many clients), Denied (password, role,
  /// database refused).
  [[nodiscard]] static Result<SourceConnection> open(const SourceSettings& settings);

  SourceConnection(SourceConnection&&) noexcept;
  SourceConnection& operator=(SourceConnection&&) noexcept;
  SourceConnection(const SourceConnection&) = delete;
  SourceConnection& operator=(const SourceConnection&) = delete;
  ~SourceConnection();

  [[nodiscard]] SourceRole role();
  /// As in `SHOW server_version_num`, such as 150020.
  [[nodiscard]] int server_version() const noexcept;

  /// Begins the one snapshot that all reads of an export see, and sets `rightful.account_id` in it
  /// to the account of the scope: composed statements read it by
  /// current_setting('rightful.account_id') (COPY takes no parameters), and so does row-level
  /// security. Ends a snapshot that is open.
  void begin_snapshot(const AccountScope& scope);
  /// Without an account (the setting is ''): for reading the schema.
  void begin_snapshot();
  void end_snapshot() noexcept;
  /// `pg_export_snapshot()`: parallel connections of the same export join it with
  /// begin_snapshot_at.
  [[nodiscard]] std::string export_snapshot();
  void begin_snapshot_at(const AccountScope& scope, const std::string& snapshot);

  /// Runs `COPY (…) TO STDOUT` in text format and hands over each line without its newline, as the
  /// server sent it: fields separated by tabs, `\N` for NULL, backslash escapes. The bytes are
  /// valid during the call only. An exception from `on_line` breaks the copy off and passes
  /// through; the connection is then closed.
  /// @param what  names the statement in errors, such as the dataset.
  /// @param statement  the whole COPY, composed from identifiers of the catalog; no values.
  /// @return the number of lines. Cost  constant memory: one line. Needs an open snapshot (checked,
  /// RIGHTFUL_CHECK).
  std::uint64_t copy_out(std::string_view what,
                         const std::string& statement,
                         const std::function<void(ByteView line)>& on_line);

  /// A small result, whole in memory, inside the open snapshot or a transaction of its own.
  [[nodiscard]] Rows query(std::string_view what,
                           const std::string& statement,
                           const std::vector<Value>& values = {});
  /// A statement of one row and one integer column, such as a count.
  [[nodiscard]] std::int64_t count(std::string_view what,
                                   const std::string& statement,
                                   const std::vector<Value>& values = {});

 private:
  struct Impl;

  explicit SourceConnection(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace rightful::store
