/// @file
/// A connection of the ledger's sequencer: binary results, and COPY from memory, which libpqxx 6
/// does not have. Everybody else uses session.hpp.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "rightful/store/connection_settings.hpp"
#include "rightful/store/rows.hpp"
#include "rightful/store/sql.hpp"
#include "rightful/store/transaction.hpp"
#include "rightful/store/value.hpp"

#include "store/libpq_handles.hpp"
#include "store/session.hpp"

namespace rightful::store {

/// Never reconnects. Threads  one at a time.
class BulkSession {
 public:
  /// Errors  DatabaseFailure `database_lost` with a constant reason.
  explicit BulkSession(const ConnectionSettings& settings);
  BulkSession(const BulkSession&) = delete;
  BulkSession& operator=(const BulkSession&) = delete;
  BulkSession(BulkSession&&) = delete;
  BulkSession& operator=(BulkSession&&) = delete;
  ~BulkSession();

  /// False after the connection broke, or when a transaction could not be ended: throw the session
  /// away.
  [[nodiscard]] bool is_usable() const noexcept;

  /// Its statements are planned along indexes (queries::kAlongIndexes).
  void begin(Isolation isolation, const ConnectionSettings& settings);
  Rows run(const Sql& sql, std::span<const Value> values);
  /// The same, with columns in PostgreSQL's binary forms: for what is moved in bulk.
  [[nodiscard]] ResultHandle run_binary(const Sql& sql, std::span<const Value> values);
  /// `COPY … FROM STDIN`. @param data  all of it, in the format that the statement names.
  void copy_in(const Sql& sql, std::string_view data);
  /// Errors  CommitInDoubt, or as run(); then the transaction was rolled back.
  void commit();
  void rollback() noexcept;

 private:
  void run_script(const char* name, const std::string& text);

  enum class Form : std::uint8_t { Text = 0, Binary = 1 };

  [[nodiscard]] ResultHandle execute(const Sql& sql, std::span<const Value> values, Form form);
  /// @return the result, when it is one of success. Errors  as run()
  [[nodiscard]] ResultHandle demand(std::string_view name, ResultHandle result);
  [[noreturn]] void throw_result(std::string_view name, const PGresult* result);

  ConnectionHandle connection_;
  bool is_broken_ = false;
};

}  // namespace rightful::store
