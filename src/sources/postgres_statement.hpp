/// @file
/// Every statement that this layer sends to a company's PostgreSQL, and the one function that
/// quotes identifiers. Composed from identifiers only: the account is never part of a text, it
/// stands in the setting `rightful.account_id` (docs/adr/0009), because COPY takes no parameters.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rightful/catalog/owner_path.hpp"

#include "sources/dataset_plan.hpp"

namespace rightful::sources {

/// In double quotes, those inside doubled. @param name  not empty, without NUL (checked).
[[nodiscard]] std::string quote_identifier(std::string_view name);
/// `"schema"."table"`
[[nodiscard]] std::string quote_table(const catalog::TableName& name);

/// `COPY (SELECT owners, columns FROM … WHERE an owner is the account ORDER BY …) TO STDOUT`.
/// One column per owner, then one per planned column. An owner that leads to one is its text; any
/// other is an array of texts.
[[nodiscard]] std::string compose_copy(const DatasetPlan& plan);
/// How many rows compose_copy() will give in the same snapshot.
[[nodiscard]] std::string compose_count(const DatasetPlan& plan);

/// Plans the same statement and gives no row: proves that it can run, and holds a lock on every
/// table it reads until the snapshot ends, also on those behind views and partitions.
[[nodiscard]] std::string compose_hold(const DatasetPlan& plan);

/// How the database would run compose_copy(): for people, a line a row, or as JSON.
[[nodiscard]] std::string compose_explain(const DatasetPlan& plan);
[[nodiscard]] std::string compose_explain_json(const DatasetPlan& plan);

// For the cures of findings: what an operator may run.
[[nodiscard]] std::string compose_create_index(const TableFacts& table,
                                               const std::vector<std::string>& columns);
[[nodiscard]] std::string compose_grant(const catalog::TableName& table, std::string_view role);
[[nodiscard]] std::string compose_revoke(const catalog::TableName& table, std::string_view role);
[[nodiscard]] std::string compose_row_security(const catalog::TableName& table,
                                               std::string_view owner_column);

/// One row: taken_at, encoding, database_name, role_name. Empties the search path first.
extern const char* const kBeginReading;
/// `$1` becomes the account for this transaction, for `catalog explain`, which counts and has no
/// scope.
extern const char* const kSetAccount;
/// How many of the tables that this transaction holds were emptied or rewritten after its snapshot.
/// TRUNCATE is not bound by snapshots: such a table would look empty.
extern const char* const kCountRewritten;
// `$1` is a JSON array of {schema_name, table_name}; an empty one means all.
extern const char* const kReadTables;
extern const char* const kReadColumns;
extern const char* const kReadIndexes;

// For `catalog discover`, without parameters: how tables hang together, and what is said of them.
extern const char* const kReadForeignKeys;  ///< the key's table, then its target as `other_…`
extern const char* const kReadComments;     ///< column_name is '' for a table's own
extern const char* const kReadLabels;       ///< of columns of enumerations
extern const char* const kReadViewUses;     ///< view → each table that its query names
extern const char* const kReadInheritance;  ///< table → parent; not partitions

}  // namespace rightful::sources
