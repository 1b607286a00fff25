/// @file
/// What a statement returned, copied out of the driver: it outlives transaction and connection.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "rightful/core/account_id.hpp"
#include "rightful/core/bytes.hpp"
#include "rightful/core/clock.hpp"
#include "rightful/core/id.hpp"
#include "rightful/core/result.hpp"

namespace rightful::store {

struct RowsData;

/// One row, read by column name. Keeps its rows alive: `const Row row = transaction.run(…)[0];` is
/// fine.
///
/// Errors  Failure(Never, "bad_row") when the column is not in the statement, is NULL where the
///         plain getter is used, or does not have the form of the type asked for. Query name and
///         column are named, the value never.
class Row {
 public:
  [[nodiscard]] bool is_null(std::string_view column) const;

  [[nodiscard]] std::string text(std::string_view column) const;
  /// smallint, integer, bigint
  [[nodiscard]] std::int64_t integer(std::string_view column) const;
  [[nodiscard]] double real(std::string_view column) const;
  [[nodiscard]] bool boolean(std::string_view column) const;
  [[nodiscard]] Bytes bytes(std::string_view column) const;
  /// timestamptz
  [[nodiscard]] Instant instant(std::string_view column) const;
  [[nodiscard]] std::chrono::year_month_day date(std::string_view column) const;
  [[nodiscard]] AccountId account(std::string_view column) const;

  /// uuid: `row.id<RequestId>("request_id")`
  template <class I>
  [[nodiscard]] I id(std::string_view column) const {
    const Result<I> parsed = I::parse(view(column));
    if (!parsed) refuse(column, "is no uuid");
    return *parsed;
  }

  // NULL = empty.
  [[nodiscard]] std::optional<std::string> optional_text(std::string_view column) const;
  [[nodiscard]] std::optional<std::int64_t> optional_integer(std::string_view column) const;
  [[nodiscard]] std::optional<bool> optional_boolean(std::string_view column) const;
  [[nodiscard]] std::optional<Bytes> optional_bytes(std::string_view column) const;
  [[nodiscard]] std::optional<Instant> optional_instant(std::string_view column) const;
  [[nodiscard]] std::optional<std::chrono::year_month_day> optional_date(
      std::string_view column) const;
  [[nodiscard]] std::optional<AccountId> optional_account(std::string_view column) const;

  template <class I>
  [[nodiscard]] std::optional<I> optional_id(std::string_view column) const {
    if (is_null(column)) return std::nullopt;
    return id<I>(column);
  }

 private:
  friend class Rows;

  Row(std::shared_ptr<const RowsData> data, std::size_t index)
      : data_(std::move(data)), index_(index) {}

  [[nodiscard]] std::string_view view(std::string_view column) const;
  [[noreturn]] void refuse(std::string_view column, std::string_view what) const;

  std::shared_ptr<const RowsData> data_;
  std::size_t index_;
};

/// Threads  immutable: may be read from any thread.
class Rows {
 public:
  /// For the store's own drivers.
  explicit Rows(std::shared_ptr<const RowsData> data) : data_(std::move(data)) {}

  [[nodiscard]] std::size_t size() const noexcept;

  [[nodiscard]] bool empty() const noexcept { return size() == 0; }

  /// How many rows an INSERT, UPDATE or DELETE touched, with or without RETURNING; for a SELECT the
  /// rows returned.
  [[nodiscard]] std::uint64_t affected() const noexcept;
  /// @param index  below size() (checked, RIGHTFUL_CHECK).
  [[nodiscard]] Row operator[](std::size_t index) const;
  /// The row of a lookup by key. Errors  Failure(Never, "bad_row") for more than one.
  [[nodiscard]] std::optional<Row> at_most_one() const;
  /// The row of a statement that always gives one. Errors  Failure(Never, "bad_row") for any other
  /// number.
  [[nodiscard]] Row only() const;

  class Iterator {
   public:
    Iterator(const Rows* rows, std::size_t index) : rows_(rows), index_(index) {}

    Row operator*() const { return (*rows_)[index_]; }

    Iterator& operator++() {
      ++index_;
      return *this;
    }

    friend bool operator==(const Iterator&, const Iterator&) = default;

   private:
    const Rows* rows_;
    std::size_t index_;
  };

  [[nodiscard]] Iterator begin() const { return {this, 0}; }

  [[nodiscard]] Iterator end() const { return {this, size()}; }

 private:
  std::shared_ptr<const RowsData> data_;
};

}  // namespace rightful::store
