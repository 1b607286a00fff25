/// @file
/// Every SQL text that this layer sends over ODBC. Composed from identifiers of catalog and schema,
/// quoted as the driver says; the account and every other value is a parameter.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sources/dataset_plan.hpp"
#include "sources/odbc_dialect.hpp"

namespace rightful::sources {

/// How identifiers and values are written for one connection.
struct OdbcSqlStyle {
  OdbcDialect dialect = OdbcDialect::Other;
  std::string quote = "\"";  ///< empty = identifiers cannot be quoted
};

/// What one `?` stands for.
struct OdbcPlace {
  enum class What : std::uint8_t { Account, Key };

  What what = What::Account;
  std::size_t index = 0;  ///< of the plan's owner, or of the identity's column

  friend bool operator==(const OdbcPlace&, const OdbcPlace&) = default;
};

/// A statement and its parameters, from left to right.
struct OdbcQuery {
  std::string sql;
  std::vector<OdbcPlace> places;
};

/// Which part of the rows: those after a key, and at most so many.
struct OdbcPage {
  bool is_after_key = false;
  std::uint64_t rows = 0;  ///< 0 = all
};

/// In the driver's quotes, those inside doubled. @param name  not empty, without NUL (checked).
[[nodiscard]] std::string quote_identifier(const OdbcSqlStyle& style, std::string_view name);
/// Whether every name of the plan can be written: without quotes only plain words can.
[[nodiscard]] bool can_write(const OdbcSqlStyle& style, std::string_view name);
[[nodiscard]] std::string quote_table(const OdbcSqlStyle& style, const catalog::TableName& name);

/// One column per owner, then one per planned column, then the identity's. An owner over a link
/// that leads to many is a JSON array of texts.
[[nodiscard]] OdbcQuery compose_rows(const OdbcSqlStyle& style,
                                     const DatasetPlan& plan,
                                     const OdbcPage& page);
/// How many rows compose_rows() gives for all.
[[nodiscard]] OdbcQuery compose_count(const OdbcSqlStyle& style, const DatasetPlan& plan);
/// How many bytes the values of `long_columns` (positions in the plan) have in one page.
[[nodiscard]] OdbcQuery compose_weight(const OdbcSqlStyle& style,
                                       const DatasetPlan& plan,
                                       const OdbcPage& page,
                                       const std::vector<std::size_t>& long_columns);

/// Whether owners over a link that leads to many can be read in this dialect.
[[nodiscard]] bool has_owner_lists(OdbcDialect dialect) noexcept;

/// What is sent, in this order, before anything is read; empty = by attributes of the connection.
[[nodiscard]] std::vector<std::string> compose_begin(OdbcDialect dialect);

/// One column, one row a granted list of rights; empty = the dialect cannot tell.
[[nodiscard]] std::string compose_show_grants(OdbcDialect dialect);
/// Character set of results.
extern const char* const kMySqlCharset;
/// table_name, column_name of all columns of the database whose texts are not compared exactly.
extern const char* const kMySqlLooseColumns;
/// table_name of all tables of the database that keep no snapshot.
extern const char* const kMySqlTablesWithoutSnapshot;
/// name of all indexes that do not hold all rows.
extern const char* const kSqlitePartialIndexes;
/// What must run before compose_begin(), in this order; the last takes the account.
extern const char* const kSqliteTemporary;
extern const char* const kSqliteAccountTable;
extern const char* const kSqliteSetAccount;
/// One row. Takes SQLite's snapshot: BEGIN alone does not.
extern const char* const kSqliteFirstRead;

/// Cures in plain SQL.
class OdbcCures final : public CureWriter {
 public:
  explicit OdbcCures(OdbcSqlStyle style) : style_(std::move(style)) {}

  [[nodiscard]] std::string create_index(const TableFacts& table,
                                         const std::vector<std::string>& columns) const override;
  [[nodiscard]] std::string grant(const catalog::TableName& table,
                                  std::string_view role) const override;
  [[nodiscard]] std::string revoke(const catalog::TableName& table,
                                   std::string_view role) const override;
  [[nodiscard]] std::string row_security(const catalog::TableName& table,
                                         std::string_view owner_column) const override;

 private:
  OdbcSqlStyle style_;
};

}  // namespace rightful::sources
